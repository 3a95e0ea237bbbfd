"""What refunds do when they hear of approvals, deposits, lists, the float and transactions."""

from uuid import UUID

from django.utils import timezone

from gateway.chains.addresses import parse_address
from gateway.chains.models import Deposit
from gateway.events.subscriptions import EventRecord
from gateway.refunds import outcomes
from gateway.refunds.models import Refund
from gateway.refunds.sending import floats_of, refund_send, refunds_resume, refunds_to
from gateway.settlement.final_credits import finality_recorded
from gateway.settlement.shortfalls import shortfalls_net


def on_approved(event: EventRecord) -> None:
    """``refund.approved``, and ``refund.claimed`` of what was approved before."""
    refund_send(refund_id=UUID(event.subject_id), now=timezone.now())


def on_given_back(event: EventRecord) -> None:
    """``refund.rejected`` or ``.expired``: what was set aside is the shop's again."""
    if event.shop_id is not None:
        shortfalls_net(
            shop_id=event.shop_id, asset=event.body["taken"]["asset"], now=timezone.now()
        )


def on_deposit(event: EventRecord) -> None:
    """A deposit is final or undone, or people let it go: what stands on it may leave, or may not
    any more."""
    invoice_id = (
        Deposit.objects.filter(id=UUID(event.subject_id))
        .values_list("invoice_id", flat=True)
        .first()
    )
    if invoice_id is None or not Refund.objects.filter(invoice_id=invoice_id).exists():
        return
    if event.type in ("deposit.orphaned", "payment.reversed"):
        outcomes.refunds_uncovered(invoice_id=invoice_id, now=timezone.now())
        return
    floats_of(invoice_id)
    if event.type == "deposit.final":
        # Whoever hears of it first: the shop's balance stands on it from now on.
        finality_recorded(deposit_id=UUID(event.subject_id), is_final=True)
    refunds_resume(invoice_id=invoice_id, now=timezone.now())


def on_list_screened(event: EventRecord) -> None:
    """``list.screened``: what waited for that may go."""
    refunds_resume(now=timezone.now())


def on_destination(event: EventRecord) -> None:
    """``address.traced`` or ``destination.released``: what waited for that may go."""
    refunds_to(
        address=parse_address(event.body["address"]),
        chain_id=int(event.body["chain_id"]),
        now=timezone.now(),
    )


def on_books_agree(event: EventRecord) -> None:
    """``reconciliation.explained`` or ``.corrected``: what waited for it may go."""
    refunds_resume(asset=event.body["asset"], now=timezone.now())


def on_float_filled(event: EventRecord) -> None:
    """``float.filled``: what waited for it may go."""
    refunds_resume(asset=event.body["asset"], now=timezone.now())


def on_transaction(event: EventRecord) -> None:
    """What became of a refund's transaction."""
    if event.body["purpose"] != "refund":
        return
    reference, now = event.body["reference"], timezone.now()
    match event.type:
        case "transaction.awaiting_limit" | "transaction.limit_freed":
            outcomes.refund_limited(
                reference=reference, is_over=event.type == "transaction.awaiting_limit", now=now
            )
        case "transaction.mined" | "transaction.orphaned":
            outcomes.refund_seen(
                reference=reference, body=event.body, mined=event.type == "transaction.mined"
            )
        case "transaction.final":
            outcomes.refund_left(reference=reference, body=event.body, now=now)
        case _:
            outcomes.refund_failed(reference=reference, body=event.body, now=now)
