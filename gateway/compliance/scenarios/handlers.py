"""Which events are observed, and as what. Each is written down once, whoever hears of it again.

Deposits count when they are final: no reorg takes one back, so that an observation need never be
corrected. They count from the time of their block.
"""

from datetime import datetime
from typing import Any, Final

from gateway.compliance.scenarios import observed
from gateway.compliance.scenarios.observing import (
    address_key,
    latest_facts,
    observation_keep,
    shop_key,
)
from gateway.compliance.scenarios.profiles import profile_of
from gateway.compliance.scenarios.valuing import worth_of
from gateway.events.subscriptions import EventRecord, Handler


def on_deposit_final(event: EventRecord) -> None:
    """Money that came in and stays; of a shop's address, or of nobody's yet."""
    body = event.body
    if event.shop_id is None:
        return
    at = datetime.fromisoformat(body["first_block_time"])
    _keep(
        event,
        observed.DEPOSIT,
        at=at,
        source=address_key(body["sender"]),
        target=shop_key(event.shop_id),
        asset=body["asset"],
        units=body["units"],
        facts={"invoice": body["invoice_id"], "deposit": body["deposit_id"]},
    )


def on_card_paid(event: EventRecord) -> None:
    body = event.body
    _keep(
        event,
        observed.CARD_PAYMENT,
        target=_shop(event),
        asset=body["currency"],
        units=body["units"],
        facts={"invoice": body["invoice_id"]},
    )


def on_refund_completed(event: EventRecord) -> None:
    body = event.body
    _keep(
        event,
        observed.REFUND,
        source=_shop(event),
        target=address_key(body["destination"]),
        asset=body["asset"] or "",
        units=body["units"],
        facts={"invoice": body["invoice_id"], "requested_by": body["requested_by"]},
    )


def on_card_refunded(event: EventRecord) -> None:
    body = event.body
    _keep(
        event,
        observed.CARD_REFUND,
        source=_shop(event),
        asset=body["currency"],
        units=body["units"],
        facts={"invoice": body["invoice_id"]},
    )


def on_payout_requested(event: EventRecord) -> None:
    _payout(event, observed.PAYOUT_REQUESTED)


def on_payout_completed(event: EventRecord) -> None:
    _payout(event, observed.PAYOUT)


def on_shop_changed(event: EventRecord) -> None:
    """Of what may change of a shop, where its money goes."""
    if event.body["changed"] == "payout_address":
        by = event.body.get("changed_by", "")
        _keep(event, observed.DESTINATION_CHANGED, target=_shop(event), facts={"changed_by": by})


def on_act_carried_out(event: EventRecord) -> None:
    """Of what two people agreed to, another bank account: its country alone is kept."""
    if event.body["kind"] != "bank_destination":
        return
    country = str(event.body["payload"]["iban"])[:2]
    _keep(
        event,
        observed.DESTINATION_CHANGED,
        target=_shop(event),
        facts={"bank_country": country},
    )


def on_file_changed(event: EventRecord) -> None:
    """The shop's file stands otherwise, or somebody was named in it: what is known of the business
    now, if that is different."""
    if event.shop_id is None:
        return
    profile = profile_of(event.shop_id)
    if profile is None or profile == latest_facts(observed.PROFILE, _shop(event), event.mode):
        return
    _keep(event, observed.PROFILE, target=_shop(event), facts=profile)


HANDLERS: Final[dict[str, Handler]] = {
    "deposit.final": on_deposit_final,
    "card.paid": on_card_paid,
    "refund.completed": on_refund_completed,
    "card.refunded": on_card_refunded,
    "payout.requested": on_payout_requested,
    "payout.completed": on_payout_completed,
    "shop.changed": on_shop_changed,
    "approval.carried_out": on_act_carried_out,
    "shop.requirements_changed": on_file_changed,
    "subject.declared": on_file_changed,
}


def _payout(event: EventRecord, kind: str) -> None:
    body = event.body
    _keep(
        event,
        kind,
        source=_shop(event),
        target=address_key(body["destination"]),
        asset=body["asset"],
        units=body["units"],
        facts={"payout": body["id"], "trigger": body["trigger"], "ramp": body["ramp"] or ""},
    )


def _shop(event: EventRecord) -> str:
    return shop_key(event.shop_id) if event.shop_id is not None else ""


def _keep(
    event: EventRecord,
    kind: str,
    *,
    source: str = "",
    target: str = "",
    asset: str = "",
    units: str | None = None,
    at: datetime | None = None,
    facts: dict[str, Any],
) -> None:
    when = at or event.occurred_at
    worth = {"worth": worth_of(asset, int(units), at=when)} if asset and units is not None else {}
    observation_keep(
        event_id=event.id,
        mode=event.mode,
        kind=kind,
        at=when,
        shop_id=event.shop_id,
        source=source,
        target=target,
        facts=facts,
        **worth,
    )
