"""One account of the books: its entries with the balance after each, its statement as a file, and
an entry with what it leads to.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from gateway.events.errors import BadCursor
from gateway.ledger.account_statement import (
    account_assets,
    balance_after,
    statement_csv,
    statement_of,
)
from gateway.ledger.accounts import AccountName
from gateway.ledger.moments import balance_at
from gateway.ledger.statements import EntryView, account_statement, entry_view
from gateway.money.assets import Asset
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.desk.entry_words import entry_kind_word
from merchants.dashboard.house.book_rows import BOOKS, account_href, known_assets, units_text
from merchants.dashboard.house.frame import draw
from merchants.dashboard.selectors import time_text
from merchants.reports.files import csv_file

MOST_ASSETS: Final = 200


@require_GET
@require_action("books.view", shop=None)
def account(request: MemberRequest) -> HttpResponse:
    """What moved an account, newest first. Nine queries at most."""
    name = AccountName(request.GET.get("account", "").strip())
    found = account_assets(account=name, most=MOST_ASSETS)
    code = request.GET.get("asset") or (found[0] if found else "")
    if code and code not in found:
        raise Http404
    today = timezone.now().date()
    context: dict[str, Any] = {
        "page": "account",
        "account": name,
        "asset": code,
        "assets": [
            {"code": each, "href": account_href(name, each), "current": each == code}
            for each in found
        ],
        "first": today.replace(day=1).isoformat(),
        "last": today.isoformat(),
    }
    if not found:
        return draw(request, "dashboard/house/account.html", context, status=404 if name else 200)
    cursor = request.GET.get("cursor") or None
    try:
        page = account_statement(account=name, asset=code, cursor=cursor)
    except BadCursor as error:
        raise Http404 from error
    known = known_assets([code])
    held = balance_at(account=name, asset=code, at=timezone.now())
    following = {"account": name, "asset": code, "cursor": page.next_cursor}
    context |= {
        "balance": units_text(held, code, known),
        "entries": _with_balances(name, code, page.items, known),
        "next_href": f"{BOOKS}/account?{urlencode(following)}" if page.next_cursor else "",
    }
    return draw(request, "dashboard/house/account.html", context)


@require_GET
@require_action("books.view", shop=None)
def statement(request: MemberRequest) -> Any:
    """The statement of whole UTC days as CSV, streamed."""
    name = AccountName(request.GET.get("account", ""))
    code = request.GET.get("asset", "")
    try:
        first = date.fromisoformat(request.GET.get("first", ""))
        last = date.fromisoformat(request.GET.get("last", ""))
        start = datetime.combine(first, time(), tzinfo=UTC)
        end = datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise Http404 from error
    if end <= start or code not in account_assets(account=name, most=MOST_ASSETS):
        raise Http404
    asset = known_assets([code]).get(code) or Asset(code, 0)
    found = statement_of(account=name, asset=code, start=start, end=end)
    file = slugify(f"{name} {code} {first} {last}".replace(":", "-").replace("@", "-"))
    return csv_file(statement_csv(found, asset=asset), name=f"{file}.csv")


@require_GET
@require_action("books.view", shop=None)
def entry(request: MemberRequest, entry_id: UUID) -> HttpResponse:
    """One entry with all its lines and what leads back to its cause. Three queries."""
    found = entry_view(entry_id=entry_id)
    if found is None:
        raise Http404
    known = known_assets(line.asset for line in found.lines)
    context = {
        "page": "entry",
        "kind": entry_kind_word(found.kind),
        "key": found.key,
        "happened": time_text(found.happened_at),
        "booked": time_text(found.booked_at),
        "reverses": found.reverses,
        "reversed_by": found.reversed_by,
        "lines": [
            {
                "account": line.account,
                "asset": line.asset,
                "href": account_href(line.account, line.asset),
                "debit": units_text(line.units, line.asset, known) if line.units > 0 else "",
                "credit": units_text(-line.units, line.asset, known) if line.units < 0 else "",
            }
            for line in found.lines
        ],
        "refs": [
            {
                "name": name,
                "value": ", ".join(map(str, value)) if isinstance(value, list) else value,
            }
            for name, value in found.refs.items()
        ],
    }
    return draw(request, "dashboard/house/entry.html", context)


def _with_balances(
    name: AccountName, code: str, entries: Sequence[EntryView], known: dict[str, Asset]
) -> list[dict[str, Any]]:
    """Each entry with what it moved here, and what the account held after it. Two queries."""
    if not entries:
        return []
    newest = entries[0]
    balance = balance_after(
        account=name, asset=code, booked_at=newest.booked_at, entry_id=newest.entry_id
    )
    rows = []
    for each in entries:
        units = sum(
            line.units for line in each.lines if line.account == name and line.asset == code
        )
        rows.append(
            {
                "id": each.entry_id,
                "kind": entry_kind_word(each.kind),
                "key": each.key,
                "at": time_text(each.booked_at),
                "reversed": each.reversed_by is not None,
                "debit": units_text(units, code, known) if units > 0 else "",
                "credit": units_text(-units, code, known) if units < 0 else "",
                "balance": units_text(balance, code, known),
            }
        )
        balance -= units
    return rows
