"""What settlement does when it hears of credits, finality and transactions."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from django.utils import timezone

from gateway.chains.addresses import parse_address
from gateway.events.errors import TillwayError
from gateway.events.subscriptions import EventRecord
from gateway.settlement import batch_handlers, locks, withholding
from gateway.settlement.approving import payout_withdrawn
from gateway.settlement.final_credits import credit_recorded, finality_recorded
from gateway.settlement.leaving import REFERENCE_PREFIX
from gateway.settlement.outcomes import payout_final, payout_limited, payout_mined, payout_undone
from gateway.settlement.scheduling import due_say, run_if_due
from gateway.settlement.selectors import payout_by_id
from gateway.settlement.sending import payout_send, payouts_recheck, payouts_resume, payouts_to
from gateway.settlement.shortfalls import payment_came, shortfall_note, shortfalls_net
from gateway.settlement.suspending import payouts_freeze

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
            credited = int(event.body["credited_units"])
            whose = {
                "deposit_id": deposit_id,
                "shop_id": UUID(event.body["shop_id"]),
                "asset": event.body["asset"],
            }
            row = credit_recorded(**whose, units=0 if undone else credited, now=timezone.now())
            if undone:
                withholding.withheld_lift(deposit_id=deposit_id, now=timezone.now())
                shortfall_note(**whose, units=credited, now=timezone.now())
            else:
                payment_came(**whose, now=timezone.now())
        case _:
            row = finality_recorded(deposit_id=deposit_id, is_final=event.type == "deposit.final")
    if row.counted_units and row.shop_id is not None:
        due_say(shop_id=row.shop_id, now=timezone.now())


def _on_hold(event: EventRecord, *, deposit_id: UUID, shop_id: UUID) -> None:
    now = timezone.now()
    locks.floats_of_shop(shop_id)  # for the recheck at the end, ahead of what the steps before lock
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
        due_say(shop_id=shop_id, now=now)
    payouts_recheck(shop_id=shop_id, now=now)


def on_due(events: Sequence[EventRecord]) -> None:
    """``settlement.due``: one run for all of a shop's credits that became payable meanwhile."""
    last = events[-1]
    shop_id = UUID(last.subject_id)
    try:
        run_if_due(shop_id=shop_id, reason=str(last.id), now=timezone.now())
    except TillwayError as refused:
        # The credits count all the same; the sweep asks again, and the shop sees why it waits.
        log.warning("settlement_run_refused", shop_id=str(shop_id), code=refused.code)


def on_list_screened(event: EventRecord) -> None:
    """``list.screened``: what waited for that may go, where no deposit turned out to be held."""
    payouts_recheck(now=timezone.now())


def on_destination(event: EventRecord) -> None:
    """``address.traced`` or ``destination.released``: what waited for that may go."""
    payouts_to(
        address=parse_address(event.body["address"]),
        chain_id=int(event.body["chain_id"]),
        now=timezone.now(),
    )


def on_approved(event: EventRecord) -> None:
    """``payout.approved``."""
    payout_send(payout_id=UUID(event.subject_id), now=timezone.now())


def on_shop_changed(event: EventRecord) -> None:
    """``shop.changed``: one that is suspended keeps its money, one that is not may have it."""
    if event.body["changed"] != "status" or event.shop_id is None:
        return
    payouts_freeze(shop_id=event.shop_id, now=timezone.now())
    payouts_recheck(shop_id=event.shop_id, now=timezone.now())


def on_given_back(event: EventRecord) -> None:
    """``payout.failed`` or ``.cancelled``: what was set aside is the shop's again."""
    if event.shop_id is not None:
        asset = event.body.get("taken_asset") or event.body["asset"]
        shortfalls_net(shop_id=event.shop_id, asset=asset, now=timezone.now())


def on_travel(event: EventRecord) -> None:
    """``wallet.proved``, ``wallet.told``, ``travel.approved``: what waited for that may go."""
    shop_id = event.body.get("shop_id")
    if shop_id is not None:
        payouts_recheck(shop_id=UUID(shop_id), now=timezone.now())
        return
    kind, _, about = str(event.body["about"]).partition(":")
    if kind == "payout":
        payout_send(payout_id=UUID(about), now=timezone.now())


def on_withdrawn(event: EventRecord) -> None:
    """``payout.cancelled``: nobody needs to agree to it any more."""
    payout_withdrawn(payout_id=UUID(event.subject_id))


def on_float_filled(event: EventRecord) -> None:
    """``float.filled``: what waited for it may go."""
    payouts_resume(asset=event.body["asset"], now=timezone.now())


def on_transaction(event: EventRecord) -> None:
    """What became of a payout's transaction."""
    if event.body["purpose"] != "payout":
        return
    if event.body["reference"].startswith(batch_handlers.REFERENCE_PREFIX):
        batch_handlers.on_batch(event)
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
            with batch_handlers.behind(payout_by_id(payout_id).asset, now=now):
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
