"""What became of a refund's transaction, and of the payments that it stands on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from gateway.chains.models import Deposit, Token
from gateway.events.points import point
from gateway.invoices import locks as invoice_locks
from gateway.invoices.models import Claim, Invoice, Payment
from gateway.ledger.house import post_gas
from gateway.ledger.refunds import post_refund_left
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.refunds import locks
from gateway.refunds.amounts import uncovered
from gateway.refunds.life import UNDONE, UNSENT
from gateway.refunds.models import Refund
from gateway.refunds.paid import gross_of
from gateway.refunds.saying import REFERENCE_PREFIX, become, give_up, note, tell
from gateway.settlement import locks as settlement_locks
from gateway.settlement.promising import float_promise_end

EXPIRED_AT_ONCE = 100


@transaction.atomic
def refund_limited(*, reference: str, is_over: bool, now: datetime) -> None:
    """The signer's limit holds its transaction back, or does so no longer."""
    refund, invoice = _of(reference)
    if not _is_latest(refund, reference):
        return
    refund.waiting_reason = "signer_limit" if is_over else ""
    refund.save(update_fields=["waiting_reason"])
    note(invoice)


@transaction.atomic
def refund_seen(*, reference: str, body: Mapping[str, Any], mined: bool) -> None:
    """Its transaction is in a block, or a reorg took it out again."""
    refund, _ = _of(reference)
    if not _is_latest(refund, reference):
        return
    refund.tx_hash = _hash(body) if mined and body["status"] == "succeeded" else None
    refund.save(update_fields=["tx_hash"])


@transaction.atomic
def refund_left(*, reference: str, body: Mapping[str, Any], now: datetime) -> None:
    """It left for good: the books follow."""
    refund, invoice = _of(reference)
    if not _is_latest(refund, reference):
        return
    gas = _gas(refund, body)
    post_refund_left(
        refund_id=refund.id,
        chain_id=_chain(refund),
        amount=Amount(int(refund.units or 0), Asset(refund.asset, refund.decimals)),
        gas=gas,
        shop_id=refund.shop_id,
        now=now,
    )
    float_promise_end(reference=reference)
    refund.tx_hash, refund.fee_units = _hash(body), refund.fee_units + gas.units
    point("refund.left")
    become(refund, "completed")
    refund.ended_at = now
    refund.save()
    tell(refund, "refund.completed", invoice=invoice, now=now)


@transaction.atomic
def refund_failed(*, reference: str, body: Mapping[str, Any], now: datetime) -> None:
    """Its transaction moved nothing, for good: it can be claimed again by the same link.

    A token that the desk sold for it stays the shopper's: to take the sale back would give whoever
    can make a transaction fail a choice between two prices.
    """
    found = _refund_id(reference)
    asset = Refund.objects.values_list("asset", flat=True).get(id=found)
    settlement_locks.float_of(asset)
    refund, invoice = _of(reference)
    if not _is_latest(refund, reference):
        return
    gas = _gas(refund, body)
    if gas.is_positive:
        post_gas(reference=str(refund.transaction_id), chain_id=_chain(refund), gas=gas, now=now)
    float_promise_end(reference=reference)
    become(refund, "requested")
    refund.failure_code = body.get("reason_code") or "reverted"
    refund.fee_units += gas.units
    refund.tx_hash = refund.destination = refund.claimed_at = None
    refund.promised_units = refund.promised_until = refund.sending_at = None
    refund.asset = refund.asset if refund.is_converted else ""
    refund.units = refund.units if refund.is_converted else None
    refund.save()
    tell(refund, "refund.failed", invoice=invoice, now=now)


@transaction.atomic
def refunds_uncovered(*, invoice_id: UUID, now: datetime) -> int:
    """A reorg took back what refunds were to give back: those that did not leave are called off,
    the newest first. How many.

    Those on their way stay: their money left for payments that were final.
    """
    invoice = invoice_locks.invoice_for_update(invoice_id=invoice_id)
    live = list(
        Refund.objects.select_for_update()
        .filter(invoice_id=invoice_id)
        .exclude(status__in=UNDONE)
        .order_by("id")
    )
    gone = [refund for refund in live if refund.claim_id and _is_claim_gone(refund)]
    given = [refund for refund in live if refund.kind == "payment"]
    undoable = [refund for refund in given if _may_be_undone(refund)]
    fixed = sum(int(refund.part_units) for refund in given if refund not in undoable)
    payments = Payment.objects.filter(invoice_id=invoice_id, reversed_at=None)
    over = uncovered(
        [int(refund.part_units) for refund in undoable], gross_units=gross_of(payments) - fixed
    )
    ended = [*filter(_may_be_undone, gone), *(undoable[index] for index in over)]
    for refund in ended:
        give_up(refund, "rejected", invoice=invoice, reason="payment_reverted", now=now)
    return len(ended)


def refunds_expire(*, now: datetime) -> int:
    """End what nobody claimed in its time; how many. What the desk sold for it waits for a new
    link."""
    due = Refund.objects.filter(status="requested", link_expires_at__lte=now, cost_units=None)
    found = list(due.order_by("link_expires_at").values_list("id", flat=True)[:EXPIRED_AT_ONCE])
    return sum(_expire(refund_id, now=now) for refund_id in found)


@transaction.atomic
def _expire(refund_id: UUID, *, now: datetime) -> bool:
    refund, invoice = locks.refund_with_invoice(refund_id=refund_id)
    if refund.status != "requested" or refund.link_expires_at > now or refund.is_converted:
        return False
    give_up(refund, "expired", invoice=invoice, reason="not_claimed", now=now)
    return True


def _may_be_undone(refund: Refund) -> bool:
    return refund.status in UNSENT and not refund.is_converted


def _is_claim_gone(refund: Refund) -> bool:
    """By the chain itself: whoever hears of the reorg first."""
    assert refund.claim_id is not None and refund.deposit_id is not None
    return (
        Claim.objects.filter(id=refund.claim_id, reversed_at__isnull=False).exists()
        or Deposit.objects.filter(id=refund.deposit_id, state="orphaned").exists()
    )


def _of(reference: str) -> tuple[Refund, Invoice]:
    return locks.refund_with_invoice(refund_id=_refund_id(reference))


def _refund_id(reference: str) -> UUID:
    return UUID(reference.removeprefix(REFERENCE_PREFIX).partition(":")[0])


def _is_latest(refund: Refund, reference: str) -> bool:
    """Whether this is the transaction that the refund waits for."""
    return refund.status == "sending" and reference.endswith(f":{refund.sends}")


def _chain(refund: Refund) -> int:
    assert refund.chain_id is not None
    return refund.chain_id


def _gas(refund: Refund, body: Mapping[str, Any]) -> Amount:
    native = Token.objects.get(chain_id=_chain(refund), kind="native")
    return Amount(int(body["fee_units"]), Asset(native.code, native.decimals))


def _hash(body: Mapping[str, Any]) -> bytes | None:
    return bytes.fromhex(body["tx_hash"][2:]) if body.get("tx_hash") else None
