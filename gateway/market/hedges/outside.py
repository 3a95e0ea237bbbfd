"""Exchanges' markets as a hedge sees them, and its orders there before they are written. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gateway.market.exchanges.places import Depth, MarketRules, Pair
from gateway.market.hedges.viewing import CENTS, Subject
from gateway.market.hedging.deciding import Holding, Side, VenueClass
from gateway.market.hedging.exchange_books import Offer, room_of
from gateway.market.hedging.exchange_orders import OrderPlan, order_of
from gateway.market.routing.split import Part
from gateway.market.snapshots import E18, AssetState


@dataclass(frozen=True, slots=True)
class Seen:
    """An exchange's market of a token, looked at just now and believed.

    Attributes:
        fixed_cost_cents: what using it costs at all.
        max_order_cents, max_daily_cents: the limits set for it.
    """

    exchange: str
    pair: Pair
    rules: MarketRules
    depth: Depth
    fixed_cost_cents: int
    max_order_cents: int
    max_daily_cents: int


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """An order with what it trades, and US cents that it gives away at most."""

    plan: OrderPlan
    pair: Pair
    cents: int


def offers_of(
    subject: Subject,
    side: Side,
    seen: Iterable[Seen],
    *,
    at_hand: Mapping[str, int],
    traded_cents: Mapping[str, int],
) -> dict[str, Offer]:
    """What each exchange offers, by the name of its outlet; none where nothing may go in.

    Args:
        at_hand: base units of what is given that lie free at each exchange.
        traded_cents: of today's orders there.
    """
    token_in, token_out = subject.tokens(side)
    usd_in, usd_out = _values(subject, side)
    offers = {}
    for market in seen:
        left = market.max_daily_cents - traded_cents.get(market.exchange, 0)
        cents = max(0, min(market.max_order_cents, left))
        offer = Offer(
            exchange=market.exchange,
            side=side,
            depth=market.depth,
            rules=market.rules,
            base_decimals=subject.asset.decimals,
            quote_decimals=subject.anchor.decimals,
            most_in=min(at_hand.get(market.exchange, 0), _units(cents, usd_in, token_in)),
            fixed_cost=-(-_units(market.fixed_cost_cents * CENTS, usd_out, token_out) // CENTS),
        )
        if offer.most_in > 0:
            offers[offer.name] = offer
    return offers


def with_exchanges(holding: Holding, side: Side, offers: Mapping[str, Offer]) -> Holding:
    """The holding with what exchanges can take of it."""
    room = {VenueClass.EXCHANGE: room_of(tuple(offers.values()))}
    if side is Side.SELL:
        return replace(holding, at_hand={**holding.at_hand, **room})
    return replace(holding, quote_at_hand={**(holding.quote_at_hand or {}), **room})


def orders_of(
    subject: Subject,
    side: Side,
    parts: Iterable[Part],
    offers: Mapping[str, Offer],
    *,
    max_cost_ppm: int,
) -> tuple[PlannedOrder, ...]:
    """The parts of a split that go to exchanges as orders; those too dear or too small left out."""
    pair, (usd_in, _) = Pair(subject.asset.code, subject.anchor.code), _values(subject, side)
    one_in = int(10 ** subject.tokens(side)[0].decimals)
    orders = []
    for part in parts:
        plan = order_of(offers[part.outlet], part, fair=subject.fair, max_cost_ppm=max_cost_ppm)
        if plan is not None:
            cents = plan.units_in * usd_in * CENTS // (E18 * one_in)
            orders.append(PlannedOrder(plan, pair, cents))
    return tuple(orders)


def _values(subject: Subject, side: Side) -> tuple[int, int]:
    """e18 dollars for a whole one of what is given, and of what is taken."""
    pair = (subject.usd, subject.anchor_usd)
    return pair if side is Side.SELL else (pair[1], pair[0])


def _units(cents: int, usd: int, asset: AssetState) -> int:
    return int(cents * E18 * 10**asset.decimals // (CENTS * usd))
