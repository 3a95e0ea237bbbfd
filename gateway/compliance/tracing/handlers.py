"""What tracing does when something happens on a chain: it writes down, and looks at it later."""

from uuid import UUID

from django.utils import timezone

from gateway.chains.models import Deposit
from gateway.compliance.tracing import projecting, requesting
from gateway.events.subscriptions import EventRecord


def on_deposit_seen(event: EventRecord) -> None:
    """The transfer is known, and its payer is asked about: by a task, since nodes are slow."""
    deposit = Deposit.objects.select_related("chain").filter(id=UUID(event.subject_id)).first()
    if deposit is None or deposit.state == "orphaned":
        return
    projecting.deposit_record(deposit)
    requesting.deposit_ask(deposit, now=timezone.now())


def on_deposit_orphaned(event: EventRecord) -> None:
    deposit = Deposit.objects.filter(id=UUID(event.subject_id)).first()
    if deposit is not None:
        projecting.deposit_forget(deposit)


def on_transaction_final(event: EventRecord) -> None:
    """A payout, a refund, a withdrawal or a sweep of ours is final: all the transfers in it."""
    projecting.transaction_record(transaction_id=UUID(event.subject_id), logs=event.body["logs"])
