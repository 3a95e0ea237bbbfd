"""The page of a search, and the key that leads to it."""

from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gateway.invoices.life import NUMBER_CHARACTERS
from gateway.invoices.presenters import invoice_as_dict
from gateway.settlement.presenters import payout_as_dict
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.dashboard.customers import customer_rows
from merchants.dashboard.finding.looking import MOST, Match, Way, look
from merchants.dashboard.finding.reading import read
from merchants.dashboard.frame import draw
from merchants.dashboard.payouts import payout_row
from merchants.dashboard.refunds import refund_row
from merchants.dashboard.selectors import time_text

KEY_COOKIE: Final = "find_key"
KEY_STATES: Final = ("on", "off")
ONE_YEAR: Final = 365 * 24 * 3600


@never_cache
@require_GET
@require_action("dashboard.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """What the shop has of what was typed, by kind, with the match marked."""
    typed = read(request.GET.get("q", ""))
    kinds = [
        kind
        for kind, action in (
            ("refunds", "refund.view"),
            ("payouts", "payout.view"),
            ("customers", "customer.view"),
        )
        if may(request, action)
    ]
    found = look(shop=request.shop, typed=typed, kinds=kinds)
    context: dict[str, Any] = {
        "find_text": typed.text,
        "is_asked": bool(typed.text),
        "is_empty": found.is_empty,
        "key_is_on": request.COOKIES.get(KEY_COOKIE) != "off",
        "most": MOST,
        "invoices": [
            {
                **invoice_as_dict(invoice, heads={}),
                "created_text": time_text(invoice.created_at),
                "why": _why(match, number=str(invoice.id)[-NUMBER_CHARACTERS:]),
            }
            for invoice, match in found.invoices
        ],
        "refunds": [{**refund_row(refund), "why": _why(match)} for refund, match in found.refunds],
        "customers": [
            {**row, "why": _why(match)}
            for row, (_customer, match) in zip(
                customer_rows([customer for customer, _match in found.customers], shop_id=shop_id),
                found.customers,
                strict=True,
            )
        ],
        "payouts": [
            {**payout_row(payout_as_dict(payout)), "why": _why(match)}
            for payout, match in found.payouts
        ],
    }
    return draw(request, "dashboard/search.html", context)


@require_POST
@require_action("dashboard.view")
def key(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Whether the key "/" leads to the search in this browser: who speaks to their computer, or
    strikes keys unawares, switches it off (WCAG 2.1.4)."""
    state = request.POST.get("key", "")
    if state not in KEY_STATES:
        raise Http404
    answer = HttpResponseRedirect(f"/dashboard/{shop_id}/search")
    answer.set_cookie(
        KEY_COOKIE,
        state,
        max_age=ONE_YEAR,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure(),
    )
    return answer


def _why(match: Match, *, number: str = "") -> dict[str, str]:
    """By what it was found: a word, and around what was typed what stands beside it."""
    before = ""
    if match.way == "number":
        before = "…" + number.removesuffix(match.text)
    return {"word": _way_word(match.way), "before": before, "match": match.text}


def _way_word(way: Way) -> str:
    return {
        "id": _("Id"),
        "number": _("Number"),
        "order": _("Order"),
        "transaction": _("Transaction"),
        "address": _("Address"),
        "payer": _("Paid from"),
        "amount": _("Amount"),
        "token": _("Paid with"),
        "email": _("Email"),
    }[way]
