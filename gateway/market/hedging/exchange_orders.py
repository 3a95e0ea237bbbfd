"""Orders on exchanges: how a part of a split becomes one, and what becomes of it. Pure.

An order is immediate or cancel, with a bound on its price. It is asked for once, under a name of
its own; whatever the answer was, what happened is what the exchange says of that name later, and
above all its fills.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from gateway.market.exchanges.places import OrderProgress, OrderTold, Trade
from gateway.market.hedging.deciding import E18, PPM, Side
from gateway.market.hedging.exchange_books import Offer, is_off
from gateway.market.routing.split import Part

MOVE_PPM = 10_000
"""How much the book may move against us between our look and the order."""
LOST_AFTER_MS = 60_000
"""An order that the exchange does not know so long after it was asked for never reached it: what it
signs is refused when it comes later than a few seconds."""
OPEN_AFTER_MS = 15_000
"""An immediate order that is still open then is taken back."""
FILLS_AFTER_MS = 600_000
"""How long fills that an ended order speaks of may be missing."""
MOST_FEE_PPM = 50_000
LATEST_MS = 253_402_300_800_000
"""The year 10000: what is told to have traded then is no time."""
LEAST_PRECISION = 10**10
"""Exchanges round what a fill cost to eight digits."""


class Nonsense(Exception):
    """What the exchange says can't be. Its text is a stable code."""


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """An order before it is written down.

    Attributes:
        size: e18 of the base; price: the worst it may trade at; fair: our value. e18 of the quote.
        units_in: base units of what it gives, at most.
        expected, worth: base units of what it takes, by the book with its fee, and by our value.
    """

    exchange: str
    sells: bool
    size: int
    price: int
    fair: int
    units_in: int
    expected: int
    worth: int


def order_of(offer: Offer, part: Part, *, fair: int, max_cost_ppm: int) -> OrderPlan | None:
    """The order for a part of a split; None if it would be too dear or too small.

    Its bound is the worse of what the book needs and 1 %, never beyond what a hedge may cost with
    the fee.
    """
    sells, rules = offer.side is Side.SELL, offer.rules
    whole, worst = _walk(offer, part.amount_in)
    size = whole
    kept = PPM - rules.taker_fee_ppm
    if sells:
        price = max(
            worst * (PPM - MOVE_PPM) // PPM,
            -(-fair * (PPM - max_cost_ppm) // kept),
        )
        price = _up(price, rules.tick)
    else:
        price = min(
            worst * (PPM + MOVE_PPM) // PPM,
            fair * kept // (PPM - max_cost_ppm),
        )
        price = _down(price, rules.tick)
        if price <= 0:
            return None
        # It must be paid at its bound, fee included, out of what may be spent.
        spends = offer.most_in * offer.quote_scale
        size = min(size, spends * E18 * PPM // (price * (PPM + rules.taker_fee_ppm)))
    size = _down(size, rules.lot)
    reached = worst >= price if sells else worst <= price
    if not reached or size <= 0 or size < rules.least_size:
        return None
    if size * price // E18 < rules.least_cost:
        return None
    if sells:
        units_in = -(-size // offer.base_scale)
        worth = size * fair // (E18 * offer.quote_scale)
        expected = part.amount_out * size // whole
    else:
        units_in = -(-size * price * (PPM + rules.taker_fee_ppm) // (E18 * PPM * offer.quote_scale))
        worth = size // offer.base_scale
        expected = size * kept // (PPM * offer.base_scale)
    return OrderPlan(
        exchange=offer.exchange,
        sells=sells,
        size=size,
        price=price,
        fair=fair,
        units_in=units_in,
        expected=expected,
        worth=worth,
    )


class Step(Enum):
    """What there is to do about an order that was asked for."""

    WAIT = "wait"
    TAKE_BACK = "take_back"
    DONE = "done"
    LOST = "lost"


def step_of(told: OrderTold, *, size: int, booked: int, asked_ms: int, now_ms: int) -> Step:
    """What the exchange's word on an order means.

    Args:
        size: of the order; booked: of its fills that are in our books. e18 of the base.

    Raises:
        Nonsense: it can't be so.
    """
    since = now_ms - asked_ms
    if told.progress is OrderProgress.UNKNOWN:
        if booked:
            raise Nonsense("order_forgotten")
        return Step.LOST if since > LOST_AFTER_MS else Step.WAIT
    if told.filled > size:
        raise Nonsense("more_than_asked")
    if told.progress is OrderProgress.OPEN:
        return Step.TAKE_BACK if since > OPEN_AFTER_MS else Step.WAIT
    if told.filled < booked:
        raise Nonsense("less_than_told")
    if told.filled == booked:
        return Step.DONE
    if since > FILLS_AFTER_MS:
        raise Nonsense("fills_missing")
    return Step.WAIT


def told_whole(told: OrderTold, trades: Sequence[Trade], *, size: int) -> Sequence[Trade]:
    """The fills that may be booked: each name once, together no more than the order has filled.

    None while an open order speaks of less than its fills: it was asked after before they were.

    Raises:
        Nonsense: they are more than the order can have: one of them is another one's, or made up.
    """
    once = {trade.id: trade for trade in trades}
    if len(set(trades)) > len(once):
        raise Nonsense("fill_told_otherwise")
    together = sum(trade.size for trade in once.values())
    if together > size:
        raise Nonsense("more_than_asked")
    if together <= told.filled:
        return sorted(once.values(), key=lambda trade: (trade.at_ms, trade.id))
    if told.progress is OrderProgress.OVER:
        raise Nonsense("fills_beyond_order")
    return ()


def judge_trade(
    trade: Trade,
    *,
    sells: bool,
    price: int,
    fair: int,
    gap_ppm: int,
    left: int,
    fee_of_base: bool,
    fee_of_quote: bool,
) -> None:
    """Believe a fill, or not.

    Args:
        price: the order's bound; fair: our value when it was decided. e18 of the quote.
        gap_ppm: how far from it a fill may be that is better than its bound.
        left: e18 of the base that the order has not filled.

    Raises:
        Nonsense: it can't be of this order.
    """
    if min(trade.size, trade.price, trade.cost) <= 0 or trade.sells is not sells:
        raise Nonsense("fill_nonsense")
    if not 0 < trade.at_ms < LATEST_MS:
        raise Nonsense("fill_nonsense")
    if trade.size > left:
        raise Nonsense("more_than_asked")
    if abs(trade.size * trade.price - trade.cost * E18) > E18 * (
        LEAST_PRECISION + trade.cost // PPM
    ):
        raise Nonsense("fill_does_not_add_up")
    if trade.price < price if sells else trade.price > price:
        raise Nonsense("beyond_its_bound")
    if is_off(trade.price, fair=fair, gap_ppm=gap_ppm + MOVE_PPM):
        raise Nonsense("fill_off_fair_value")
    whole = trade.size if fee_of_base else trade.cost if fee_of_quote else None
    if whole is not None and trade.fee * PPM > whole * MOST_FEE_PPM:
        raise Nonsense("fee_too_high")


def _walk(offer: Offer, amount_in: int) -> tuple[int, int]:
    """e18 of the base that an amount comes to down the book, and the worst price it meets."""
    left = amount_in * (offer.base_scale if offer.side is Side.SELL else offer.quote_scale)
    size, worst = 0, 0
    for level in offer.levels:
        if left <= 0:
            break
        worst = level.price
        whole = level.size if offer.side is Side.SELL else level.size * level.price // E18
        taken = min(left, whole)
        size += taken if offer.side is Side.SELL else taken * E18 // level.price
        left -= taken
    return size, worst


def _up(value: int, step: int) -> int:
    return -(-value // step) * step if step else value


def _down(value: int, step: int) -> int:
    return value // step * step if step else value
