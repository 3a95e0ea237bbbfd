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
class Part:
    """A part of the house.

    Attributes:
        page: its path below ``/house/``.
        action: who may do this sees it.
        also: other paths that belong to it.
    """

    page: str
    action: str
    word: Promise
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MenuLine:
    """Parts that belong together: one line of the menu, which leads to the first that its reader
    may see; its pages lead to the others."""

    icon: str
    parts: tuple[Part, ...]
    word: Promise | None = None
    """None: that of the part it leads to."""


MENU: Final = (
    MenuLine("list", (Part("books", "books.view", _("Books")),)),
    MenuLine("check-circle", (Part("approvals", "approval.view", _("Approvals")),)),
    MenuLine(
        "inbox",
        (
            Part("cases", "case.work", _("Cases")),
            Part("reports", "report.work", _("Filings")),
        ),
    ),
    MenuLine(
        "eye",
        (
            Part("scenarios", "scenario.edit", _("Scenarios")),
            Part("behaviour", "case.work", _("Behaviour")),
        ),
        _("Monitoring"),
    ),
    MenuLine(
        "hand",
        (
            Part("holds", "hold.decide", _("Holds")),
            Part("travel", "hold.decide", _("Travel Rule")),
        ),
    ),
    MenuLine("search", (Part("lists", "list.load", _("Screening"), ("whitelist", "screening")),)),
    MenuLine(
        "shop",
        (
            Part("shops", "approval.propose", _("Shops")),
            Part("verification", "verification.decide", _("Verification")),
            Part("limits", "approval.propose", _("Limits")),
        ),
    ),
    MenuLine("people", (Part("people", "house_role.view", _("People")),)),
    MenuLine("hourglass", (Part("retention", "retention.view", _("Retention")),)),
    MenuLine("check-circle", (Part("reconciliation", "reconciliation.view", _("Reconciliation")),)),
)


def draw(
    request: MemberRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page in its frame."""
    may = actions_allowed(request.roles)
    frame = {
        "may": may,
        "person": request.user.email,
        "menu": _menu(may, request.path),
    }
    response = render(request, template, frame | context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def first_page(roles: frozenset[str]) -> str | None:
    """The path of the first part of the house that is open to these roles."""
    may = actions_allowed(roles)
    return next((ROOT + part.page for line in MENU for part in _open(line, may)), None)


def _open(line: MenuLine, may: Collection[str]) -> list[Part]:
    return [part for part in line.parts if part.action in may]


def _menu(may: Collection[str], path: str) -> list[dict[str, Any]]:
    here = path.removeprefix(ROOT).partition("/")[0]
    menu = []
    for line in MENU:
        parts = [
            {
                "href": ROOT + part.page,
                "word": part.word,
                "current": here in (part.page, *part.also),
            }
            for part in _open(line, may)
        ]
        if parts:
            word = line.word if line.word is not None and len(parts) > 1 else parts[0]["word"]
            menu.append(
                {
                    "href": parts[0]["href"],
                    "icon": line.icon,
                    "word": word,
                    "parts": parts,
                    "current": any(part["current"] for part in parts),
                }
            )
    return menu
