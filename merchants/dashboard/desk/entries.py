"""The ledger's entries behind the desk's numbers: by line of the result, by account, by key."""

from datetime import date
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_GET

from gateway.events.errors import BadCursor
from gateway.ledger.accounts import AccountName
from gateway.ledger.statements import (
    EntryView,
    account_statement,
    entries_by_key,
    entry_view,
)
from gateway.market.measures import selectors as measures
from gateway.market.measures.values import Line, LinkedEntry
from gateway.market.orders.selectors import orders_in_entry
from gateway.market.orders.terms import DESK
from gateway.money.assets import Asset
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.desk import figures
from merchants.dashboard.desk.entry_words import entry_kind_word
from merchants.dashboard.desk.frame import draw, held_snapshot, mode_of
from merchants.dashboard.desk.market import assets_of
from merchants.dashboard.desk.wording import line_word
from merchants.dashboard.selectors import assets_by_code, time_text

HERE: Final = "/desk/entries"
HOUSE: Final = ("desk", "capital", "fees", "gas", "venue_fees", "rounding", "insurance", "losses")
"""Accounts of the house that are asked about by name; others by their whole name in the path."""


@require_GET
@require_action("desk.view", shop=None)
def entries(request: MemberRequest) -> HttpResponse:
    """Entries, newest first, by what the address asks for."""
    try:
        found = _by_line(request) if request.GET.get("line") else _by_account(request)
    except (BadCursor, ValueError, OverflowError) as error:
        raise Http404 from error
    return draw(request, "dashboard/desk/entries.html", found)


@require_GET
@require_action("desk.view", shop=None)
def entry(request: MemberRequest, entry_id: UUID) -> HttpResponse:
    """One entry with all its lines and what leads back to its cause."""
    found = entry_view(entry_id=entry_id)
    if found is None:
        raise Http404
    return _entry_page(request, found)


@require_GET
@require_action("desk.view", shop=None)
def entry_of(request: MemberRequest, key: str) -> HttpResponse:
    """The entry of a key, for links from what knows only that."""
    found = entries_by_key(keys=[key])
    if not found:
        raise Http404
    return _entry_page(request, found[0])


def _entry_page(request: MemberRequest, found: EntryView) -> HttpResponse:
    tokens = assets_by_code(sorted({line.asset for line in found.lines}))
    context = {
        "entry": _entry(found),
        "key": found.key,
        "happened": time_text(found.happened_at),
        "reverses": found.reverses,
        "reversed_by": found.reversed_by,
        "lines": [
            {
                "account": line.account,
                "asset": line.asset,
                "debit": _units(line.units, line.asset, tokens) if line.units > 0 else "",
                "credit": _units(-line.units, line.asset, tokens) if line.units < 0 else "",
            }
            for line in found.lines
        ],
        "orders": orders_in_entry(entry_key=found.key, owner=DESK),
        "refs": [{"name": name, "value": str(value)} for name, value in found.refs.items()],
    }
    return draw(request, "dashboard/desk/entry.html", context)


def _by_line(request: MemberRequest) -> dict[str, Any]:
    """What a line of the waterfall is the sum of."""
    asked = request.GET
    line = Line(asked["line"])
    today = timezone.now().date().isoformat()
    first = date.fromisoformat(asked.get("first", today))
    last = date.fromisoformat(asked.get("last", today))
    snapshot = held_snapshot()
    page = measures.line_entries(
        mode=mode_of(request, snapshot),
        line=line,
        first=first,
        last=last,
        asset=asked.get("asset") or None,
        after=asked.get("cursor") or None,
    )
    codes = {code for entry in page.items for _account, code in entry.units}
    tokens = assets_by_code(sorted(codes))
    return {
        "title": line_word(line),
        "first": first,
        "last": last,
        "entries": [_linked(entry, tokens) for entry in page.items],
        "next_href": _next(asked, page.next_cursor),
        "by_line": True,
        **_form(request, account="desk", asset=asked.get("asset", "")),
    }


def _by_account(request: MemberRequest) -> dict[str, Any]:
    """What touched one account of one asset."""
    asked = request.GET
    account = asked.get("account") or "desk"
    form = _form(request, account=account, asset=asked.get("asset", ""))
    asset = asked.get("asset") or form["usual"]
    if account.startswith("shop:"):
        raise ValueError("a shop's account is the shop's business")
    page = account_statement(
        account=AccountName(account), asset=asset, cursor=asked.get("cursor") or None
    )
    tokens = assets_by_code([asset])
    return {
        "title": "",
        "account": account,
        "entries": [
            {
                **_entry(found),
                "changes": [
                    {"account": line.account, "text": _units(line.units, line.asset, tokens)}
                    for line in found.lines
                    if line.account == account and line.asset == asset
                ],
            }
            for found in page.items
        ],
        "next_href": _next(asked, page.next_cursor),
        "by_line": False,
        **form,
        "asset": asset,
    }


def _form(request: MemberRequest, *, account: str, asset: str) -> dict[str, Any]:
    snapshot = held_snapshot()
    mode = mode_of(request, snapshot)
    states = assets_of(snapshot, mode=mode) if snapshot else []
    chains = sorted({state.chain_id for state in states})
    accounts = [*HOUSE, *(f"custody:hot:{chain_id}" for chain_id in chains)]
    if account not in accounts:
        accounts.append(account)
    codes = [state.code for state in states]
    if asset and asset not in codes:
        codes.append(asset)
    # What most of the desk's entries are in: the chain's dollar token.
    anchors = [snapshot.chains[chain_id].anchor for chain_id in chains] if snapshot else []
    usual = next((code for code in (*anchors, *codes) if code in codes), "")
    return {
        "accounts": accounts,
        "assets": codes,
        "account": account,
        "asset": asset,
        "usual": usual,
    }


def _entry(found: EntryView) -> dict[str, Any]:
    return {
        "id": found.entry_id,
        "key": found.key,
        "kind": entry_kind_word(found.kind),
        "at": time_text(found.booked_at),
        "reversed": found.reversed_by is not None,
    }


def _linked(found: LinkedEntry, tokens: dict[str, Asset]) -> dict[str, Any]:
    return {
        "id": found.entry_id,
        "key": found.key,
        "kind": entry_kind_word(found.kind),
        "at": time_text(found.booked_at),
        "reversed": False,
        "changes": [
            {"account": account, "text": _units(units, code, tokens)}
            for (account, code), units in found.units.items()
        ],
    }


def _units(units: int, code: str, tokens: dict[str, Asset]) -> str:
    if code not in tokens:
        return f"{figures.count(units)} × {code}"
    text = figures.exact(units, decimals=tokens[code].decimals)
    return f"{figures.grouped(text)}{figures.NBSP}{tokens[code].symbol}"


def _next(asked: QueryDict, cursor: str | None) -> str:
    if not cursor:
        return ""
    return f"{HERE}?{urlencode({**asked.dict(), 'cursor': cursor})}"
