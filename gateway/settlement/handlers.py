"""What settlement does when it hears of credits, finality and transactions."""

from uuid import UUID

import structlog
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.events.subscriptions import EventRecord
from gateway.settlement.final_credits import credit_recorded, finality_recorded
from gateway.settlement.models import FinalCredit
from gateway.settlement.outcomes import payout_final, payout_limited, payout_mined, payout_undone
from gateway.settlement.sending import REFERENCE_PREFIX, payout_send, payouts_resume
from gateway.settlement.shortfalls import payment_came, shortfall_note, shortfalls_net
from gateway.settlement.thresholds import payout_if_due

log = structlog.get_logger(__name__)


def on_credit(event: EventRecord) -> None:
    """What a deposit credited, and whether it is final: events of one subject, in their order."""
    deposit_id = UUID(event.subject_id)
    match event.type:
        case "payment.credited" | "payment.reversed":
            undone = event.type == "payment.reversed"
            credited = int(event.body["credited_units"])
            whose = {
                "deposit_id": deposit_id,
                "shop_id": UUID(event.body["shop_id"]),
                "asset": event.body["asset"],
            }
            row = credit_recorded(**whose, units=0 if undone else credited)
            if undone:
                shortfall_note(**whose, units=credited, now=timezone.now())
            else:
                payment_came(**whose, now=timezone.now())
        case _:
            row = finality_recorded(deposit_id=deposit_id, is_final=event.type == "deposit.final")
    _pay_out_if_due(row, event)


def on_approved(event: EventRecord) -> None:
    """``payout.approved``."""
    payout_send(payout_id=UUID(event.subject_id), now=timezone.now())


def on_given_back(event: EventRecord) -> None:
    """``payout.failed`` or ``.cancelled``: what was set aside is the shop's again."""
    if event.shop_id is not None:
        shortfalls_net(shop_id=event.shop_id, asset=event.body["asset"], now=timezone.now())


def on_float_filled(event: EventRecord) -> None:
    """``float.filled``: what waited for it may go."""
    payouts_resume(asset=event.body["asset"], now=timezone.now())


def on_transaction(event: EventRecord) -> None:
    """What became of a payout's transaction."""
    if event.body["purpose"] != "payout":
        return
    payout_id = UUID(event.body["reference"].removeprefix(REFERENCE_PREFIX))
    now = timezone.now()
    match event.type:
        case "transaction.awaiting_limit" | "transaction.limit_freed":
            payout_limited(
                payout_id=payout_id,
                is_over=event.type == "transaction.awaiting_limit",
                now=now,
            )
        case "transaction.mined":
            payout_mined(payout_id=payout_id, body=event.body, now=now)
        case "transaction.final":
            payout_final(payout_id=payout_id, body=event.body, now=now)
        case "transaction.failed" | "transaction.cancelled":
            payout = payout_undone(
                payout_id=payout_id,
                body=event.body,
                cancelled=event.type == "transaction.cancelled",
                now=now,
            )
            # The float that was promised to it is free again.
            payouts_resume(asset=payout.asset, now=now)


def _pay_out_if_due(row: FinalCredit, event: EventRecord) -> None:
    if not row.counted_units or row.shop_id is None:
        return
    try:
        payout_if_due(shop_id=row.shop_id, reason=str(event.id), now=timezone.now())
    except TillwayError as refused:
        # The credit counts all the same; the sweep asks again, and the shop sees why it waits.
        log.warning("threshold_payout_refused", shop_id=str(row.shop_id), code=refused.code)
