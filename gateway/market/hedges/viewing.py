"""One asset's market as the hedging decision sees it, read from a snapshot. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import sqrt
from uuid import UUID

from gateway.market.errors import QuoteRefused
from gateway.market.execution.planning import BPS, MOVE_TOLERANCE_BPS
from gateway.market.firm.orders import SignedOrder
from gateway.market.hedging.bands import Band, aversion_for
from gateway.market.hedging.deciding import PPM, Side, VenueClass, View, band_units
from gateway.market.hedging.exchange_books import Offer
from gateway.market.quoting.permits import marked_state
from gateway.market.quoting.values import agreed_value
from gateway.market.risk.states import SECONDS_PER_YEAR, RiskState
from gateway.market.risk.watch import EVERYTHING
from gateway.market.routing.outlets import Outlet, PathOutlet, PoolOutlet, outlets_of
from gateway.market.routing.split import Part
from gateway.market.routing.venues import ROUTER_GAS, V3_HOP_GAS, Hop, Path, venues_of
from gateway.market.snapshots import E18, AssetState, ChainState, MarketSnapshot, V3State

CENTS = 100
SWAP_GAS = 21_000 + ROUTER_GAS + 46_000
"""Of a swap besides its pools: the transaction, the router, and the leave it takes."""
REFERENCE_DOLLARS = 1.0
"""A hedge's cost, and what comes in a second, in the conditions that ``band_usd_cents`` is for."""
LEAST_DOLLARS = 0.01


@dataclass(frozen=True, slots=True)
class Subject:
    """A token whose position can be closed on its own chain, against the chain's dollar token.

    Attributes:
        aliases: codes whose positions are the same risk: the token and the coin it wraps.
        usd: e18 dollars for a whole token; anchor_usd for a whole anchor; native_usd for the coin.
    """

    snapshot: MarketSnapshot
    asset: AssetState
    anchor: AssetState
    chain: ChainState
    aliases: tuple[str, ...]
    usd: int
    anchor_usd: int
    native_usd: int

    @property
    def code(self) -> str:
        return self.asset.code

    @property
    def fair(self) -> int:
        """Whole anchors (e18) for a whole token."""
        return self.usd * E18 // self.anchor_usd

    @property
    def sigma(self) -> float:
        """Standard deviation of the relative price over a second."""
        policy = self.snapshot.policy
        annual = self.asset.volatility_ppm or policy.initial_volatility_ppm
        return annual / PPM / sqrt(SECONDS_PER_YEAR)

    @property
    def swap_dollars(self) -> float:
        """What a small hedge costs at least: the gas of one swap."""
        spent_e36 = (SWAP_GAS + V3_HOP_GAS) * self.chain.gas_price_wei * self.native_usd
        return max(LEAST_DOLLARS, spent_e36 / E18 / E18)

    def tokens(self, side: Side) -> tuple[AssetState, AssetState]:
        """What is given and what is taken."""
        pair = (self.asset, self.anchor)
        return pair if side is Side.SELL else (pair[1], pair[0])

    def allowed(self, *, halts: Collection[str], now_ms: int) -> bool:
        """Whether the kill switch and the states of risk let the position be closed."""
        codes = {*self.aliases, self.anchor.code}
        if EVERYTHING in halts or codes & set(halts):
            return False
        silence = self.snapshot.policy.max_silence_ms
        states = [
            marked_state(self.snapshot.assets[code].risk, now_ms=now_ms, max_silence_ms=silence)
            for code in codes
            if code in self.snapshot.assets
        ]
        return RiskState.HALT not in states


def subjects_of(snapshot: MarketSnapshot, *, now_ms: int) -> Iterator[Subject | str]:
    """Every token that could be hedged; its code alone where it has no agreed price now."""
    for code, state in snapshot.assets.items():
        chain = snapshot.chains[state.chain_id]
        anchor = snapshot.assets.get(chain.anchor)
        if anchor is None or code in (chain.anchor, chain.native):
            continue
        try:
            usd = value_of(snapshot, state, now_ms=now_ms)
            anchor_usd = value_of(snapshot, anchor, now_ms=now_ms)
            native_usd = value_of(snapshot, snapshot.assets[chain.native], now_ms=now_ms)
        except (QuoteRefused, KeyError):
            yield code
            continue
        aliases = (code, chain.native) if code == chain.wrapped else (code,)
        yield Subject(snapshot, state, anchor, chain, aliases, usd, anchor_usd, native_usd)


def value_of(snapshot: MarketSnapshot, state: AssetState, *, now_ms: int) -> int:
    """e18 dollars for a whole unit now. Raises QuoteRefused without a fresh, agreed price."""
    policy = snapshot.policy
    value, _ = agreed_value(
        snapshot,
        key=state.code,
        sources=state.sources,
        now_ms=now_ms,
        min_sources=policy.min_stable_sources if state.peg else policy.min_sources,
        volatility_ppm=state.volatility_ppm or policy.initial_volatility_ppm,
    )
    return value.price


def values_of(snapshot: MarketSnapshot, *, now_ms: int) -> dict[str, int]:
    """e18 dollars for a whole unit of each asset that has an agreed price now."""
    values = {}
    for code, state in snapshot.assets.items():
        try:
            values[code] = value_of(snapshot, state, now_ms=now_ms)
        except QuoteRefused:
            continue
    return values


def own_cents(
    snapshot: MarketSnapshot,
    *,
    capital: Mapping[str, int],
    inventory: Mapping[str, int],
    values: Mapping[str, int],
    simulated: bool,
) -> int | None:
    """US cents that the house's own money is worth on chains of one kind.

    None if it owes something that has no price: a sum without a debt is no sum. What it owns
    without a price counts nothing.
    """
    cents = 0
    for code, state in snapshot.assets.items():
        if snapshot.chains[state.chain_id].simulated is not simulated:
            continue
        own = capital.get(code, 0) + inventory.get(code, 0)
        usd = values.get(code)
        if usd is None and own < 0:
            return None
        cents += own * (usd or 0) * CENTS // (E18 * int(10**state.decimals))
    return cents


@dataclass(frozen=True, slots=True)
class Ways:
    """The outlets of one side, and the path that each stands for."""

    outlets: tuple[PoolOutlet | PathOutlet, ...]
    paths: Mapping[str, Path]


def ways_of(subject: Subject, side: Side, *, amount_in: int, kinds: Collection[str]) -> Ways:
    """Paths that one router can take, each with the gas of a transaction of its own.

    Args:
        kinds: of the routers that the chain has: ``v2``, ``v3``.
    """
    token_in, token_out = subject.tokens(side)
    usable = [
        (_with_gas(path[0]), *path[1:])
        for path in venues_of(subject.snapshot).paths(token_in.code, token_out.code)
        if len({hop.venue.kind for hop in path}) == 1 and path[0].venue.kind in kinds
    ]
    dollars_e18 = subject.chain.gas_price_wei * subject.native_usd
    out_usd = subject.usd if side is Side.BUY else subject.anchor_usd
    outlets = outlets_of(
        usable,
        amount_in=amount_in,
        out_per_gas_e18=-(-dollars_e18 * int(10**token_out.decimals) // out_usd),
    )
    return Ways(tuple(outlets), {outlet.name: _path_of(outlet) for outlet in outlets})


def view_of(subject: Subject, ways: Ways, offers: Iterable[Offer] = ()) -> View:
    return View(
        fair=subject.fair,
        decimals=subject.asset.decimals,
        quote_decimals=subject.anchor.decimals,
        sigma=subject.sigma,
        outlets=outlets_by_class(ways, offers),
    )


def outlets_by_class(ways: Ways, offers: Iterable[Offer]) -> dict[VenueClass, tuple[Outlet, ...]]:
    """Pools' ways and exchanges' books, each where there are any."""
    books = tuple(outlet for offer in offers if (outlet := offer.outlet()) is not None)
    found: dict[VenueClass, tuple[Outlet, ...]] = {
        VenueClass.POOL: ways.outlets,
        VenueClass.EXCHANGE: books,
    }
    return {name: outlets for name, outlets in found.items() if outlets}


def band_of(
    subject: Subject,
    *,
    inflow_dollars: float,
    band_cents: int,
    least_cents: int,
    most_cents: int,
) -> int:
    """Half width of the no-trade band in base units, for what comes in a second."""
    view = view_of(subject, Ways((), {}))
    calm = subject.snapshot.policy.initial_volatility_ppm / PPM / sqrt(SECONDS_PER_YEAR)
    band = Band(
        fixed_cost=subject.swap_dollars,
        inflow=max(inflow_dollars, LEAST_DOLLARS),
        gamma=aversion_for(
            width=band_cents / CENTS,
            fixed_cost=REFERENCE_DOLLARS,
            inflow=REFERENCE_DOLLARS,
            sigma=calm,
        ),
        sigma=subject.sigma,
    )
    width = max(band.width, least_cents / CENTS)
    return band_units(width_dollars=width, view=view, most_units=view.units_of_cents(most_cents))


@dataclass(frozen=True, slots=True)
class Swap:
    """One transaction on one router, or with one maker, before it is written down.

    Attributes:
        fees_ppm: of each pool, for V3; None for V2.
        expected, worth, floor: base units out that the pools would give, that our fair value
            says, and that it must bring.
        cents: US cents that ``units_in`` are worth.
        order, quote: what a maker signed, and the id of its row; for kind ``firm`` only.
    """

    kind: str
    tokens: tuple[str, ...]
    fees_ppm: tuple[int | None, ...]
    units_in: int
    expected: int
    worth: int
    floor: int
    cents: int
    order: SignedOrder | None = None
    quote: UUID | None = None


def worth_of(subject: Subject, side: Side, amount_in: int) -> int:
    """Base units out that ``amount_in`` is worth by our fair value, rounded down."""
    token_in, token_out = subject.tokens(side)
    usd_in, usd_out = subject.usd, subject.anchor_usd
    if side is Side.BUY:
        usd_in, usd_out = usd_out, usd_in
    one_in, one_out = int(10**token_in.decimals), int(10**token_out.decimals)
    return amount_in * usd_in * one_out // (usd_out * one_in)


def swaps_of(
    subject: Subject,
    side: Side,
    parts: Iterable[Part],
    ways: Ways,
    *,
    max_cost_ppm: int,
) -> tuple[Swap, ...]:
    """The parts of a split as swaps; those whose pools give less than their floor are left out."""
    fees = {
        pool.address: pool.fee_ppm for pool in subject.snapshot.pools if isinstance(pool, V3State)
    }
    token_in, _ = subject.tokens(side)
    usd_in = subject.usd if side is Side.SELL else subject.anchor_usd
    swaps = []
    for part in parts:
        path = ways.paths[part.outlet]
        worth = worth_of(subject, side, part.amount_in)
        least = worth * (PPM - max_cost_ppm) // PPM
        if part.amount_out < least or least <= 0:
            continue
        swaps.append(
            Swap(
                kind=path[0].venue.kind,
                tokens=(path[0].token_in, *(hop.token_out for hop in path)),
                fees_ppm=tuple(fees.get(hop.venue.address) for hop in path),
                units_in=part.amount_in,
                expected=part.amount_out,
                worth=worth,
                floor=max(least, part.amount_out * (BPS - MOVE_TOLERANCE_BPS) // BPS),
                cents=part.amount_in * usd_in * CENTS // (E18 * int(10**token_in.decimals)),
            )
        )
    return tuple(swaps)


def _with_gas(hop: Hop) -> Hop:
    return replace(hop, venue=replace(hop.venue, gas=hop.venue.gas + SWAP_GAS))


def _path_of(outlet: PoolOutlet | PathOutlet) -> Path:
    if isinstance(outlet, PoolOutlet):
        return (outlet.hop,)
    return tuple(pool.hop for pool in outlet.pools)
