"""What settlement does when it hears of a ramp's instructions and of shops' accounts there."""

from uuid import UUID

from django.utils import timezone

from gateway.events.subscriptions import EventRecord
from gateway.settlement.fiat_outcomes import instruction_heard
from gateway.settlement.fiat_sending import REFERENCE_PREFIX
from gateway.settlement.sending import payouts_recheck, payouts_resume


def on_instruction(event: EventRecord) -> None:
    """``ramp.*`` of an instruction."""
    if not event.body["reference"].startswith(REFERENCE_PREFIX):
        return
    now = timezone.now()
    payout_id = UUID(event.body["reference"].removeprefix(REFERENCE_PREFIX))
    instruction_heard(payout_id=payout_id, type=event.type, body=event.body, now=now)
    is_moved = event.type == "ramp.done" and event.body["kind"] != "payout"
    if is_moved or event.type == "ramp.refused":
        payouts_resume(asset=event.body["currency"], now=now)  # what was promised is free again


def on_requirements_changed(event: EventRecord) -> None:
    """``shop.requirements_changed``: what waited for the account may go."""
    if event.shop_id is not None and event.body["status"] in ("ready", "due_soon"):
        payouts_recheck(shop_id=event.shop_id, now=timezone.now())
