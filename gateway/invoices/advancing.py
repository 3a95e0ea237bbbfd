"""Bring an invoice's standing up to its facts, and tell what changed."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from gateway.chains.models import Deposit, Token
from gateway.compliance.selectors import verdict_states
from gateway.events.moments import rfc3339
from gateway.events.services import emit
from gateway.invoices.exposure import release_exposure
from gateway.invoices.life import (
    KEPT,
    Received,
    Release,
    Standing,
    Status,
    counts,
    news_between,
    purpose_of,
    standing_of,
)
from gateway.invoices.models import Invoice, Payment
from gateway.invoices.orders import order_left, order_paid_by_another
from gateway.invoices.payers import NOT_TOLD, payer_standings
from gateway.invoices.presenters import event_body
from gateway.invoices.quotebook import Book, fit_of
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import Asset

TOLD_FIELDS = (
    "status",
    "exceptions",
    "release_goods",
    "credited_units",
    "received",
    "judge_at",
    "time_over",
    "monitoring_over",
    "locks_open",
    "voided_at",
    "mark",
    "marked_by",
    "card",
    "payer_told_until",
    "duplicate_order",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the tables say about an invoice's money."""

    deposits: tuple[Deposit, ...]
    payments: tuple[Payment, ...]
    verdicts: Mapping[UUID, str]
    decimals: Mapping[str, int]

    def payment_of(self, deposit_id: UUID) -> Payment | None:
        """The payment that counts now."""
        return next(
            (
                payment
                for payment in self.payments
                if payment.deposit_id == deposit_id and payment.reversed_at is None
            ),
            None,
        )


def facts_of(invoice_ids: Sequence[UUID]) -> dict[UUID, Facts]:
    """The facts of each invoice. Four queries, however many invoices; one if none has deposits."""
    deposits = list(
        Deposit.objects.filter(invoice_id__in=invoice_ids).order_by(
            "block_number", "log_index", "id"
        )
    )
    if not deposits:
        return {invoice_id: Facts((), (), {}, {}) for invoice_id in invoice_ids}
    payments = list(Payment.objects.filter(invoice_id__in=invoice_ids).order_by("id"))
    verdicts = verdict_states([deposit.id for deposit in deposits])
    decimals = dict(
        Token.objects.filter(code__in={deposit.asset for deposit in deposits}).values_list(
            "code", "decimals"
        )
    )
    return {
        invoice_id: Facts(
            deposits=tuple(d for d in deposits if d.invoice_id == invoice_id),
            payments=tuple(p for p in payments if p.invoice_id == invoice_id),
            verdicts=verdicts,
            decimals=decimals,
        )
        for invoice_id in invoice_ids
    }


def advance(
    invoice: Invoice,
    *,
    now: datetime,
    facts: Facts | None = None,
    told: Iterable[str] = (),
    changed: Iterable[str] = (),
) -> Invoice:
    """Derive the standing of a locked invoice anew, save it, and emit what changed.

    Args:
        facts: read now if the caller has none.
        told: event types that happened besides, told before the changes of standing.
        changed: fields the caller changed that rarely change; a book is long to write.
    """
    facts = facts or facts_of([invoice.id])[invoice.id]
    book = invoice.promises
    before = standing_stored(invoice)
    received = received_of(invoice, book=book, facts=facts)
    after = standing_of(
        rules=book.terms.rules,
        received=[entry for _, entry in received],
        time_over=invoice.time_over,
        monitoring_over=invoice.monitoring_over,
        cancelled=invoice.voided_at is not None,
        mark=invoice.mark,  # type: ignore[arg-type]
        card=invoice.card,  # type: ignore[arg-type]
        duplicate_order=invoice.duplicate_order,
    )
    if after.status == "paid" and before.status != "paid":
        # Asked for while another of its order was open, it may turn out the only one paid.
        invoice.duplicate_order = order_paid_by_another(invoice)
        after = _with_duplicate(after, is_duplicate=invoice.duplicate_order)
    invoice.status = after.status
    invoice.exceptions = sorted(after.exceptions)
    invoice.release_goods = after.release_goods
    invoice.credited_units = sum(
        payment.credited_units for payment in facts.payments if payment.reversed_at is None
    )
    invoice.received = [_told(deposit, entry, facts) for deposit, entry in received]
    invoice.judge_at = judge_at(invoice)
    if invoice.locks_open and after.status in ("paid", "cancelled", "invalid"):
        release_exposure(invoice, book=book)
    invoice.save(update_fields=[*TOLD_FIELDS, *changed])
    was_credited = bool(invoice.mark or invoice.card) or any(
        payment.reversed_at is not None for payment in facts.payments
    )
    for kind in news_between(before, after, besides=told):
        emit(
            type=kind,
            subject=f"invoice:{invoice.id}",
            body=event_body(invoice),
            mode=invoice.mode,
            shop_id=invoice.shop_id,
            purpose=purpose_of(
                kind, was_credited=was_credited, has_received=bool(invoice.received)
            ),
            now=now,
        )
    if before.status == "paid" and after.status != "paid" and not invoice.duplicate_order:
        order_left(invoice, order_id=invoice.order_id, now=now)
    return invoice


def _with_duplicate(standing: Standing, *, is_duplicate: bool) -> Standing:
    others = standing.exceptions - {"duplicate_order"}
    noted = others | {"duplicate_order"} if is_duplicate else others
    return dataclasses.replace(standing, exceptions=noted)


def received_of(invoice: Invoice, *, book: Book, facts: Facts) -> list[tuple[Deposit, Received]]:
    """Each deposit as the invoice sees it, in the order of the chain."""
    mined_again = {deposit.remined_from_id for deposit in facts.deposits if _on_chain(deposit)}
    payers = payer_standings(invoice, deposits=facts.deposits)
    return [
        (
            deposit,
            _received(
                invoice,
                deposit,
                book=book,
                facts=facts,
                mined_again=deposit.id in mined_again,
                is_untold=payers.get(deposit.id) in NOT_TOLD,
            ),
        )
        for deposit in facts.deposits
    ]


def _on_chain(deposit: Deposit) -> bool:
    return deposit.state != "orphaned"


def _received(
    invoice: Invoice,
    deposit: Deposit,
    *,
    book: Book,
    facts: Facts,
    mined_again: bool,
    is_untold: bool,
) -> Received:
    fit, promise = fit_of(
        book,
        asset=deposit.asset,
        chain_id=deposit.chain_id,
        first_block_time=deposit.first_block_time,
    )
    payment = facts.payment_of(deposit.id)
    verdict = facts.verdicts.get(deposit.id)
    if is_untold and verdict == "clear" and payment is None:
        verdict = "held"  # it is about to be: nobody hands over meanwhile
    if payment is not None:
        share = Fraction(payment.token_units, payment.due_units)
    else:
        if is_called_off(invoice) or invoice.card == "paid":
            fit = "claimed"
        share = Fraction(deposit.units, promise.due_units) if promise else Fraction(0)
    return Received(
        state=deposit.state,
        fit=fit,
        share=share,
        verdict=verdict,
        credited=payment is not None,
        taken_back=not _on_chain(deposit) and fit == "locked" and not mined_again,
    )


def is_called_off(invoice: Invoice) -> bool:
    """Whether money that isn't credited yet goes to a claim, never silently to the sale."""
    return invoice.voided_at is not None or invoice.mark == "invalid"


def _told(deposit: Deposit, entry: Received, facts: Facts) -> dict[str, Any]:
    counted = entry.on_chain and counts(entry)
    asset = Asset(deposit.asset, facts.decimals[deposit.asset])
    return {
        "deposit_id": str(deposit.id),
        "asset": deposit.asset,
        "chain_id": deposit.chain_id,
        "amount": format_amount(Amount(deposit.units, asset), trim=True),
        "units": str(deposit.units),
        "tx_hash": "0x" + bytes(deposit.tx_hash).hex(),
        "state": deposit.state,
        "credited": entry.credited,
        "kept": entry.verdict in KEPT,
        "share": str(entry.share if counted else Fraction(0)),
        "block_number": deposit.block_number,
        "needed": deposit.confirmations_needed,
        "first_block_time": rfc3339(deposit.first_block_time),
    }


def standing_stored(invoice: Invoice) -> Standing:
    """The standing that was last told. Its shares are not kept: nothing compares them."""
    status: Status = invoice.status  # type: ignore[assignment]
    release: Release = invoice.release_goods  # type: ignore[assignment]
    return Standing(
        status=status,
        exceptions=frozenset(invoice.exceptions),
        release_goods=release,
        seen_share=Fraction(0),
        credited_share=Fraction(0),
    )


def judge_at(invoice: Invoice) -> datetime | None:
    """The chain time at which time alone may change something; None: it can't any more."""
    if invoice.status in ("paid", "cancelled", "invalid"):
        return None
    if not invoice.time_over:
        return invoice.lock_end
    open_end = invoice.status == "processing" or "reverted" in invoice.exceptions
    return invoice.monitoring_end if open_end and not invoice.monitoring_over else None
