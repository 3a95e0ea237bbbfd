"""What every page of the dashboard has around it: the shop, the menu, what its reader may do."""

from typing import Any, Final, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gateway.shops.selectors import shop_view
from merchants.accounts.models import User
from merchants.accounts.selectors import actions_of, shops_of

MENU: Final = (
    ("", "home", "dashboard.view"),
    ("invoices", "list", "dashboard.view"),
    ("balances", "coins", "balance.view"),
    ("payouts", "payout", "payout.view"),
    ("developers", "code", "webhook.view"),
    ("settings", "sliders", "settings.view"),
)
"""Path below the shop, icon, and the action that opens it."""


def draw(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    shop_id: UUID,
    status: int = 200,
) -> HttpResponse:
    """A page in its frame. Three queries of its own."""
    user = cast(User, request.user)
    may = actions_of(user, shop_id)
    frame = {
        "shop": shop_view(shop_id=shop_id),
        "shops": [shop for shop, role in shops_of(user) if role != "cashier"],
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
    here = path.removeprefix(f"/dashboard/{shop_id}/")
    return here.partition("/")[0] == page


def _word(page: str) -> str:
    return {
        "": _("Home"),
        "invoices": _("Invoices"),
        "balances": _("Balances"),
        "payouts": _("Payouts"),
        "developers": _("Developers"),
        "settings": _("Settings"),
    }[page]
