"""Money that is a payer's: owed in the books from when somebody claims it, at the latest."""

from datetime import datetime
from uuid import UUID

from gateway.invoices.models import Claim, Invoice
from gateway.ledger.deposits import post_surplus
from gateway.money.amounts import Amount
from gateway.money.assets import Asset


def claims_of(invoice_id: UUID) -> list[Claim]:
    """What an invoice's payers may claim back, oldest first. One query."""
    return list(Claim.objects.filter(invoice_id=invoice_id, reversed_at=None).order_by("id"))


def claim_for_update(*, invoice_id: UUID, claim_id: UUID) -> Claim | None:
    """An invoice's claim, locked; None if it has none of that id, or a reorg undid it. After the
    invoice. One query."""
    rows = Claim.objects.select_for_update().filter(
        id=claim_id, invoice_id=invoice_id, reversed_at=None
    )
    return rows.first()


def claim_owe(claim: Claim, *, decimals: int, now: datetime) -> None:
    """Somebody claims it: the books owe it from now on. Again is the same.

    Args:
        claim: locked.
    """
    if claim.posted:
        return
    post_surplus(
        deposit_id=claim.deposit_id,
        amount=Amount(claim.units, Asset(claim.asset, decimals)),
        shop_id=claim.shop_id,
        now=now,
    )
    claim.posted = True
    claim.save(update_fields=["posted"])


def invoice_note_refunds(invoice: Invoice, refunds: list[dict[str, str]]) -> None:
    """Keep beside a locked invoice's standing what goes back of it."""
    if invoice.refunds != refunds:
        invoice.refunds = refunds
        invoice.save(update_fields=["refunds"])
