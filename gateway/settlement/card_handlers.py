"""What settlement does when a card pays a shop, or its owner takes that back."""

from uuid import UUID

from django.utils import timezone

from gateway.events.subscriptions import EventRecord
from gateway.settlement.shortfalls import shortfall_note, shortfalls_net


def on_card_disputed(event: EventRecord) -> None:
    """``card.disputed``: what that leaves the shop short of, if its money has left, is netted and
    borne by the rule for payments that a reorganisation took back."""
    body = event.body
    fee = int(body["dispute_fee_units"]) if body["dispute_fee_bearer"] == "shop" else 0
    shortfall_note(
        deposit_id=UUID(body["dispute_id"]),
        shop_id=_shop_of(event),
        asset=body["currency"],
        units=int(body["disputed_units"]) + fee,
        now=timezone.now(),
    )


def on_card_credit(event: EventRecord) -> None:
    """``card.paid``, ``card.dispute_won``: it makes good what the shop was short of."""
    shortfalls_net(shop_id=_shop_of(event), asset=str(event.body["currency"]), now=timezone.now())


def _shop_of(event: EventRecord) -> UUID:
    if event.shop_id is None:
        raise ValueError(f"{event.type} of no shop")
    return event.shop_id
