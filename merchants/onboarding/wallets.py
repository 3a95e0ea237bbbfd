"""Show who one is with an identity wallet: the QR, the link, and how far it is."""

from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gateway.compliance.presenting.answering import presentation_by_token
from gateway.compliance.presenting.asking import link_of, presentation_ask
from gateway.compliance.presenting.errors import PresentationUnknown
from gateway.compliance.presenting.models import Presentation
from gateway.compliance.presenting.selectors import is_of_session, presentation_of_session
from gateway.events.errors import TillwayError
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.selectors import time_text
from merchants.onboarding.frame import Page, refusal, subject_or_none
from merchants.onboarding.papers import identity_page, person_about
from merchants.onboarding.wallet_words import wallet_sign
from merchants.onboarding.words import identity_problem

LOOK_AGAIN_SECONDS: Final = 5
"""Without a script."""
GOES_ON: Final = ("asked", "answered")


@require_POST
@require_action("verification.change")
def begin(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Begin to ask the wallet of one person."""
    page = Page(request)
    person = person_about(page, request.POST.get("about", ""))
    if person is None or not page.may_change:
        raise Http404
    try:
        row = presentation_ask(
            shop_id=shop_id,
            subject_id=person.id,
            session=_session(request),
            by=f"user:{request.user.pk}",
            now=timezone.now(),
        )
    except TillwayError as error:
        return identity_page(page, problem=_problem(error), status=error.status)
    return HttpResponseRedirect(f"{page.root}/wallet/{row.id}")


@require_GET
@require_action("verification.change")
def page(request: MemberRequest, shop_id: UUID, presentation_id: UUID) -> HttpResponse:
    """What the wallet is to scan, and how far it is; for the session that began it."""
    row = _row(request, shop_id, presentation_id)
    shown = Page(request)
    person = subject_or_none(shown.opened, row.subject_id)
    if person is None:
        raise Http404
    state = row.state_at(timezone.now())
    context = {
        "about": person.id,
        "name": person.fields.get("name") or _("No name yet"),
        "state": state,
        "wallet_sign": wallet_sign(state),
        "reason": identity_problem(row.problem) if row.problem else "",
        "link": link_of(row) if state == "asked" else "",
        "ends": time_text(row.expires_at),
        "refresh_seconds": LOOK_AGAIN_SECONDS if state in GOES_ON else 0,
        "status_path": f"{shown.root}/wallet/{row.id}/status",
    }
    return shown.draw("wallet", context, step="identity")


@never_cache
@require_GET
@require_action("verification.change")
def status(request: MemberRequest, shop_id: UUID, presentation_id: UUID) -> HttpResponse:
    """How far it is, for the page's script. Two queries."""
    row = _row(request, shop_id, presentation_id)
    return JsonResponse({"state": row.state_at(timezone.now())})


@never_cache
@require_GET
def back(request: HttpRequest, token: str) -> HttpResponse:
    """Where a wallet leads afterwards: to the page that began it, in the browser that did; any
    other is told to go back there, and nothing else."""
    try:
        row = presentation_by_token(token)
    except PresentationUnknown as error:
        raise Http404 from error
    if is_of_session(row, _session(request)):
        return HttpResponseRedirect(f"/dashboard/{row.shop_id}/verification/wallet/{row.id}")
    return render(request, "onboarding/wallet_back.html")


def _row(request: HttpRequest, shop_id: UUID, presentation_id: UUID) -> Presentation:
    try:
        return presentation_of_session(
            presentation_id=presentation_id, shop_id=shop_id, session=_session(request)
        )
    except PresentationUnknown as error:
        raise Http404 from error


def _session(request: HttpRequest) -> str:
    return request.session.session_key or ""


def _problem(error: TillwayError) -> str:
    return {
        "presentation_nothing_told": _("First write down this person's name and date of birth."),
        "presentation_being_checked": _("What this person's wallet sent is being checked."),
        "wallets_not_offered": _("Identity wallets can't be used here now."),
    }.get(error.code) or refusal(error)
