"""The hedging decision of a played desk: the product's own, over the stage's venues."""

from dataclasses import dataclass

from gateway.market.desk.lock import SECONDS_PER_YEAR
from gateway.market.hedging.bands import Band, aversion_for
from gateway.market.hedging.deciding import (
    Hedge,
    HedgePolicy,
    Holding,
    Rest,
    Side,
    VenueClass,
    View,
    band_units,
    decide,
)
from gateway.market.hedging.tiers import DEFAULT_TIERS
from gateway.market.simulation.crowds import Crowd
from gateway.market.simulation.stage import SETTLEMENT_DECIMALS, Token, outlets_for
from gateway.market.snapshots import E18, DeskPolicy
from gateway.money.rates import PPM

A_SECOND_OF_A_YEAR = (SECONDS_PER_YEAR**0.5) * PPM


@dataclass(frozen=True, slots=True)
class Position:
    """What there is to hedge.

    Attributes:
        held, locked: base units of the token, owned and what open locks are as good as.
        known, price: e18 dollars: the value last agreed on, and what the venues trade at.
        volatility_ppm: a year's.
        result_cents: what the desk has made so far.
    """

    token: Token
    held: int
    locked: int
    known: int
    price: int
    volatility_ppm: int
    result_cents: int


def hedge_of(
    position: Position, *, crowd: Crowd, policy: DeskPolicy, allowed: bool
) -> Hedge | Rest:
    """Decided by the value last agreed on; the venues answer at the price of now."""
    token, known = position.token, position.known
    lent = crowd.lent_cents * token.one * E18 // (100 * known)
    holding = Holding(
        position.held,
        0,
        position.locked,
        # What has to go from the chain to the exchange is taken to be there.
        {
            VenueClass.POOL: max(0, position.held),
            VenueClass.EXCHANGE: max(0, position.held + lent),
        },
    )
    side = Side.SELL if holding.exposure > 0 else Side.BUY
    view = View(
        known,
        token.decimals,
        SETTLEMENT_DECIMALS,
        position.volatility_ppm / A_SECOND_OF_A_YEAR,
        outlets_for(token, position.price, side),
    )
    return decide(
        holding=holding,
        view=view,
        band_units=band_units(
            width_dollars=band_of(crowd, policy=policy, sigma=view.sigma).width,
            view=view,
            most_units=view.units_of_cents(policy.inventory_bound_usd_cents),
        ),
        policy=HedgePolicy(DEFAULT_TIERS),
        capital_cents=crowd.capital_cents + position.result_cents,
        gross_cents=view.cents(holding.exposure),
        allowed=allowed,
        clock=lambda: 0.0,
        deadline=1.0,
    )


def band_of(crowd: Crowd, *, policy: DeskPolicy, sigma: float) -> Band:
    """The no-trade band: as wide as the crowd's in calm, narrower as the market gets rougher."""
    inflow, fixed = crowd.dollars_a_second, crowd.hedge_dollars
    calm = policy.initial_volatility_ppm / A_SECOND_OF_A_YEAR
    return Band(
        fixed_cost=fixed,
        inflow=inflow,
        gamma=aversion_for(width=crowd.band_dollars, fixed_cost=fixed, inflow=inflow, sigma=calm),
        sigma=sigma,
    )
