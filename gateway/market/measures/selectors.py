"""Questions to the measures. Each says what it costs; none reads the journal as a whole."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from gateway.events.cursors import PAGE_SIZE, Page
from gateway.market.measures.holdings import (
    Depth,
    EquityDay,
    EquityPoint,
    PositionDay,
    PositionLine,
    Utilisation,
)
from gateway.market.measures.values import (
    Fill,
    FillGroup,
    FillKind,
    LedgerDifference,
    Line,
    LinkedEntry,
    Mode,
    Waterfall,
)
from gateway.market.snapshots import MarketSnapshot

By = Literal["asset", "day", "shop", "kind"]


def read_through() -> datetime | None:
    """Up to when the ledger was read, by the database's clock; None before the first time.
    One query."""
    raise NotImplementedError


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
    raise NotImplementedError


def fill(*, entry_id: UUID) -> Fill | None:
    """The fill that an entry booked. One query."""
    raise NotImplementedError


def fill_groups(
    *,
    mode: Mode,
    first: date,
    last: date,
    by: By,
    kind: FillKind | None = FillKind.PAYMENT,
    asset: str | None = None,
    shop_id: UUID | None = None,
) -> list[FillGroup]:
    """Spreads and markouts of UTC days, added up by asset, by day, by shop or by kind, the group
    with the most fills first (days: in their order). One query, of daily sums.

    Args:
        kind: None for all kinds, in groups of their own.
    """
    raise NotImplementedError


def waterfall(*, mode: Mode, first: date, last: date) -> Waterfall:
    """From the quoted spread to the result of the UTC days from ``first`` through ``last``.
    Three queries, of daily sums."""
    raise NotImplementedError


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
    """The ledger entries behind a line of the waterfall, newest first. Two queries, by the index
    of each account's postings.

    Args:
        asset: whose postings.

    Raises:
        BadCursor: it is none of ours.
    """
    raise NotImplementedError


def ledger_differences(*, mode: Mode, first: date, last: date) -> list[LedgerDifference]:
    """Accounts whose units on these UTC days, as far as the ledger was read, are not the ledger's
    own; empty when all is well. Three queries; it adds up the postings of those days, by the index
    of each account's: for checks, not for pages."""
    raise NotImplementedError


def positions(*, mode: Mode, snapshot: MarketSnapshot, now: datetime) -> list[PositionLine]:
    """Inventory and result of every asset the desk ever traded, by asset code. Three queries.

    Args:
        snapshot: what it is marked by; an asset without an agreed price now has no mark.
    """
    raise NotImplementedError


def position_days(
    *, mode: Mode, first: date, last: date, asset: str | None = None
) -> list[PositionDay]:
    """Realised results and ∫q²dt by UTC day and asset, oldest first; a day without a trade has a
    row only once the next one came. One query."""
    raise NotImplementedError


def equity_points(*, mode: Mode, since: datetime, until: datetime) -> list[EquityPoint]:
    """What the desk was worth minute by minute, oldest first; minutes that were not priced are
    missing. Kept for ``KEEP_MINUTES``. One query."""
    raise NotImplementedError


def equity_days(*, mode: Mode, first: date, last: date) -> list[EquityDay]:
    """The desk's days, oldest first. One query."""
    raise NotImplementedError


def max_drawdown_cents(*, mode: Mode, first: date, last: date) -> int | None:
    """How far the desk's result fell below its best before, within these days; None if none of
    them is known. One query."""
    raise NotImplementedError


def utilisations(*, mode: Mode, snapshot: MarketSnapshot, now: datetime) -> list[Utilisation]:
    """Every limit of the desk and how much of it is used, fullest first. Twelve queries, however
    many assets. Shops' locks are the invoices' own: ``gateway.invoices.selectors``."""
    raise NotImplementedError


def depths(
    *, mode: Mode, snapshot: MarketSnapshot, now: datetime, asset: str | None = None
) -> list[Depth]:
    """What the pools take around the fair value, by asset. No query.

    An asset without pools, without an anchor, or without an agreed price now is left out.
    """
    raise NotImplementedError


def markout_curve(group: FillGroup) -> Mapping[int | None, int | None]:
    """Basis points by seconds after the fill (None: at the promise), for a picture. Pure."""
    return {each.seconds: each.bps for each in group.markouts}
