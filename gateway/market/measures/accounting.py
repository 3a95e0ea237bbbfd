"""From one entry of the journal to what the measures keep of it. Pure.

Every posting on the house's result accounts is valued at the fair values of one time: when a
payment was credited, when a transaction was mined. So whatever the lines of the waterfall are
called, they add up to the accounts.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from gateway.ledger.accounts import AccountName, desk, fees, gas, venue_fees
from gateway.ledger.entries import HouseEntry
from gateway.market.measures.edges import payment_edge
from gateway.market.measures.values import FillKind, Line, QuotedParts
from gateway.market.measures.valuing import Prices, edge_usd_e6, valued

RESULT_ACCOUNTS: tuple[AccountName, ...] = (desk(), fees(), gas(), venue_fees())
PAYMENT_KINDS = ("payment", "payment_late", "released")
CONVERSION_KINDS = ("refund_made", "refund_converted", "payout_converted")
FILL_KINDS: Mapping[str, FillKind] = {
    **dict.fromkeys(PAYMENT_KINDS, FillKind.PAYMENT),
    **dict.fromkeys(CONVERSION_KINDS, FillKind.CONVERSION),
    "fill": FillKind.SALE,
    "fiat_bought": FillKind.SALE,
    "hedge": FillKind.HEDGE,
    "trade": FillKind.BOOK,
}
_LINE_OF_ACCOUNT = {
    fees(): Line.FEE,
    gas(): Line.GAS,
    venue_fees(): Line.VENUE_FEES,
}
_FEES_OF_KIND = {"trade": Line.BOOK_FEES, "range_out": Line.RANGE_FEES}
_DESK_OF_KIND = {
    "fill": Line.SLIPPAGE,
    "fiat_bought": Line.SLIPPAGE,
    "hedge": Line.HEDGING,
    "trade": Line.BOOK,
    "range_out": Line.RANGES,
}
REVERSED = "_reversed"
WRAP = ":left"
"""Ends the reference of a sale that only wrapped a coin: an exchange with nobody."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the other tables know of an entry.

    Attributes:
        valued_at: what its postings are valued at.
        prices, promise_prices: of that time, and of when the rate was promised or the swap sent.
        asset: of an exchange, the one that was paid with, sold, or hedged, where a table says so.
        quoted: the quote's parts, its gas for this payment's share.
    """

    valued_at: datetime
    prices: Prices
    promised_at: datetime | None = None
    promise_prices: Prices = field(default_factory=dict)
    asset: str | None = None
    quoted: QuotedParts | None = None


@dataclass(frozen=True, slots=True)
class Booked:
    """One posting, to the house: what it brought in units and micro-dollars; None is missing."""

    account: str
    asset: str
    ledger_units: int
    usd_e6: int | None


@dataclass(frozen=True, slots=True)
class Moved:
    """A change of a position and what was paid for it or brought by it; None is missing."""

    asset: str
    units: int
    usd_e6: int | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A fill as it is first kept."""

    kind: FillKind
    asset: str
    took_asset: str
    took_units: int
    gave_asset: str
    gave_units: int
    notional_usd_e6: int | None
    at_promise_usd_e6: int | None
    at_fill_usd_e6: int | None
    invoice_id: UUID | None


@dataclass(frozen=True, slots=True)
class Accounted:
    """All that an entry adds to the measures.

    Attributes:
        edge_asset: whose edge it is; edges: a payment's lines, which add up to its postings on
            ``desk``; empty for every other entry and where the prices are missing.
    """

    booked: tuple[Booked, ...]
    moved: tuple[Moved, ...]
    exchange: Exchange | None
    edge_asset: str
    edges: Mapping[Line, int]


def line_of(account: str, kind: str) -> Line | None:
    """The line that postings of an account belong to; None where a payment's edges say it."""
    if account == fees() and kind in _FEES_OF_KIND:
        return _FEES_OF_KIND[kind]
    if account != desk():
        return _LINE_OF_ACCOUNT[AccountName(account)]
    if kind in PAYMENT_KINDS:
        return None
    if kind.removesuffix(REVERSED) in CONVERSION_KINDS:
        return Line.CONVERSION
    if kind.endswith(REVERSED):
        return Line.REVERSAL
    return _DESK_OF_KIND.get(kind, Line.OTHER)


def account_for(
    entry: HouseEntry,
    told: Circumstances,
    *,
    decimals: Mapping[str, int],
    pegged: Collection[str] = (),
) -> Accounted:
    """What an entry adds to the measures.

    Args:
        decimals: of every asset in it.
        pegged: of them, those that are worth a currency.
    """
    booked: list[Booked] = []
    by_account: dict[str, dict[str, int]] = {}
    for posting in entry.postings:
        legs = by_account.setdefault(posting.account, {})
        legs[posting.asset] = legs.get(posting.asset, 0) - posting.units
    for account, legs in sorted(by_account.items()):
        worth = valued(legs, prices=told.prices, decimals=decimals)
        booked += [
            Booked(account, asset, -units, None if worth is None else worth[asset])
            for asset, units in sorted(legs.items())
        ]
    legs = by_account.get(desk(), {})
    asset = _own_asset(entry, told, legs, pegged)
    edges: Mapping[Line, int] | None = None
    if legs and entry.kind in PAYMENT_KINDS:
        edges = payment_edge(
            token=asset,
            legs=legs,
            quoted=told.quoted,
            at_promise=told.promise_prices,
            at_fill=told.prices,
            decimals=decimals,
        )
    return Accounted(
        booked=tuple(booked),
        moved=tuple(_moved(legs, asset, told.prices, decimals)),
        exchange=_exchange(entry, told, legs, asset, decimals),
        edge_asset=asset,
        edges=edges or {},
    )


def _own_asset(
    entry: HouseEntry, told: Circumstances, legs: Mapping[str, int], pegged: Collection[str]
) -> str:
    """Of an exchange, what was paid with, sold, or hedged; the other one is what it is for.

    Where no table says so: of a payment what was taken, else what isn't pegged, else what was
    given.
    """
    if told.asset in legs:
        return told.asset or ""
    taken = [asset for asset, units in sorted(legs.items()) if units > 0]
    given = [asset for asset, units in sorted(legs.items()) if units < 0]
    if entry.kind.removesuffix(REVERSED) in PAYMENT_KINDS:
        # A reversal gives back what was taken.
        first = given if entry.kind.endswith(REVERSED) else taken
    else:
        first = [asset for asset in (*given, *taken) if asset not in pegged]
    return next(iter([*first, *given, *taken]), "")


def _moved(
    legs: Mapping[str, int], asset: str, prices: Prices, decimals: Mapping[str, int]
) -> list[Moved]:
    """What each leg paid or brought: in an exchange of two, both what the other asset is worth.

    So a payment's edge, and a sale's slippage, are its token's result and not that of the dollars.
    """
    exchanged = len(legs) == 2 and min(legs.values()) < 0 < max(legs.values())
    moved = []
    for code, units in sorted(legs.items()):
        priced = next(other for other in legs if other != asset) if exchanged else code
        worth = valued({priced: legs[priced]}, prices=prices, decimals=decimals)
        moved.append(Moved(code, units, None if worth is None else abs(worth[priced])))
    return moved


def _exchange(
    entry: HouseEntry,
    told: Circumstances,
    legs: Mapping[str, int],
    asset: str,
    decimals: Mapping[str, int],
) -> Exchange | None:
    kind = FILL_KINDS.get(entry.kind)
    if kind is None or len(legs) != 2 or entry.refs.get("reference", "").endswith(WRAP):
        return None
    (gave, gave_units), (took, took_units) = sorted(legs.items(), key=lambda leg: leg[1])
    if not gave_units < 0 < took_units:
        return None
    other = gave if asset == took else took
    notional = valued({other: abs(legs[other])}, prices=told.prices, decimals=decimals)
    return Exchange(
        kind=kind,
        asset=asset,
        took_asset=took,
        took_units=took_units,
        gave_asset=gave,
        gave_units=-gave_units,
        notional_usd_e6=None if notional is None else notional[other],
        at_promise_usd_e6=edge_usd_e6(legs, prices=told.promise_prices, decimals=decimals),
        at_fill_usd_e6=edge_usd_e6(legs, prices=told.prices, decimals=decimals),
        invoice_id=UUID(entry.refs["invoice_id"]) if "invoice_id" in entry.refs else None,
    )
