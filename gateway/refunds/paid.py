"""What was paid of an invoice, as the tables have it, for the pure core."""

from collections.abc import Collection, Iterable
from fractions import Fraction
from uuid import UUID

from django.db.models import Sum

from gateway.chains.models import Deposit
from gateway.compliance.selectors import verdict_states
from gateway.invoices.models import Invoice, Payment
from gateway.refunds.amounts import Paid, PaidToken
from gateway.refunds.life import UNDONE
from gateway.refunds.models import Refund

CLEARED = frozenset({"clear", "released"})


def paid_of(invoice: Invoice) -> Paid:
    """What may be given back of a locked invoice: what was credited, screened, and not taken back.
    Three queries."""
    return paid_by(invoice, screened_payments(invoice.id), refunded=refunded_units(invoice.id))


def screened_payments(invoice_id: UUID) -> list[Payment]:
    """Payments that count and that nobody looks at. Two queries."""
    payments = list(Payment.objects.filter(invoice_id=invoice_id, reversed_at=None).order_by("id"))
    verdicts = verdict_states([payment.deposit_id for payment in payments])
    return [payment for payment in payments if verdicts.get(payment.deposit_id) in CLEARED]


def final_among(deposit_ids: Collection[UUID]) -> set[UUID]:
    """Those deposits that are final on their chains. One query."""
    rows = Deposit.objects.filter(id__in=deposit_ids, state="final")
    return set(rows.values_list("id", flat=True))


def refunded_units(invoice_id: UUID) -> int:
    """Settlement units that an invoice's refunds have taken, sent or not. One query."""
    rows = Refund.objects.filter(invoice_id=invoice_id).exclude(status__in=UNDONE)
    return int(rows.aggregate(units=Sum("part_units"))["units"] or 0)


def gross_of(payments: Iterable[Payment]) -> int:
    """Settlement units before the fee."""
    return sum(int(payment.credited_units + payment.fee_units) for payment in payments)


def paid_by(invoice: Invoice, payments: Iterable[Payment], *, refunded: int) -> Paid:
    """The payments as the core sees them. No query."""
    tokens: dict[str, PaidToken] = {}
    share = Fraction(0)
    for payment in payments:
        gross = gross_of([payment])
        if not gross or not payment.applied_units:
            continue
        before = tokens.get(payment.token_asset)
        tokens[payment.token_asset] = PaidToken(
            asset=payment.token_asset,
            units=int(payment.applied_units) + (before.units if before else 0),
            gross_units=gross + (before.gross_units if before else 0),
        )
        share += Fraction(int(payment.applied_units), int(payment.due_units))
    return Paid(
        tokens=tuple(tokens.values()),
        share=share,
        demand_units=int(invoice.amount_units),
        refunded_units=refunded,
    )
