"""What to collect together and what it must bring: pure.

A snapshot, what lies where, and a time in; calls out. The floor of a sale comes from our own fair
value, not from the pool it is sold to: a pool that was pushed is not sold to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from gateway.market.amm.errors import AmmError, NoLiquidity
from gateway.market.execution.errors import FillTooDear
from gateway.market.quotes import appraise
from gateway.market.routing.best import along_in
from gateway.market.routing.books import BookTaking, book_places
from gateway.market.routing.venues import Path, venues_of
from gateway.market.snapshots import MarketSnapshot, V3State
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT

BPS = 10_000
FLOOR_TOLERANCE_BPS = 100
"""A sale may bring this much less than the token's worth after the day's spread and costs."""
MOVE_TOLERANCE_BPS = 100
"""…and this much less than the route would give now, whichever is more."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request to collect a deposit, with the salt of its address; the desk's or a payer's."""

    request_id: UUID
    deposit_id: UUID
    salt: bytes
    units: int
    is_bought: bool = True


@dataclass(frozen=True, slots=True)
class Lying:
    """What lies at one deposit address of the token in question, by our count.

    Attributes:
        remaining: base units of all its deposits that stand, less what was swept from it.
        undecided: some of it is not somebody's yet, or is held.
        under_way: a transaction was queued that sweeps it.
    """

    remaining: int
    undecided: bool
    under_way: bool = False


@dataclass(frozen=True, slots=True)
class Collection:
    """How the wanted deposits are collected.

    Attributes:
        together: at these addresses lies the desk's and nothing else: swept and sold in one go.
        apart: at these lies something of others too: swept, and the desk's part kept.
        gone: a sweep took them along already.
        waiting: nobody may touch them yet.
        under_way: what lies there without them is being swept; what is left then decides.
        dust: at these lies less than a sweep of it costs.
        unpriced: what is a payer's, while nobody can say what a sweep of it costs.
    """

    together: tuple[Wanted, ...] = ()
    apart: tuple[Wanted, ...] = ()
    gone: tuple[Wanted, ...] = ()
    waiting: tuple[Wanted, ...] = ()
    under_way: tuple[Wanted, ...] = ()
    dust: tuple[Wanted, ...] = ()
    unpriced: tuple[Wanted, ...] = ()


def collection_of(
    wanted: Sequence[Wanted], lying: Mapping[bytes, Lying], *, cost_units: int | None
) -> Collection:
    """Sort what is wanted by what lies at its address.

    Args:
        cost_units: base units of the token that the sweep of one address costs; None while there
            is no price. The desk's is then swept all the same: shops wait for the float, and what
            was quoted was worth its collection.
    """
    bought: dict[bytes, int] = {}
    for item in wanted:
        bought[item.salt] = bought.get(item.salt, 0) + (item.units if item.is_bought else 0)
    kinds: dict[str, list[Wanted]] = {}
    for item in wanted:
        kind = _kind(lying[item.salt], bought=bought[item.salt], cost_units=cost_units)
        kinds.setdefault(kind, []).append(item)
    return Collection(**{kind: tuple(items) for kind, items in kinds.items()})


def _kind(there: Lying, *, bought: int, cost_units: int | None) -> str:
    """Which field of ``Collection`` what is wanted of an address goes to."""
    if there.remaining <= 0:
        return "gone"
    if there.undecided:
        return "waiting"
    if there.under_way:
        return "under_way"
    if cost_units is None and not bought:
        return "unpriced"
    if there.remaining < (cost_units or 0):
        return "dust"
    return "together" if bought == there.remaining else "apart"


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale on a router.

    Attributes:
        kind: ``v2`` or ``v3``.
        tokens: asset codes along the way.
        fees_ppm: of each pool, for V3; None for V2.
        expected: base units that the pools would give now.
        floor: base units that it must bring, or be undone.
    """

    kind: str
    tokens: tuple[str, ...]
    fees_ppm: tuple[int | None, ...]
    units_in: int
    expected: int
    floor: int


def sale_of(
    *, snapshot: MarketSnapshot, token: Amount, settlement_asset: str, now: datetime
) -> Sale:
    """The best way to sell ``token`` that one router can take, and its floor.

    Raises:
        QuoteRefused: there is no fresh price to take a floor from.
        NoLiquidity: no pool takes it.
        FillTooDear: every pool gives less than the floor.
    """
    floor = _floor(snapshot, token=token, settlement_asset=settlement_asset, now=now)
    path, expected = _best(snapshot, token=token, settlement_asset=settlement_asset)
    if expected < floor or floor <= 0:
        raise FillTooDear(f"{expected} base units instead of {floor} at least.")
    fees = {pool.address: pool.fee_ppm for pool in snapshot.pools if isinstance(pool, V3State)}
    return Sale(
        kind=path[0].venue.kind,
        tokens=(path[0].token_in, *(hop.token_out for hop in path)),
        fees_ppm=tuple(fees.get(hop.venue.address) for hop in path),
        units_in=token.units,
        expected=expected,
        floor=max(floor, expected * (BPS - MOVE_TOLERANCE_BPS) // BPS),
    )


def book_sale_of(
    *, snapshot: MarketSnapshot, token: Amount, settlement_asset: str, now: datetime
) -> BookTaking | None:
    """How our own order book takes ``token``, but for less than a lot; None where the pools give
    more, or it gives less than the floor of a sale. A native coin is sold by its wrapping alone.

    Raises:
        QuoteRefused: there is no fresh price to take a floor from.
    """
    places = book_places(
        snapshot,
        token_in=token.asset.code,
        token_out=settlement_asset,
        now_ms=int(now.timestamp() * 1000),
    )
    if not places:
        return None
    least = _floor(snapshot, token=token, settlement_asset=settlement_asset, now=now)
    try:
        _, in_pools = _best(snapshot, token=token, settlement_asset=settlement_asset)
    except NoLiquidity:
        in_pools = 0
    best: tuple[int, BookTaking] | None = None
    for place in places.values():
        taking = place.taking(token.units)
        if taking is None or taking.units + place.book.lot_units <= token.units:
            continue  # nothing, or not all of it
        brings, _ = place.outlet.take(taking.units)
        if brings * token.units < max(in_pools + 1, least) * taking.units:
            continue
        if best is None or brings > best[0]:
            best = (brings, taking)
    return best[1] if best else None


def _floor(snapshot: MarketSnapshot, *, token: Amount, settlement_asset: str, now: datetime) -> int:
    """Base units that a sale must bring, from our own fair value. Raises QuoteRefused."""
    worth = appraise(
        snapshot=snapshot,
        token=token,
        pricing=FIAT["USD"],
        settlement_asset=settlement_asset,
        fee_bps=0,
        now=now,
    ).settlement_units
    return worth * (BPS - FLOOR_TOLERANCE_BPS) // BPS


def _best(snapshot: MarketSnapshot, *, token: Amount, settlement_asset: str) -> tuple[Path, int]:
    """The path within one router that gives most."""
    best: tuple[Path, int] | None = None
    for path in venues_of(snapshot).paths(_traded(snapshot, token.asset.code), settlement_asset):
        if len({hop.venue.kind for hop in path}) != 1:
            continue
        try:
            units_out, _ = along_in(path, token.units)
        except AmmError:
            continue
        if best is None or units_out > best[1]:
            best = (path, units_out)
    if best is None:
        raise NoLiquidity
    return best


def _traded(snapshot: MarketSnapshot, code: str) -> str:
    """Pools know the native coin by the token that wraps it."""
    for chain in snapshot.chains.values():
        if chain.native == code:
            return chain.wrapped
    return code


DUST_REST = timedelta(days=1)
"""Dust is looked at again after this, or when more arrives at its address."""


def retry_seconds(attempts: int) -> int:
    """How long a deposit that could not be collected waits: 15 s, doubling, an hour at most."""
    return min(3_600, 15 << min(attempts, 8))
