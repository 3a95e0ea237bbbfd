"""What is done when a key, a person, a till or a stream shows itself."""

from datetime import date
from typing import Final
from uuid import UUID

from gateway.compliance.behaviour.configuration import rules_in_force
from gateway.compliance.behaviour.days import act_count
from gateway.compliance.behaviour.destinations import destination_look
from gateway.compliance.behaviour.features import Kind
from gateway.compliance.behaviour.hours import Slot
from gateway.compliance.behaviour.networks_used import key_network_used, person_network_used
from gateway.compliance.behaviour.opening import till_use
from gateway.compliance.behaviour.raising import behaviour_alert
from gateway.compliance.behaviour.streams import stream_add
from gateway.events.subscriptions import EventRecord
from gateway.money.amounts import parse_positive_amount
from gateway.money.assets import FIAT

STREAM_KINDS: Final[dict[str, Kind]] = {
    "payment.credited": "payment",
    "refund.requested": "refund",
    "payout.requested": "payout",
}


def on_key_network_seen(event: EventRecord) -> None:
    key_network_used(
        key_id=UUID(event.body["key_id"]),
        shop_id=_shop(event),
        mode=event.mode,
        network=event.body["network"],
        at=event.occurred_at,
    )


def on_sign_in_network_seen(event: EventRecord) -> None:
    person_network_used(
        user_id=UUID(event.body["user_id"]),
        shops={UUID(shop_id): mode for shop_id, mode in event.body["shops"].items()},
        mode=event.mode,
        network=event.body["network"],
        at=event.occurred_at,
    )


def on_access_refused(event: EventRecord) -> None:
    """Many wrong keys or passwords of one network: of nobody's shop, so of the house's."""
    body = event.body
    behaviour_alert(
        "access_refused",
        about=event.subject,
        fingerprint=f"{body['kind']}:{body['hour']}",
        mode=event.mode,
        shop_id=None,
        severity="medium",
        facts={name: body[name] for name in ("kind", "network", "hour", "code", "least")},
        rules=rules_in_force(),
        now=event.occurred_at,
    )


def on_destination_asked(event: EventRecord) -> None:
    if not event.body["network"]:
        return  # through a socket: nobody can say from where
    destination_look(
        user_id=UUID(event.body["user_id"]),
        shop_id=_shop(event),
        mode=event.mode,
        network=event.body["network"],
        at=event.occurred_at,
    )


def on_till_used(event: EventRecord) -> None:
    body = event.body
    till_use(
        shop_id=_shop(event),
        mode=event.mode,
        slot=Slot(date.fromisoformat(body["day"]), body["slot"]),
        who=body["who"],
        act=body["act"],
        at=event.occurred_at,
    )


def on_sale_voided(event: EventRecord) -> None:
    act_count(
        shop_id=_shop(event),
        who=event.body["who"],
        kind="void",
        currency=event.body["currency"],
        units=int(event.body["units"]),
        at=event.occurred_at,
    )


def on_refund_requested(event: EventRecord) -> None:
    """Who asked for it, and what it was worth when it was paid."""
    body = event.body
    worth = body["worth"]
    act_count(
        shop_id=_shop(event),
        who=body["requested_by"],
        kind="refund",
        currency=body["currency"],
        units=parse_positive_amount(worth, FIAT[body["currency"]]).units if worth else 0,
        at=event.occurred_at,
    )


def on_stream_event(event: EventRecord) -> None:
    """A payment, a refund or a payout takes its place in the shop's stream."""
    kind, body = STREAM_KINDS[event.type], event.body
    units = {
        "payment": lambda: body["credited_units"],
        "refund": lambda: body["taken"]["units"],
        "payout": lambda: body["taken_units"],
    }[kind]()
    stream_add(
        event_id=event.id,
        shop_id=_shop(event),
        mode=event.mode,
        kind=kind,
        units=int(units),
        at=event.occurred_at,
    )


def _shop(event: EventRecord) -> UUID:
    assert event.shop_id is not None  # these events are always a shop's
    return event.shop_id
