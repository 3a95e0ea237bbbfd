"""What a shop is owed, and the statement of what changed it: a list, and the same as a file."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gateway.events.errors import BadCursor
from gateway.events.moments import rfc3339
from gateway.ledger.selectors import StatementEntry, shop_statement
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import Asset
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.files import listed_file
from merchants.dashboard.frame import draw
from merchants.dashboard.lists import Listed, listed
from merchants.dashboard.selectors import amount_text, assets_by_code, balance_lines, time_text
from merchants.dashboard.wording import entry_word

COLUMNS: Final = ("at", "entry_id", "kind", "what", "asset", "available", "on_its_way")


@never_cache
@require_GET
@require_action("balance.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """The balances, and what changed them."""
    asked = _asked(request)
    try:
        found = shop_statement(shop_id=shop_id, order=asked.order, cursor=asked.cursor)
    except BadCursor as error:
        raise Http404 from error
    assets = _assets(found.items)
    context = {
        "balances": balance_lines(request.shop),
        "entries": [_row(entry, assets) for entry in found.items],
        "file_href": asked.address(f"{asked.here}.csv"),
        **asked.pages(found),
    }
    return draw(request, "dashboard/balances.html", context)


@require_GET
@require_action("balance.view")
def file(request: MemberRequest, shop_id: UUID) -> Any:
    """The whole statement as CSV, streamed: a line an asset that an entry changed."""
    return listed_file(
        request,
        _asked(request),
        kind="balances",
        page=partial(shop_statement, shop_id=shop_id),
        columns=COLUMNS,
        lines=_lines,
    )


def _asked(request: MemberRequest) -> Listed:
    return listed(request.GET, f"/dashboard/{request.shop.id}/balances")


def _assets(entries: Sequence[StatementEntry]) -> dict[str, Asset]:
    """One query."""
    return assets_by_code([change.asset for entry in entries for change in entry.changes])


def _row(entry: StatementEntry, assets: dict[str, Asset]) -> dict[str, Any]:
    return {
        "at_text": time_text(entry.happened_at),
        "word": entry_word(entry.kind),
        "changes": [
            {
                "symbol": asset.symbol,
                "available": _signed(change.available, asset),
                "reserved": _signed(change.reserved, asset),
            }
            for change in entry.changes
            if (asset := assets.get(change.asset))
        ],
    }


def _signed(units: int, asset: Asset) -> str:
    """A change with its sign; empty for none."""
    return amount_text(units, asset) if units else ""


def _lines(entries: Sequence[StatementEntry]) -> Iterator[tuple[str, ...]]:
    assets = _assets(entries)
    for entry in entries:
        for change in entry.changes:
            if asset := assets.get(change.asset):
                yield (
                    rfc3339(entry.happened_at),
                    str(entry.entry_id),
                    entry.kind,
                    entry_word(entry.kind),
                    change.asset,
                    format_amount(Amount(change.available, asset)),
                    format_amount(Amount(change.reserved, asset)),
                )
