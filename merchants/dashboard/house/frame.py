"""What every page of the house has around it: the menu, and what its reader may do."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from merchants.accounts.actions import actions_allowed
from merchants.accounts.guards import MemberRequest

ROOT: Final = "/house/"


@dataclass(frozen=True, slots=True)
class MenuLine:
    """A part of the house.

    Attributes:
        page: its path below ``/house/``.
        action: who may do this sees the line.
        also: other paths that belong to it.
    """

    page: str
    icon: str
    action: str
    word: Promise
    also: tuple[str, ...] = ()


MENU: Final = (
    MenuLine("books", "list", "books.view", _("Books")),
    MenuLine("approvals", "check-circle", "approval.view", _("Approvals")),
    MenuLine("cases", "inbox", "case.work", _("Cases")),
    MenuLine("scenarios", "search", "scenario.edit", _("Scenarios")),
    MenuLine("reports", "receipt", "report.work", _("Filings")),
    MenuLine("holds", "hand", "hold.decide", _("Holds")),
    MenuLine("lists", "search", "list.load", _("Screening"), ("whitelist", "screening")),
    MenuLine("shops", "shop", "approval.propose", _("Shops")),
    MenuLine("verification", "shield", "verification.decide", _("Verification")),
    MenuLine("retention", "hourglass", "retention.view", _("Retention")),
    MenuLine("limits", "sliders", "approval.propose", _("Limits")),
    MenuLine("reconciliation", "check-circle", "reconciliation.view", _("Reconciliation")),
    MenuLine("behaviour", "eye", "case.work", _("Behaviour")),
    MenuLine("travel", "globe", "hold.decide", _("Travel Rule")),
)


def draw(
    request: MemberRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page in its frame."""
    may = actions_allowed(request.roles)
    frame = {
        "may": may,
        "person": request.user.email,
        "menu": [
            {
                "href": ROOT + line.page,
                "icon": line.icon,
                "word": line.word,
                "current": _is_current(request.path, (line.page, *line.also)),
            }
            for line in MENU
            if line.action in may
        ],
    }
    response = render(request, template, frame | context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def first_page(roles: frozenset[str]) -> str | None:
    """The path of the first part of the house that is open to these roles."""
    may = actions_allowed(roles)
    return next((ROOT + line.page for line in MENU if line.action in may), None)


def _is_current(path: str, pages: Collection[str]) -> bool:
    return path.removeprefix(ROOT).partition("/")[0] in pages
