"""Hedge now, how much of which asset, where, at once or in time: one pure decision with its reason.

Pools, books and exchanges are outlets of one exact split, so that "which venue" is the answer of
the same search that every sale uses; the position is closed at once unless working it in slices
costs less by Almgren–Chriss, waiting included.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil

from gateway.market.amm.errors import AmmError
from gateway.market.hedging.schedules import Impact, Problem, slices_of
from gateway.market.hedging.tiers import Tier, room_cents, tier_for
from gateway.market.routing.outlets import Outlet
from gateway.market.routing.split import Part, best_split

PPM = 1_000_000
E18 = 10**18


class VenueClass(Enum):
    POOL = "pool"
    BOOK = "book"
    EXCHANGE = "exchange"


class Side(Enum):
    """Of the asset: what it is hedged by doing."""

    SELL = "sell"
    BUY = "buy"


class Style(Enum):
    MARKET = "market"
    TWAP = "twap"


class Reason(Enum):
    """Stable codes; every hedge's ledger entry carries one, and so does every rest."""

    BEYOND_BAND = "beyond_band"
    BEYOND_TIER = "beyond_tier"
    WITHIN_BAND = "within_band"
    NOT_ALLOWED = "not_allowed"
    NO_CAPITAL = "no_capital"
    NO_VENUE = "no_venue"
    NO_PRICE = "no_price"
    NOTHING_AT_HAND = "nothing_at_hand"
    TOO_DEAR = "too_dear"


@dataclass(frozen=True, slots=True)
class HedgePolicy:
    """
    Attributes:
        tiers: limits by capital.
        least_order_units: a smaller hedge is not worth an order.
        max_cost_ppm: below the fair value, venue costs included; a dearer hedge waits, unless the
            position is beyond its tier's limit.
        slice_seconds, max_slices: how a hedge is worked in time.
        aversion: λ of the schedule, for one dollar.
        least_saving_ppm: of the hedge's worth; for less it is not worked in time.
    """

    tiers: Sequence[Tier]
    least_order_units: int = 1
    max_cost_ppm: int = 10_000
    slice_seconds: int = 30
    max_slices: int = 20
    aversion: float = 1e-6
    least_saving_ppm: int = 100


@dataclass(frozen=True, slots=True)
class Holding:
    """An asset's position, as signed base units.

    Attributes:
        inventory: what the desk owns of it, net of what it owes.
        target: what it wants to own.
        locked: what open locks are as good as (``locks.lock_exposure``).
        at_hand: what can be delivered now, by class; what an exchange lends to sell is included.
        quote_at_hand: dollar base units that a purchase may spend, by class; None is no limit.
    """

    inventory: int
    target: int
    locked: int
    at_hand: Mapping[VenueClass, int]
    quote_at_hand: Mapping[VenueClass, int] | None = None

    @property
    def exposure(self) -> int:
        return self.inventory - self.target + self.locked


@dataclass(frozen=True, slots=True)
class View:
    """The market around one asset.

    Attributes:
        fair: dollars (e18) for a whole unit.
        decimals: of the asset; quote_decimals: of the dollar stablecoin it is traded for.
        sigma: standard deviation of the relative price over a second.
        outlets: by class, for the side that closes the position: token to dollars for a sale,
            dollars to token for a purchase.
    """

    fair: int
    decimals: int
    quote_decimals: int
    sigma: float
    outlets: Mapping[VenueClass, Sequence[Outlet]]

    def cents(self, units: int) -> int:
        """Worth of |units|, rounded up."""
        return -(-abs(units) * self.fair * 100 // (E18 * int(10**self.decimals)))

    def quote_units(self, units: int) -> int:
        """Dollar base units that |units| are worth, rounded down."""
        return int(abs(units) * self.fair * 10**self.quote_decimals // (E18 * 10**self.decimals))

    def token_units(self, quote_units: int) -> int:
        return int(quote_units * E18 * 10**self.decimals // (self.fair * 10**self.quote_decimals))

    def units_of_cents(self, cents: int) -> int:
        return int(cents * E18 * 10**self.decimals // (100 * self.fair))


@dataclass(frozen=True, slots=True)
class Hedge:
    """An order to close (part of) a position.

    Attributes:
        units: base units of the asset in all, above zero.
        now_in: base units that go in now (asset for a sale, dollars for a purchase); the first
            slice where it is worked in time.
        parts: where, as the venues themselves answered.
        later: base units of the asset in the slices that follow, one each ``slice_seconds``.
        cost_ppm: what the first slice brings less than its fair value.
    """

    side: Side
    style: Style
    reason: Reason
    units: int
    now_in: int
    parts: tuple[tuple[VenueClass, Part], ...]
    later: tuple[int, ...]
    slice_seconds: int
    cost_ppm: int


@dataclass(frozen=True, slots=True)
class Rest:
    """Nothing is done, and why."""

    reason: Reason
    exposure: int


@dataclass(frozen=True, slots=True)
class _Search:
    """The venues that are asked, for which side, and for how long."""

    view: View
    outlets: Mapping[VenueClass, Sequence[Outlet]]
    side: Side
    clock: Callable[[], float]
    deadline: float


@dataclass(frozen=True, slots=True)
class _Fill:
    amount_in: int
    parts: tuple[tuple[VenueClass, Part], ...]
    cost_ppm: int
    fixed_quote: int


def decide(
    *,
    holding: Holding,
    view: View,
    band_units: int,
    policy: HedgePolicy,
    capital_cents: int,
    gross_cents: int,
    allowed: bool,
    clock: Callable[[], float],
    deadline: float,
    asks_makers: bool = False,
) -> Hedge | Rest:
    """What to do about one asset's position now.

    Args:
        band_units: half width of the no-trade band, base units.
        gross_cents: all of the desk's absolute positions, this one included.
        allowed: the asset's risk state lets the desk shrink a position.
        clock, deadline: of the search over venues, which is anytime.
        asks_makers: where there is no outlet at all, outside makers can be asked for what the
            treasury has (it stands under ``VenueClass.POOL``).
    """
    exposure = holding.exposure
    if not allowed:
        return Rest(Reason.NOT_ALLOWED, exposure)
    tier = tier_for(policy.tiers, capital_cents=capital_cents)
    beyond = tier is None or _beyond(tier, holding, view, capital_cents, gross_cents)
    if abs(exposure) <= band_units and not beyond:
        return Rest(Reason.WITHIN_BAND, exposure)
    side = Side.SELL if exposure > 0 else Side.BUY
    # With the capital gone the first tier's order size still lets a position be closed.
    order_cents = tier.order_cents if tier else min(each.order_cents for each in policy.tiers)
    units = min(abs(exposure), view.units_of_cents(order_cents))
    usable = {name: outlets for name, outlets in view.outlets.items() if outlets}
    alone = asks_makers and not usable
    if alone:
        usable = {VenueClass.POOL: ()}
    if not usable:
        return Rest(Reason.NO_VENUE, exposure)
    if side is Side.SELL:
        usable, units = deliverable(holding.at_hand, usable, units)
    elif holding.quote_at_hand is not None:
        wanted = view.quote_units(units)
        usable, spends = deliverable(holding.quote_at_hand, usable, wanted)
        units = units if spends == wanted else min(units, view.token_units(spends))
    if units < max(policy.least_order_units, 1):
        return Rest(
            Reason.NOTHING_AT_HAND if abs(exposure) > units else Reason.WITHIN_BAND, exposure
        )
    search = _Search(view, usable, side, clock, deadline)
    whole = _fill(search, units)
    if alone:  # what it brings is what makers will sign
        whole = _Fill(units if side is Side.SELL else view.quote_units(units), (), 0, 0)
    if whole is None:
        return Rest(Reason.NO_VENUE, exposure)
    reason = Reason.BEYOND_TIER if beyond else Reason.BEYOND_BAND
    slices = _slices(search, policy, units, whole)
    first = whole
    if len(slices) > 1:
        sliced = _fill(search, slices[0])
        first, slices = (sliced, slices) if sliced is not None else (whole, (units,))
    if first.cost_ppm > policy.max_cost_ppm and not beyond:
        return Rest(Reason.TOO_DEAR, exposure)
    return Hedge(
        side=side,
        style=Style.TWAP if len(slices) > 1 else Style.MARKET,
        reason=reason,
        units=units,
        now_in=first.amount_in,
        parts=first.parts,
        later=slices[1:],
        slice_seconds=policy.slice_seconds,
        cost_ppm=first.cost_ppm,
    )


def may_open_cents(
    holding: Holding, view: View, policy: HedgePolicy, *, capital_cents: int, gross_cents: int
) -> int:
    """Cents by which the asset's position may grow, for new locks and the desk's own orders."""
    tier = tier_for(policy.tiers, capital_cents=capital_cents)
    if tier is None:
        return 0
    return room_cents(
        tier,
        capital_cents=capital_cents,
        gross_cents=gross_cents,
        position_cents=view.cents(holding.exposure),
    )


def _beyond(tier: Tier, holding: Holding, view: View, capital_cents: int, gross_cents: int) -> bool:
    position = view.cents(holding.exposure)
    return position > tier.position_cents or (
        position > 0 and gross_cents > capital_cents * tier.leverage_ppm // PPM
    )


def deliverable(
    at_hand: Mapping[VenueClass, int],
    outlets: Mapping[VenueClass, Sequence[Outlet]],
    amount_in: int,
) -> tuple[dict[VenueClass, Sequence[Outlet]], int]:
    """The classes that what is at hand reaches for all of it; else the one that has most.

    Where one has enough, exchanges take a part of it too: their outlets end with what lies there.
    """
    has = {name: max(0, at_hand.get(name, 0)) for name in outlets}
    enough = {
        name: outlets[name]
        for name, units in has.items()
        if units >= amount_in or (name is VenueClass.EXCHANGE and units > 0)
    }
    if any(has[name] >= amount_in for name in enough):
        return enough, amount_in
    most = max(has, key=lambda name: has[name])
    return {most: outlets[most]}, has[most]


def _fill(search: _Search, units: int) -> _Fill | None:
    view, outlets, side = search.view, search.outlets, search.side
    amount_in = units if side is Side.SELL else view.quote_units(units)
    named = {outlet.name: kind for kind, group in outlets.items() for outlet in group}
    every = [outlet for group in outlets.values() for outlet in group]
    try:
        split = best_split(every, amount_in, clock=search.clock, deadline=search.deadline)
    except AmmError:
        return None
    ideal = view.quote_units(units) if side is Side.SELL else view.token_units(amount_in)
    cost = max(0, -(-(ideal - split.net) * PPM // max(ideal, 1)))
    fixed = split.cost if side is Side.SELL else view.quote_units(split.cost)
    return _Fill(amount_in, tuple((named[p.outlet], p) for p in split.parts), cost, fixed)


def _slices(search: _Search, policy: HedgePolicy, units: int, whole: _Fill) -> tuple[int, ...]:
    """The sale at once, or its schedule if that costs less with its fixed costs and its risk.

    Impact is measured, not assumed: the venues' answers for a half and for all of it.
    """
    view = search.view
    half = _fill(search, units // 2) if units > 1 else None
    if half is None or whole.cost_ppm <= half.cost_ppm or view.sigma <= 0:
        return (units,)
    dollars = view.cents(units) / 100
    slope = 2 * (whole.cost_ppm - half.cost_ppm) / PPM / dollars  # share lost for a dollar at once
    fixed = whole.fixed_quote / 10**view.quote_decimals
    seconds = policy.slice_seconds
    best_slices: tuple[int, ...] = (units,)
    least = fixed + slope * dollars**2 - dollars * policy.least_saving_ppm / PPM
    for slices in range(2, policy.max_slices + 1):
        problem = Problem(
            position=dollars,
            sigma=view.sigma,
            aversion=policy.aversion,
            impact=Impact(fixed=0.0, temporary=slope * seconds),
            seconds=seconds * slices,
            slices=slices,
        )
        planned = tuple(each for each in slices_of(problem, units) if each)
        cost = problem.objective(problem.holdings()) + fixed * len(planned)
        if cost < least and min(planned) >= policy.least_order_units:
            best_slices, least = planned, cost
    return best_slices


def band_units(*, width_dollars: float, view: View, most_units: int) -> int:
    """A band in base units, rounded up, and never wider than ``most_units``."""
    if width_dollars == float("inf"):
        return most_units
    return min(view.units_of_cents(ceil(width_dollars * 100)), most_units)
