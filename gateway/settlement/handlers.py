"""What settlement does when it hears of credits, finality and transactions."""

from uuid import UUID

import structlog
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.events.subscriptions import EventRecord
from gateway.settlement import crediting, services, withholding
from gateway.settlement.services import REFERENCE_PREFIX

log = structlog.get_logger(__name__)


def on_credit(event: EventRecord) -> None:
    """What a deposit credited, whether it is final, and whether people hold it: events of one
    subject, in their order."""
    deposit_id = UUID(event.subject_id)
    match event.type:
        case "hold.opened" | "hold.released":
            if event.shop_id is not None:
                _on_hold(event, deposit_id=deposit_id, shop_id=event.shop_id)
            return
        case "payment.credited" | "payment.reversed":
            undone = event.type == "payment.reversed"
            row = crediting.credit_recorded(
                deposit_id=deposit_id,
                shop_id=UUID(event.body["shop_id"]),
                asset=event.body["asset"],
                units=0 if undone else int(event.body["credited_units"]),
            )
            if undone:
                withholding.withheld_lift(deposit_id=deposit_id, now=timezone.now())
        case _:
            row = crediting.finality_recorded(
                deposit_id=deposit_id, is_final=event.type == "deposit.final"
            )
    if row.counted_units and row.shop_id is not None:
        _pay_out_if_due(row.shop_id, event)


def _on_hold(event: EventRecord, *, deposit_id: UUID, shop_id: UUID) -> None:
    now = timezone.now()
    if event.type == "hold.opened":
        withholding.credit_withhold(
            deposit_id=deposit_id,
            hold_id=UUID(event.body["hold_id"]),
            shop_id=shop_id,
            mode=event.mode,
            now=now,
        )
    else:
        withholding.withheld_lift(deposit_id=deposit_id, now=now)
        _pay_out_if_due(shop_id, event)
    services.payouts_recheck(shop_id=shop_id, now=now)


def on_list_screened(event: EventRecord) -> None:
    """``list.screened``: what waited for that may go, where no deposit turned out to be held."""
    services.payouts_recheck(now=timezone.now())


def on_approved(event: EventRecord) -> None:
    """``payout.approved``."""
    services.payout_send(payout_id=UUID(event.subject_id), now=timezone.now())


def on_float_filled(event: EventRecord) -> None:
    """``float.filled``: what waited for it may go."""
    services.payouts_resume(asset=event.body["asset"], now=timezone.now())


def on_transaction(event: EventRecord) -> None:
    """What became of a payout's transaction."""
    if event.body["purpose"] != "payout":
        return
    payout_id = UUID(event.body["reference"].removeprefix(REFERENCE_PREFIX))
    now = timezone.now()
    match event.type:
        case "transaction.awaiting_limit" | "transaction.limit_freed":
            services.payout_limited(
                payout_id=payout_id,
                is_over=event.type == "transaction.awaiting_limit",
                now=now,
            )
        case "transaction.mined":
            services.payout_mined(payout_id=payout_id, body=event.body, now=now)
        case "transaction.final":
            services.payout_final(payout_id=payout_id, body=event.body, now=now)
        case "transaction.failed" | "transaction.cancelled":
            payout = services.payout_undone(
                payout_id=payout_id,
                body=event.body,
                cancelled=event.type == "transaction.cancelled",
                now=now,
            )
            # The float that was promised to it is free again.
            services.payouts_resume(asset=payout.asset, now=now)


def _pay_out_if_due(shop_id: UUID, event: EventRecord) -> None:
    try:
        services.payout_if_due(shop_id=shop_id, reason=str(event.id), now=timezone.now())
    except TillwayError as refused:
        # The credit counts all the same; the sweep asks again, and the shop sees why it waits.
        log.warning("threshold_payout_refused", shop_id=str(shop_id), code=refused.code)
