"""One asset's decision over pools and exchanges, from what the desk really has and may do."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.chains.configuration import configured_chain
from gateway.market.hedges.configuration import HedgingSettings
from gateway.market.hedges.outside import Seen, offers_of, with_exchanges
from gateway.market.hedges.selectors import INFLOW_TIME, Books
from gateway.market.hedges.viewing import Subject, Ways, band_of, view_of, ways_of
from gateway.market.hedging.deciding import (
    Hedge,
    HedgePolicy,
    Holding,
    Reason,
    Rest,
    Side,
    View,
    decide,
)
from gateway.market.hedging.exchange_books import Offer
from gateway.market.hedging.tiers import DEFAULT_TIERS
from gateway.market.snapshots import E18

SEARCH_SECONDS = 0.05
"""How long the split over venues is searched for one asset."""


def policy_of(told: HedgingSettings, subject: Subject) -> HedgePolicy:
    view = view_of(subject, ways_of(subject, Side.SELL, amount_in=1, kinds=()))
    return HedgePolicy(
        DEFAULT_TIERS,
        least_order_units=max(1, view.units_of_cents(told.least_order_usd_cents)),
        max_cost_ppm=told.max_cost_ppm,
        slice_seconds=told.slice_seconds,
        max_slices=told.max_slices,
    )


def router_kinds(chain_id: int) -> dict[str, str]:
    """Addresses of what a chain has to trade by, by kind: its routers, and firm orders."""
    venues = configured_chain(chain_id).venues
    names = {"v2": "v2_router", "v3": "v3_router", "firm": "firm_orders"}
    return {kind: venues[name] for kind, name in names.items() if venues.get(name)}


def exchange_offers(
    subject: Subject, side: Side, seen: Sequence[Seen], known: Books
) -> dict[str, Offer]:
    """What exchanges offer to close a position of it, with what lies there. One query."""
    if not seen:
        return {}
    return offers_of(
        subject,
        side,
        seen,
        at_hand=known.at_exchanges(subject.tokens(side)[0].code),
        traded_cents=known.there.traded_cents,
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """
    Attributes:
        capital: cents; None if they can't be told. gross: cents of all positions.
        allowed: nothing stops the asset.
    """

    capital: int | None
    gross: int
    allowed: bool


def usual_band(subject: Subject, known: Books, told: HedgingSettings) -> int:
    """Half width of the no-trade band, base units, by what came in lately."""
    inflow = sum(known.inflow.get(code, 0) for code in subject.aliases)
    one = 10**subject.asset.decimals
    return band_of(
        subject,
        inflow_dollars=inflow * subject.usd // (E18 * one) / INFLOW_TIME.total_seconds(),
        band_cents=told.band_usd_cents,
        least_cents=told.least_band_usd_cents,
        most_cents=subject.snapshot.policy.inventory_bound_usd_cents,
    )


def decided(
    subject: Subject,
    holding: Holding,
    told: HedgingSettings,
    offers: Mapping[str, Offer],
    limits: Limits,
    *,
    band: int,
    asks_makers: bool = False,
) -> Hedge | Rest:
    """Over pools and exchanges, each of which may be there without the other; with
    ``asks_makers``, where neither is, for makers to sign."""
    side = Side.SELL if holding.exposure > 0 else Side.BUY
    plain = view_of(subject, Ways((), {}))
    amount = abs(holding.exposure) if side is Side.SELL else plain.quote_units(holding.exposure)
    kinds = router_kinds(subject.chain.chain_id)
    ways = ways_of(subject, side, amount_in=max(1, amount), kinds=kinds)
    view = view_of(subject, ways, offers.values())
    reachable = with_exchanges(holding, side, offers)
    return asked(subject, reachable, view, told, limits, band=band, asks_makers=asks_makers)


def asked(
    subject: Subject,
    holding: Holding,
    view: View,
    told: HedgingSettings,
    limits: Limits,
    *,
    band: int,
    asks_makers: bool = False,
) -> Hedge | Rest:
    """The decision over whatever outlets ``view`` has. Pure but for its stopwatch."""
    if limits.capital is None:
        return Rest(Reason.NO_CAPITAL, holding.exposure)
    return decide(
        holding=holding,
        view=view,
        band_units=band,
        policy=policy_of(told, subject),
        capital_cents=limits.capital,
        gross_cents=limits.gross,
        allowed=limits.allowed,
        clock=time.monotonic,
        deadline=time.monotonic() + SEARCH_SECONDS,
        asks_makers=asks_makers,
    )
