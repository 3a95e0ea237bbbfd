"""The team: who works in the shop and may do what, asking somebody to join, letting somebody go."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gateway.events.errors import TillwayError
from merchants.accounts.actions import ROLES, SHOP_ROLES
from merchants.accounts.errors import MailThrottled
from merchants.accounts.factors.resetting import reset_ask, reset_of, reset_stop
from merchants.accounts.factors.selectors import factors_of, who_has_factor
from merchants.accounts.factors.stepping import fresh_asked
from merchants.accounts.guards import MemberRequest, require_action, step_first
from merchants.accounts.letters import invitations_not_mailed
from merchants.accounts.models import Invitation, Membership
from merchants.accounts.role_words import may_words, role_word
from merchants.accounts.selectors import members_of
from merchants.accounts.team import (
    invitation_send_again,
    invitation_withdraw,
    invitations_open,
    invite,
    keys_made_by,
    let_go,
    role_change,
)
from merchants.accounts.throttling import invitation_mail_check
from merchants.accounts.wait_words import mail_wait_words
from merchants.dashboard.frame import draw
from merchants.dashboard.selectors import time_text
from merchants.tills.cashiers import pin_drop

MANAGE: Final = "member.manage"
OFFERED: Final = tuple(role for role in ROLES if role in SHOP_ROLES)


@never_cache
@require_GET
@require_action(MANAGE)
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Members and invitations, and what each role may do. Four queries beside the frame's."""
    return _page(request)


@require_POST
@require_action(MANAGE)
def ask(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Ask somebody to join, by mail."""
    if first := _first(request, _root(request)):
        return first
    typed = {"email": request.POST.get("email", "")[:254], "role": request.POST.get("role", "")}
    try:
        invitation_mail_check(shop_id=shop_id, user_id=request.user.pk)
        invite(shop_id=shop_id, by=request.user, now=timezone.now(), **typed)
    except MailThrottled as refused:
        return _wait(request, refused, typed=typed)
    except TillwayError as refused:
        return _page(request, typed=typed, problem=_problem(refused), status=refused.status)
    messages.success(request, _("Invited. The link in the letter is good for seven days."))
    return HttpResponseRedirect(_root(request))


@require_POST
@require_action(MANAGE)
def ask_again(request: MemberRequest, shop_id: UUID, invitation_id: UUID) -> HttpResponse:
    """Another letter with a new link, or none any more."""
    if first := _first(request, _root(request)):
        return first
    verb = invitation_withdraw if request.POST.get("do") == "withdraw" else invitation_send_again
    try:
        if verb is invitation_send_again:
            invitation_mail_check(shop_id=shop_id, user_id=request.user.pk)
        verb(
            shop_id=shop_id,
            invitation_id=invitation_id,
            by=request.user,
            now=timezone.now(),
        )
    except MailThrottled as refused:
        return _wait(request, refused)
    except TillwayError as refused:
        raise Http404 from refused
    messages.success(
        request,
        _("Withdrawn: the link opens nothing any more.")
        if verb is invitation_withdraw
        else _("Sent again, with a new link."),
    )
    return HttpResponseRedirect(_root(request))


@never_cache
@require_GET
@require_action(MANAGE)
def one(request: MemberRequest, shop_id: UUID, user_id: UUID) -> HttpResponse:
    """A member: their role, their second factors, their keys."""
    return _one(request, _member(request, user_id))


@require_POST
@require_action(MANAGE)
def change(request: MemberRequest, shop_id: UUID, user_id: UUID) -> HttpResponse:
    """Another role. Keys of theirs that carry more than it may end, unless they are kept."""
    member = _member(request, user_id)
    if first := _first(request, _of(request, user_id)):
        return first
    try:
        with transaction.atomic():
            role_change(
                shop_id=shop_id,
                user_id=user_id,
                role=request.POST.get("role", ""),
                keep_keys=_kept(request, user_id),
                by=request.user,
                now=timezone.now(),
            )
    except (TillwayError, IntegrityError) as refused:
        return _one(request, member, problem=_problem(refused), status=409)
    messages.success(request, _("Saved. It counts from their next click on."))
    return HttpResponseRedirect(_of(request, user_id))


@require_POST
@require_action(MANAGE)
def remove(request: MemberRequest, shop_id: UUID, user_id: UUID) -> HttpResponse:
    """Let somebody go: their keys, unless they are kept, and their PIN end with it."""
    member = _member(request, user_id)
    if first := _first(request, _of(request, user_id)):
        return first
    try:
        with transaction.atomic():
            let_go(
                shop_id=shop_id,
                user_id=user_id,
                keep_keys=_kept(request, user_id),
                by=request.user,
                now=timezone.now(),
            )
            pin_drop(shop_id=shop_id, user_id=user_id)
    except (TillwayError, IntegrityError) as refused:
        return _one(request, member, problem=_problem(refused), status=409)
    messages.success(request, _("They work here no more: nothing opens for them from now on."))
    if user_id == request.user.pk:
        return HttpResponseRedirect("/dashboard/")
    return HttpResponseRedirect(_root(request))


@require_POST
@require_action(MANAGE)
def reset(request: MemberRequest, shop_id: UUID, user_id: UUID) -> HttpResponse:
    """They lost every factor: take theirs away in a day, or stop that."""
    member = _member(request, user_id)
    if first := _first(request, _of(request, user_id)):
        return first
    try:
        if request.POST.get("do") == "stop":
            reset_stop(user_id=user_id, by=request.user.pk, now=timezone.now())
            messages.success(request, _("Stopped. Their second factors stay."))
        else:
            reset_ask(shop_id=shop_id, user_id=user_id, by=request.user, now=timezone.now())
            messages.success(request, _("They were told. It happens in a day unless stopped."))
    except TillwayError as refused:
        return _one(request, member, problem=_problem(refused), status=refused.status)
    return HttpResponseRedirect(_of(request, user_id))


def _kept(request: MemberRequest, user_id: UUID) -> list[UUID]:
    """Those of a member's keys that the form lets go on. One query."""
    chosen = request.POST.getlist("keep")
    theirs = keys_made_by(shop_id=request.shop.id, user_id=user_id)
    return [key.id for key in theirs if str(key.id) in chosen]


def _first(request: MemberRequest, back: str) -> HttpResponse | None:
    """Changes of the team need a second factor in a live shop, and a fresh proof everywhere."""
    return step_first(request, MANAGE, back=back) or fresh_asked(request, back=back)


def _root(request: MemberRequest) -> str:
    return f"/dashboard/{request.shop.id}/team"


def _of(request: MemberRequest, user_id: UUID) -> str:
    return f"{_root(request)}/{user_id}"


def _member(request: MemberRequest, user_id: UUID) -> Membership:
    for member in members_of(request.shop.id):
        if member.user_id == user_id:
            return member
    raise Http404


def _page(
    request: MemberRequest,
    *,
    typed: dict[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    members = members_of(request.shop.id)
    secured = who_has_factor([member.user_id for member in members])
    context: dict[str, Any] = {
        "members": [_row(member, secured=member.user_id in secured) for member in members],
        "invitations": _invitations(request.shop.id),
        "roles": [
            {"role": role, "word": role_word(role), "may": may_words(role)} for role in OFFERED
        ],
        "typed": typed or {"role": "cashier"},
        "problem": problem,
    }
    return draw(request, "dashboard/team.html", context, status=status)


def _wait(
    request: MemberRequest, refused: MailThrottled, *, typed: dict[str, str] | None = None
) -> HttpResponse:
    waits = _page(request, typed=typed, problem=mail_wait_words(refused), status=refused.status)
    waits["Retry-After"] = str(refused.retry_after_seconds)
    return waits


def _one(
    request: MemberRequest, member: Membership, *, problem: str = "", status: int = 200
) -> HttpResponse:
    found = factors_of(member.user_id)
    waiting = reset_of(member.user_id)
    context = {
        "member": _row(member, secured=found.any),
        "is_me": member.user_id == request.user.pk,
        "roles": [{"role": role, "word": role_word(role)} for role in OFFERED],
        "may_do": may_words(member.role),
        "keys": [
            {"id": key.id, "name": key.name, "prefix": key.prefix}
            for key in keys_made_by(shop_id=request.shop.id, user_id=member.user_id)
        ],
        "reset_text": time_text(waiting.due_at) if waiting else "",
        "problem": problem,
    }
    return draw(request, "dashboard/member.html", context, status=status)


def _row(member: Membership, *, secured: bool) -> dict[str, Any]:
    last = member.user.last_login
    return {
        "id": member.user_id,
        "name": member.user.get_full_name(),
        "email": member.user.email,
        "role": member.role,
        "role_word": role_word(member.role),
        "since_text": time_text(member.created_at),
        "last_text": time_text(last) if last else "",
        "secured": secured,
    }


def _invitations(shop_id: UUID) -> list[dict[str, Any]]:
    found = invitations_open(shop_id)
    not_mailed = invitations_not_mailed(found)
    return [_invitation(one, is_mailed=one.id not in not_mailed) for one in found]


def _invitation(one: Invitation, *, is_mailed: bool) -> dict[str, Any]:
    return {
        "id": one.id,
        "email": one.email,
        "role_word": role_word(one.role),
        "sent_text": time_text(one.sent_at),
        "is_over": one.expires_at <= timezone.now(),
        "is_mailed": is_mailed,
    }


def _problem(refused: TillwayError | IntegrityError) -> str:
    """A refusal about the team, in the reader's language."""
    code = refused.code if isinstance(refused, TillwayError) else "last_owner"
    return {
        "last_owner": _("A shop needs an owner. Make somebody else an owner first."),
        "email_invalid": _("This is not an email address."),
        "role_unknown": _("Choose a role."),
        "already_member": _("They work here already. Change their role instead."),
        "already_invited": _("They are invited already. Send that invitation again."),
        "too_many_invitations": _("Too many invitations are open. Withdraw some first."),
        "reset_refused": _("They work in another place too: ask whoever runs this house."),
        "nothing_to_reset": _("They have no second factor, or a reset is under way already."),
    }.get(code, _("This can't be done now."))
