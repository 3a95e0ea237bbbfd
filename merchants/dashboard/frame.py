"""What every page of the dashboard has around it: the shop, the menu, what its reader may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from merchants.accounts.actions import actions_allowed
from merchants.accounts.guards import MemberRequest
from merchants.accounts.selectors import shops_of


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the menu, or of a page's own index.

    Attributes:
        page: its path below the shop.
        action: who may do it finds the line.
    """

    page: str
    icon: str
    word: Promise
    action: str


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of the menu that belong together. Without a name they stand above the others."""

    name: str
    word: Promise | str
    lines: tuple[Line, ...]


MENU: Final = (
    Group("top", "", (Line("", "home", _("Home"), "dashboard.view"),)),
    Group(
        "sales",
        _("Sales"),
        (
            Line("invoices", "list", _("Payments"), "dashboard.view"),
            Line("items", "shop", _("Items"), "catalogue.view"),
            Line("links", "link", _("Links"), "link.view"),
            Line("customers", "people", _("Customers"), "customer.view"),
        ),
    ),
    Group(
        "money",
        _("Money"),
        (
            Line("balances", "coins", _("Balances"), "balance.view"),
            Line("payouts", "payout", _("Payouts"), "payout.view"),
            Line("refunds", "return", _("Refunds"), "refund.view"),
            Line("reports", "receipt", _("Reports"), "report.export"),
        ),
    ),
    Group(
        "shop",
        _("Shop"),
        (
            Line("approvals", "check-circle", _("Approvals"), "approval.view"),
            Line("developers", "code", _("Developers"), "webhook.view"),
            Line("settings", "sliders", _("Settings"), "settings.view"),
            Line("audit", "list", _("Audit log"), "audit.view"),
        ),
    ),
)
"""The menu: what one does, what it brings, how the shop is run."""
INDEXES: Final[dict[str, tuple[Line, ...]]] = {
    "settings": (
        Line("settings", "shop", _("Shop"), "settings.view"),
        Line("settings/settlement", "payout", _("Settlement"), "settings.view"),
        Line("settings/branding", "eye", _("Your look"), "settings.view"),
        Line("settings/tills", "till", _("Tills"), "till.manage"),
        Line("settings/readers", "card", _("Card readers"), "settings.view"),
        Line("settings/receipts", "receipt", _("Receipts"), "settings.view"),
        Line("team", "hand", _("Team"), "member.manage"),
        Line("settings/moving", "return", _("Moving in"), "shop.move_in"),
        Line("verification", "shield", _("Verification"), "verification.view"),
    ),
    "developers": (
        Line("developers", "key", _("Keys and webhooks"), "webhook.view"),
        Line("developers/events", "clock", _("Events"), "webhook.view"),
        Line("developers/requests", "list", _("Request log"), "api_key.view"),
    ),
}
"""A page's own index, drawn on it and on every page in it: one joins by a line here."""
PART_OF: Final = {
    "banks": "payouts",
    "history": "invoices",
    "reserve": "balances",
    "shifts": "reports",
    "away": "reports",
    "fee-invoices": "reports",
}
"""Pages that stand in no index and that a page of the menu leads to."""


def draw(
    request: MemberRequest,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page in its frame. One query of its own."""
    root = f"/dashboard/{request.shop.id}/"
    may = actions_allowed(request.roles)
    here = request.path.removeprefix(root)
    page = menu_page(here)
    frame = {
        "shop": request.shop,
        "shops": [shop for shop, role in shops_of(request.user) if role != "cashier"],
        "may": may,
        "menu": [
            {"name": group.name, "word": group.word, "lines": lines}
            for group in MENU
            if (lines := _shown(group.lines, may=may, root=root, current=page, here=here))
        ],
        "page_index": _shown(
            INDEXES.get(page, ()), may=may, root=root, current=index_page(here), here=here
        ),
    }
    return render(request, template, frame | context, status=status)


def menu_page(here: str) -> str:
    """The page of the menu that a path below the shop belongs to. Pure."""
    if indexed := index_page(here):
        return next(page for page, lines in INDEXES.items() if indexed in _pages(lines))
    first = here.partition("/")[0]
    return PART_OF.get(first, first)


def index_page(here: str) -> str:
    """The page of an index that a path belongs to: the longest that it begins with. Pure."""
    pages = [page for lines in INDEXES.values() for page in _pages(lines)]
    within = [page for page in pages if here == page or here.startswith(f"{page}/")]
    return max(within, key=len, default="")


def _pages(lines: Iterable[Line]) -> list[str]:
    return [line.page for line in lines]


def _shown(
    lines: Iterable[Line], *, may: frozenset[str], root: str, current: str, here: str
) -> list[dict[str, Any]]:
    """The lines that this reader may open. The page itself is marked as such, and the line that it
    lies below as the current one of its kind."""
    return [
        {
            "href": root + line.page,
            "icon": line.icon,
            "word": line.word,
            "current": ("page" if here == line.page else "true") if line.page == current else "",
        }
        for line in lines
        if line.action in may
    ]
