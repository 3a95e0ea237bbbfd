"""What every page of the dashboard has around it: the shop, the menu, what its reader may do."""

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from merchants.accounts.actions import actions_allowed
from merchants.accounts.guards import MemberRequest
from merchants.accounts.selectors import shops_of

MENU: Final = (
    ("", "home", "dashboard.view"),
    ("invoices", "list", "dashboard.view"),
    ("items", "shop", "catalogue.view"),
    ("links", "link", "link.view"),
    ("refunds", "return", "refund.view"),
    ("balances", "coins", "balance.view"),
    ("payouts", "payout", "payout.view"),
    ("reports", "receipt", "report.export"),
    ("approvals", "check-circle", "approval.view"),
    ("developers", "code", "webhook.view"),
    ("settings", "sliders", "settings.view"),
)
"""Path below the shop, icon, and the action that opens it."""
PART_OF: Final = {
    "banks": "payouts",
    "reserve": "balances",
    "shifts": "reports",
    "audit": "settings",
    "team": "settings",
    "verification": "settings",
}
"""Pages that a page of the menu leads to."""


def draw(
    request: MemberRequest,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page in its frame. One query of its own."""
    shop_id = request.shop.id
    may = actions_allowed(request.roles)
    frame = {
        "shop": request.shop,
        "shops": [shop for shop, role in shops_of(request.user) if role != "cashier"],
        "may": may,
        "menu": [
            {
                "href": f"/dashboard/{shop_id}/{page}",
                "icon": icon,
                "word": _word(page),
                "current": _is_current(request.path, shop_id, page),
            }
            for page, icon, action in MENU
            if action in may
        ],
    }
    return render(request, template, frame | context, status=status)


def _is_current(path: str, shop_id: UUID, page: str) -> bool:
    here = path.removeprefix(f"/dashboard/{shop_id}/").partition("/")[0]
    return PART_OF.get(here, here) == page


def _word(page: str) -> str:
    return {
        "": _("Home"),
        "invoices": _("Invoices"),
        "items": _("Items"),
        "links": _("Links"),
        "balances": _("Balances"),
        "payouts": _("Payouts"),
        "reports": _("Reports"),
        "approvals": _("Approvals"),
        "refunds": _("Refunds"),
        "developers": _("Developers"),
        "settings": _("Settings"),
    }[page]
