"""The house's people: who has which role, giving one, which takes two, and taking one away."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gateway.custody.approvals.selectors import acts_open
from gateway.events.errors import TillwayError
from merchants.accounts.actions import HOUSE_ROLES, ROLES
from merchants.accounts.factors.selectors import who_has_factor
from merchants.accounts.guards import MemberRequest, may, require_action, step_first
from merchants.accounts.house_roles import (
    GIVEN,
    KIND,
    MANAGE,
    TAKEN,
    HousePerson,
    house_people_with_roles,
    house_role_propose,
    house_role_take,
)
from merchants.accounts.role_words import role_word
from merchants.accounts.selectors import people_named
from merchants.audit.models import Record
from merchants.audit.selectors import records_of_house
from merchants.dashboard.approvals.acting import act_problem
from merchants.dashboard.approvals.rows import rows_of
from merchants.dashboard.audit_words import act_word
from merchants.dashboard.house.frame import draw
from merchants.dashboard.selectors import time_text

ROOT: Final = "/house/people"
OFFERED: Final = tuple(role for role in ROLES if role in HOUSE_ROLES)
FIELDS: Final = ("email", "role", "reason")
LATEST: Final = 50
_USER: Final = "user:"


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("house_role.view", shop=None)
def page(request: MemberRequest) -> HttpResponse:
    """Who has which role; posted to, a proposal to give one."""
    if request.method != "POST":
        return _page(request)
    if first := _first(request):
        return first
    told = {name: request.POST.get(name, "").strip()[:500] for name in FIELDS}
    try:
        act = house_role_propose(by=request.user.pk, **told)
    except TillwayError as refused:
        return _page(request, problem=_problem(refused), status=422)
    messages.success(request, _("Proposed. Another person of the house must approve it."))
    return HttpResponseRedirect(f"/house/approvals/{act.id}")


@require_POST
@require_action(MANAGE, shop=None)
def take(request: MemberRequest, user_id: UUID) -> HttpResponse:
    """Take a role away: one person is enough, and it counts at once."""
    if first := _first(request):
        return first
    role = request.POST.get("role", "")
    try:
        house_role_take(user_id=user_id, role=role, by=request.user, now=timezone.now())
    except TillwayError as refused:
        return _page(request, problem=_problem(refused), status=refused.status)
    messages.success(request, _("Taken away. It counts from their next click on."))
    return HttpResponseRedirect(ROOT if user_id != request.user.pk else "/house/")


def _first(request: MemberRequest) -> HttpResponse | None:
    """Where to send who must first show who they are, or may not do this at all."""
    if not may(request, MANAGE):
        raise PermissionDenied(MANAGE)
    return step_first(request, MANAGE, back=ROOT)


def _page(request: MemberRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    """Eight queries, however many there are."""
    people = house_people_with_roles()
    secured = who_has_factor([one.user.pk for one in people])
    records = records_of_house(acts=(GIVEN, TAKEN), most=LATEST)
    names = people_named({one for record in records for one in _people(record)})
    context: dict[str, Any] = {
        "people": [_row(one, secured) for one in people],
        "roles": [(role, role_word(role)) for role in OFFERED],
        "waiting": rows_of(acts_open(kinds=[KIND]), person=request.user.pk, roles=request.roles),
        "records": [_record(one, names) for one in records],
        "can_manage": may(request, MANAGE),
        "problem": problem,
        "told": {name: request.POST.get(name, "")[:500] for name in FIELDS},
    }
    return draw(request, "dashboard/house/people.html", context, status=status)


def _row(one: HousePerson, secured: set[UUID]) -> dict[str, Any]:
    return {
        "id": one.user.pk,
        "name": one.user.get_full_name(),
        "email": one.user.email,
        "is_active": one.user.is_active,
        "secured": one.user.pk in secured,
        "roles": [
            {"role": role, "word": role_word(role), "since": time_text(since)}
            for role, since in one.since.items()
        ],
    }


def _people(record: Record) -> list[UUID]:
    told = (record.who, record.subject, record.detail.get("agreed_by", ""))
    return [UUID(one.removeprefix(_USER)) for one in told if one.startswith(_USER)]


def _record(record: Record, names: dict[UUID, str]) -> dict[str, str]:
    who, whom, *agreed = (names.get(one, "–") for one in _people(record))
    return {
        "word": act_word(record.act),
        "role": role_word(record.detail["role"]),
        "whom": whom,
        "who": ", ".join((who, *agreed)),
        "at": time_text(record.at),
    }


def _problem(refused: TillwayError) -> str:
    words = {
        "account_unknown": _("Nobody signs in with that address. They need an account first."),
        "house_role_held": _("They have that role already."),
        "house_role_own": _("You can't propose a role for yourself: two others decide about it."),
        "last_of_house": _("Nobody else has this role. Give it to somebody else first."),
        "too_few_of_house": _(
            "You have this role too, and two must be left with it. Give it to somebody else first,"
            " or ask somebody with another role of the house."
        ),
        "member_unknown": _("Somebody was quicker: they don't have that role any more."),
        "role_unknown": _("Choose one of the roles."),
    }
    return words.get(refused.code) or act_problem(refused)
