"""A shop's payments: a table that filters, sorts and pages, and the very same as a file."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gateway.chains.finding import tokens_called
from gateway.checkout.badges import exception_word
from gateway.events.errors import BadCursor
from gateway.events.moments import rfc3339
from gateway.invoices.life import EXCEPTIONS
from gateway.invoices.listing import TENDERS, listed_all, listed_page
from gateway.invoices.models import Invoice
from gateway.invoices.presenters import invoice_as_dict
from gateway.shops.selectors import ShopView
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.files import list_file
from merchants.dashboard.frame import draw
from merchants.dashboard.payment_filters import FILTERS, Asked, asked_in
from merchants.dashboard.selectors import time_text
from merchants.tills.makers import person_in, till_in
from merchants.tills.selectors import standers_of, till_names

COLUMNS: Final = (
    *("created_at", "invoice_id", "order_id", "status", "exceptions", "currency", "amount"),
    *("tender", "paid_with", "settlement_asset", "credited", "till", "cashier"),
)


@never_cache
@require_GET
@require_action("dashboard.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """One page of what is asked for; all choices stand in its address. Six queries at most."""
    here = f"/dashboard/{shop_id}/invoices"
    asked = asked_in(request.GET.dict(), here=here, shop=request.shop)
    table = asked.listed
    try:
        found = listed_page(shop_id=shop_id, wanted=asked.wanted, cursor=table.cursor)
    except BadCursor as error:
        raise Http404 from error
    context: dict[str, Any] = {
        "invoices": [payment_row(invoice) for invoice in found.items],
        "filters": table.filters("status", FILTERS[1:], word=_filter_word),
        "asked": {**table.query, "sort": table.order.name},
        "problems": asked.problems,
        "narrowed": asked.narrowed,
        "choices": _choices(request.shop),
        "clear_href": here,
        "file_href": table.address(f"{here}.csv"),
        **table.pages(found),
    }
    return draw(request, "dashboard/invoices.html", context, status=422 if asked.problems else 200)


@require_GET
@require_action("report.export")
def file(request: MemberRequest, shop_id: UUID) -> Any:
    """Everything that the same address lists, as CSV, streamed."""
    here = f"/dashboard/{shop_id}/invoices"
    asked = asked_in(request.GET.dict(), here=here, shop=request.shop)
    if asked.problems:
        raise Http404
    filters = ", ".join(sorted(asked.listed.query)) or "none"
    return list_file(request, _rows(request.shop, asked), kind="payments", filters=filters)


def payment_row(invoice: Invoice) -> dict[str, Any]:
    """An invoice as a table lists it. No query."""
    found = invoice_as_dict(invoice, heads={})
    return {
        **found,
        "created_text": time_text(invoice.created_at),
        "paid_with": _("Card") if found["tender"] == "card" else ", ".join(_symbols(found)),
    }


def _rows(shop: ShopView, asked: Asked) -> Iterator[tuple[str, ...]]:
    tills = till_names(shop_id=shop.id)
    people = {one.user_id: one.name for one in standers_of(shop_id=shop.id)}
    yield COLUMNS
    for invoice in listed_all(shop_id=shop.id, wanted=asked.wanted):
        found = invoice_as_dict(invoice, heads={})
        till, person = till_in(invoice.created_by), person_in(invoice.created_by)
        yield (
            rfc3339(invoice.created_at),
            found["id"],
            found["order_id"],
            found["status"],
            " ".join(found["exceptions"]),
            found["currency"],
            found["amount"],
            found["tender"] or "",
            " ".join(f"{one['amount']} {one['asset']}" for one in found["received"]),
            found["credited"]["asset"],
            found["credited"]["amount"],
            tills.get(till, "") if till else "",
            people.get(person, "") if person else "",
        )


def _symbols(found: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(one["symbol"] for one in found["received"]))


def _choices(shop: ShopView) -> dict[str, list[dict[str, str]]]:
    """What the form offers. Four queries."""
    return {
        "exception": [_choice(name, exception_word(name)) for name in EXCEPTIONS],
        "tender": [_choice(name, _tender_word(name)) for name in TENDERS],
        "asset": [_choice(code, code) for code, _decimals in tokens_called(mode=shop.mode)],
        "till": [
            _choice(str(till_id), name) for till_id, name in till_names(shop_id=shop.id).items()
        ],
        "cashier": [_choice(str(one.user_id), one.name) for one in standers_of(shop_id=shop.id)],
    }


def _choice(value: str, word: str) -> dict[str, str]:
    return {"value": value, "word": word}


def _tender_word(tender: str) -> str:
    return {"tokens": _("Tokens"), "card": _("Card")}[tender]


def _filter_word(status: str) -> str:
    return {
        "": _("All"),
        "open": _("Open"),
        "waiting": _("Waiting"),
        "partial": _("Partly paid"),
        "processing": _("Confirming"),
        "paid": _("Paid"),
        "expired": _("Expired"),
        "cancelled": _("Cancelled"),
        "invalid": _("Not valid"),
    }[status]
