"""When an asset's state of risk gets worse, the desk's own orders don't stay behind in the book."""

from gateway.events.subscriptions import EventRecord
from gateway.market.orders.funds import desk_position
from gateway.market.orders.models import BookMarket, Order
from gateway.market.orders.services import order_cancel, orders_cancel_all
from gateway.market.orders.terms import DESK
from gateway.market.risk.states import RiskState
from gateway.market.risk.watch import EVERYTHING


def on_desk_state(event: EventRecord) -> None:
    """HALT: whoever trades first after it would trade at the desk's prices from before it, so all
    its orders and schedules end. REDUCE_ONLY: those end that would enlarge its position."""
    asset = event.body["asset"]
    halted = event.type == "desk.halted" or event.body["after"] == RiskState.HALT.name
    if not halted and event.body["after"] != RiskState.REDUCE_ONLY.name:
        return
    for market in BookMarket.objects.exclude(status="closed").order_by("id"):
        if asset not in (EVERYTHING, market.base, market.quote):
            continue
        if halted:
            orders_cancel_all(
                owner=DESK,
                client_id=f"state:{event.id}",
                by="risk",
                market=market.name,
                now=event.occurred_at,
            )
        else:
            _cancel_enlarging(market, event)


def _cancel_enlarging(market: BookMarket, event: EventRecord) -> None:
    position = desk_position(market.base)
    sides = [side for side, grows in (("buy", position >= 0), ("sell", position <= 0)) if grows]
    found = Order.objects.filter(market=market, owner=DESK, status="open", side__in=sides)
    for order_id in found.order_by("id").values_list("id", flat=True):
        order_cancel(
            owner=DESK,
            order_id=order_id,
            client_id=f"state:{event.id}:{order_id}",
            by="risk",
            now=event.occurred_at,
        )
