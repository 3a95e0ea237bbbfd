"""Payments from before Tillway: look, search, filter, take along as a file."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gateway.checkout.badges import exception_word, status_badge
from gateway.checkout.wording import money_text
from gateway.events.errors import BadCursor, TillwayError
from gateway.events.moments import rfc3339
from gateway.settlement.reports.formats import csv_text
from gateway.shops.zones import day_starts
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.dashboard.auditing import file_taken
from merchants.dashboard.frame import draw
from merchants.dashboard.selectors import time_text
from merchants.moving import buyers, selectors
from merchants.moving.exact import exact_text
from merchants.moving.models import PastInvoice
from merchants.moving.pages import ACTION
from merchants.moving.rows import SOURCES, STATUSES
from merchants.moving.selectors import MAX_SEARCH, Sought
from merchants.moving.words import source_word
from merchants.reports.asking import day_in
from merchants.reports.files import csv_file

COLUMNS: Final = (
    *("at", "source", "store_id", "invoice_id", "order_id", "status", "exceptions"),
    *("currency", "amount", "transactions", "email"),
)
NAMES: Final = ("q", "status", "source", "first", "last")
AT_ONCE: Final = 500


@never_cache
@require_GET
@require_action("dashboard.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """One page of what is asked for, newest first."""
    query, sought, problems = _asked(request)
    cursor = request.GET.get("cursor")
    try:
        found = selectors.past_page(shop_id=shop_id, sought=sought, cursor=cursor)
    except BadCursor as error:
        raise Http404 from error
    here = f"/dashboard/{shop_id}/history"
    emails = selectors.emails_kept(shop_id=shop_id) if may(request, ACTION) else 0
    context = {
        "rows": [_row(one) for one in found.items],
        "asked": query,
        "problems": problems,
        "narrowed": any(name in query for name in ("q", "source", "first", "last")),
        "filters": [
            {
                "href": _href(here, query, status=name),
                "word": status_badge(name).word if name else _("All"),
                "current": name == query.get("status", ""),
            }
            for name in ("", *STATUSES)
        ],
        "sources": [(one, source_word(one)) for one in SOURCES],
        "clear_href": here,
        "file_href": _href(f"{here}.csv", query),
        "first_href": _href(here, query) if cursor else "",
        "next_href": _href(here, query, cursor=found.next_cursor) if found.next_cursor else "",
        "emails": emails,
        "can_move": may(request, ACTION),
    }
    return draw(request, "moving/history.html", context, status=422 if problems else 200)


@require_GET
@require_action("report.export")
def file(request: MemberRequest, shop_id: UUID) -> Any:
    """Everything that the same address lists, as CSV, streamed."""
    query, sought, problems = _asked(request)
    if problems:
        raise Http404
    file_taken(request, "history.csv", filters=", ".join(sorted(query)) or "none")
    rows = _file_rows(selectors.past_all(shop_id=shop_id, sought=sought))
    return csv_file(csv_text(rows), name=f"history-{timezone.localdate():%Y%m%d}.csv")


@require_POST
@require_action(ACTION)
def forget(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Forget the emails of past buyers."""
    count = buyers.emails_forget(shop_id=shop_id, by=f"user:{request.user.pk}", now=timezone.now())
    said = ngettext("%(n)s email was forgotten.", "%(n)s emails were forgotten.", count)
    messages.success(request, said % {"n": count})
    return HttpResponseRedirect(f"/dashboard/{shop_id}/history")


# --- parts ---------------------------------------------------------------------------------------


def _asked(request: MemberRequest) -> tuple[dict[str, str], Sought, dict[str, str]]:
    """What was typed, what it asks for, and what of it can't be read. Raises Http404 for a choice
    that no form of ours offers."""
    query = {
        name: text
        for name in NAMES
        if (text := request.GET.get(name, "").replace("\0", "").strip()[:MAX_SEARCH])
    }
    if query.get("status", "paid") not in STATUSES or query.get("source", "btcpay") not in SOURCES:
        raise Http404
    problems: dict[str, str] = {}
    days = {}
    for name in ("first", "last"):
        try:
            days[name] = day_in(query, name)
        except TillwayError:
            problems[name] = _("That is no day.")
    first, last = days.get("first"), days.get("last")
    if first and last and last < first:
        problems["last"] = _("The last day lies before the first.")
    zone = ZoneInfo(request.shop.time_zone)
    sought = Sought(
        text=query.get("q", ""),
        status=query.get("status", ""),
        source=query.get("source", ""),
        begin=day_starts(first, 1, zone)[0] if first else None,
        end=day_starts(last + timedelta(days=1), 1, zone)[0] if last else None,
    )
    return query, sought, problems


def _href(path: str, query: dict[str, str], **changes: str) -> str:
    told = {name: value for name, value in (query | changes).items() if value}
    return f"{path}?{urlencode(told)}" if told else path


def _row(one: PastInvoice) -> dict[str, Any]:
    badge = status_badge(one.status)
    return {
        "at_text": time_text(one.at),
        "source": source_word(one.source),
        "old_id": one.old_id,
        "order_id": one.order_id,
        "amount_text": money_text(exact_text(one.units, one.decimals), one.currency),
        "badge": badge,
        "unusual": [_unusual(name) for name in one.exceptions],
        "transactions": one.transactions,
    }


def _unusual(name: str) -> str:
    return _("Refunded") if name == "refunded" else exception_word(name)


def _file_rows(invoices: Iterable[PastInvoice]) -> Iterator[tuple[str, ...]]:
    yield COLUMNS
    rows: list[PastInvoice] = []
    for one in invoices:
        rows.append(one)
        if len(rows) == AT_ONCE:
            yield from _cells(rows)
            rows = []
    yield from _cells(rows)


def _cells(rows: list[PastInvoice]) -> Iterator[tuple[str, ...]]:
    emails = buyers.emails_of(rows)
    for one in rows:
        yield (
            rfc3339(one.at),
            one.source,
            one.store_id,
            one.old_id,
            one.order_id,
            one.status,
            " ".join(one.exceptions),
            one.currency,
            exact_text(one.units, one.decimals),
            " ".join(one.transactions),
            emails.get(one.id, ""),
        )
