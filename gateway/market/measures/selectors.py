"""Questions to the measures. Each says what it costs; none reads the journal as a whole.

What the desk holds and how near its limits are is asked of ``standing``, and named here as well.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, Sum
from django.db.models.expressions import Subquery

from gateway.events.cursors import PAGE_SIZE, Page, decode_cursor, page_of
from gateway.ledger.following import entries_of_kinds, units_between
from gateway.market.measures.accounting import RESULT_ACCOUNTS, line_of
from gateway.market.measures.circumstances import chain_modes, mode_of
from gateway.market.measures.grouping import By, fill_groups
from gateway.market.measures.markouts import COLUMNS
from gateway.market.measures.models import DayBooked, DayEdge, DeskFill, JournalRead
from gateway.market.measures.standing import (
    depths,
    equity_days,
    equity_points,
    max_drawdown_cents,
    position_days,
    positions,
    utilisations,
)
from gateway.market.measures.values import (
    HORIZON_SECONDS,
    AccountSum,
    Fill,
    FillGroup,
    FillKind,
    LedgerDifference,
    Line,
    LineSum,
    LinkedEntry,
    Markout,
    Mode,
    QuotedParts,
    Waterfall,
)

__all__ = [
    "By",
    "depths",
    "equity_days",
    "equity_points",
    "fill",
    "fill_groups",
    "fills",
    "ledger_differences",
    "line_entries",
    "markout_curve",
    "max_drawdown_cents",
    "position_days",
    "positions",
    "read_through",
    "utilisations",
    "waterfall",
]

_EDGE_LINES = (
    Line.QUOTED_SPREAD,
    Line.LOCK_PREMIUM,
    Line.CHARGED_FILL,
    Line.CHARGED_GAS,
    Line.VALUATION,
    Line.LOCK_MOVE,
    Line.UNSPLIT,
)
"""Those that payments' postings on ``desk`` are split into."""


def read_through() -> datetime | None:
    """Up to when the ledger was read, by the database's clock; None before the first time.
    One query."""
    return JournalRead.objects.values_list("through", flat=True).first()


# --- fills ---------------------------------------------------------------------------------------


def fills(
    *,
    mode: Mode,
    first: date,
    last: date,
    kind: FillKind | None = None,
    asset: str | None = None,
    shop_id: UUID | None = None,
    after: str | None = None,
    limit: int = PAGE_SIZE,
) -> Page[Fill]:
    """Fills booked on the UTC days from ``first`` through ``last``, newest first, with their
    markouts. One query.

    Args:
        asset: what was paid with, sold, or hedged.
        after: the cursor of the page before.

    Raises:
        BadCursor: it is none of ours.
    """
    begin, end = _bounds(first, last)
    rows = DeskFill.objects.filter(mode=mode, booked_at__gte=begin, booked_at__lt=end)
    if kind is not None:
        rows = rows.filter(kind=kind.value)
    if asset is not None:
        rows = rows.filter(asset=asset)
    if shop_id is not None:
        rows = rows.filter(shop_id=shop_id)
    if after is not None:
        last_id = decode_cursor(after)
        at = Subquery(DeskFill.objects.filter(entry_id=last_id).values("booked_at"))
        rows = rows.filter(Q(booked_at__lt=at) | Q(booked_at=at, entry_id__lt=last_id))
    found = [_fill(row) for row in rows.order_by("-booked_at", "-entry_id")[: limit + 1]]
    return page_of(
        found, size=limit, last_id=found[limit - 1].entry_id if len(found) > limit else None
    )


def fill(*, entry_id: UUID) -> Fill | None:
    """The fill that an entry booked. One query."""
    row = DeskFill.objects.filter(entry_id=entry_id).first()
    return None if row is None else _fill(row)


def _fill(row: DeskFill) -> Fill:
    after = [
        Markout(seconds, getattr(row, column), pending=number >= row.judged)
        for number, (seconds, column) in enumerate(zip(HORIZON_SECONDS, COLUMNS, strict=True))
    ]
    return Fill(
        entry_id=row.entry_id,
        key=row.key,
        kind=FillKind(row.kind),
        booked_at=row.booked_at,
        promised_at=row.promised_at,
        filled_at=row.filled_at,
        shop_id=row.shop_id,
        invoice_id=row.invoice_id,
        asset=row.asset,
        took_asset=row.took_asset,
        took_units=row.took_units,
        gave_asset=row.gave_asset,
        gave_units=row.gave_units,
        notional_usd_e6=row.notional_usd_e6,
        quoted=_quoted(row),
        markouts=(
            Markout(None, row.at_promise_usd_e6),
            Markout(0, row.at_fill_usd_e6),
            *after,
        ),
        reversed=row.reversed,
    )


def _quoted(row: DeskFill) -> QuotedParts | None:
    match (row.spread_ppm, row.lock_premium_ppm, row.fill_ppm, row.gas_units):
        case (int(spread), int(premium), int(venue), int(gas)):
            return QuotedParts(spread, premium, venue, gas)
    return None


def markout_curve(group: FillGroup) -> Mapping[int | None, int | None]:
    """Basis points by seconds after the fill (None: at the promise), for a picture. Pure."""
    return {each.seconds: each.bps for each in group.markouts}


# --- the waterfall -------------------------------------------------------------------------------


class _Booked(NamedTuple):
    account: str
    kind: str
    asset: str
    units: int
    usd_e6: int
    postings: int
    unvalued: int


def waterfall(*, mode: Mode, first: date, last: date) -> Waterfall:
    """From the quoted spread to the result of the UTC days from ``first`` through ``last``.
    Three queries, of daily sums."""
    rows = [
        _Booked(account, kind, code, int(moved), int(worth), lines, unknown)
        for account, kind, code, moved, worth, lines, unknown in DayBooked.objects.filter(
            mode=mode, day__gte=first, day__lte=last
        )
        .values("account", "kind", "asset")
        .annotate(
            moved=Sum("units"),
            worth=Sum("usd_e6"),
            lines=Sum("postings"),
            unknown=Sum("unvalued"),
        )
        .values_list("account", "kind", "asset", "moved", "worth", "lines", "unknown")
        .order_by("account", "asset", "kind")
    ]
    edges = {
        (Line(row["line"]), row["asset"]): int(row["worth"])
        for row in DayEdge.objects.filter(mode=mode, day__gte=first, day__lte=last)
        .values("line", "asset")
        .annotate(worth=Sum("usd_e6"))
    }
    accounts: dict[tuple[str, str], AccountSum] = {}
    for row in rows:
        key = (row.account, row.asset)
        before = accounts.get(key, AccountSum(*key, 0, 0, 0, 0))
        accounts[key] = AccountSum(
            *key,
            units=before.units + row.units,
            usd_e6=before.usd_e6 + row.usd_e6,
            postings=before.postings + row.postings,
            unvalued=before.unvalued + row.unvalued,
        )
    return Waterfall(
        mode=mode,
        first=first,
        last=last,
        through=read_through(),
        lines=tuple(_line(line, rows, edges) for line in Line),
        accounts=tuple(accounts[key] for key in sorted(accounts)),
    )


def _line(line: Line, rows: Sequence[_Booked], edges: Mapping[tuple[Line, str], int]) -> LineSum:
    """A line of the daily sums; a payment's edge is counted by line already."""
    split = line in _EDGE_LINES
    own = [row for row in rows if line_of(row.account, row.kind) is (None if split else line)]
    by_asset: dict[str, int] = {}
    if split:
        by_asset = {asset: worth for (name, asset), worth in edges.items() if name is line}
    else:
        for row in own:
            by_asset[row.asset] = by_asset.get(row.asset, 0) + row.usd_e6
    return LineSum(
        line=line,
        usd_e6=sum(by_asset.values()),
        by_asset=by_asset,
        accounts=tuple(sorted({row.account for row in own})),
        kinds=tuple(sorted({row.kind for row in own})),
        postings=sum(row.postings for row in own),
        unvalued=sum(row.unvalued for row in own),
    )


def line_entries(
    *,
    mode: Mode,
    line: Line,
    first: date,
    last: date,
    asset: str | None = None,
    after: str | None = None,
    limit: int = PAGE_SIZE,
) -> Page[LinkedEntry]:
    """The ledger entries behind a line of the waterfall, newest first. Four queries, by the index
    of each account's postings.

    Args:
        asset: whose postings.

    Raises:
        BadCursor: it is none of ours.
    """
    wanted = None if line in _EDGE_LINES else line
    keys = [
        key
        for key in DayBooked.objects.filter(mode=mode, day__gte=first, day__lte=last)
        .values_list("account", "kind", "asset")
        .distinct()
        if line_of(key[0], key[1]) is wanted and asset in (None, key[2])
    ]
    begin, end = _bounds(first, last)
    accounts = {each for each in RESULT_ACCOUNTS if any(key[0] == each for key in keys)}
    entries = entries_of_kinds(
        accounts=accounts,
        assets={key[2] for key in keys},
        kinds={key[1] for key in keys},
        after=begin,
        before=end,
        last_id=None if after is None else decode_cursor(after),
        limit=limit + 1,
    )
    found = [
        LinkedEntry(
            entry_id=entry.id,
            key=entry.key,
            kind=entry.kind,
            booked_at=entry.booked_at,
            shop_id=entry.shop_id,
            refs=entry.refs,
            units={(posting.account, posting.asset): posting.units for posting in entry.postings},
        )
        for entry in entries
    ]
    return page_of(
        found, size=limit, last_id=found[limit - 1].entry_id if len(found) > limit else None
    )


def ledger_differences(*, mode: Mode, first: date, last: date) -> list[LedgerDifference]:
    """Accounts whose units on these UTC days, as far as the ledger was read, are not the ledger's
    own; empty when all is well. Four queries; it adds up the postings of those days, by the index
    of each account's: for checks, not for pages."""
    begin, end = _bounds(first, last)
    through = read_through()
    measured = {
        (account, code): int(units)
        for account, code, units in DayBooked.objects.filter(
            mode=mode, day__gte=first, day__lte=last
        )
        .values("account", "asset")
        .annotate(moved=Sum("units"))
        .values_list("account", "asset", "moved")
    }
    posted: dict[tuple[str, str], int] = {}
    if through is not None:
        posted = units_between(accounts=RESULT_ACCOUNTS, after=begin, before=min(end, through))
    modes = chain_modes()
    return [
        LedgerDifference(*key, measured.get(key, 0), posted.get(key, 0))
        for key in sorted({*measured, *posted})
        if measured.get(key, 0) != posted.get(key, 0)
        and (key in measured or mode_of([key[1]], modes) == mode)
    ]


def _bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """From the beginning of one UTC day to the end of another."""
    begin = datetime.combine(first, time(), tzinfo=UTC)
    return begin, datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC)
