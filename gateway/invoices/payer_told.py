"""A shopper says who pays: kept, and what was held for want of it let go."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.chains.models import Deposit
from gateway.compliance.travelling.errors import PayerElsewhere, PayerNotScreened, PayerUnclear
from gateway.compliance.travelling.stating import (
    Statement,
    payer_standing,
    statement_keep,
    statements_of,
    statements_screen,
)
from gateway.compliance.untold import hold_release_told, holds_untold
from gateway.invoices import locks
from gateway.invoices.advancing import advance
from gateway.invoices.errors import PayerNotAsked
from gateway.invoices.models import Invoice
from gateway.invoices.payers import amount_of, payer_needed, payer_wanted, wallets_of


@transaction.atomic
def invoice_tell_payer(*, invoice_id: UUID, statement: Statement, now: datetime) -> Invoice:
    """Keep who a shopper says pays an invoice; from here on it shows where to pay.
    ``invoice.payer_told`` tells, without a word of who it is.

    Raises:
        InvoiceNotFound
        PayerNotAsked: nobody needs to know, or somebody said it.
        PayerUnclear: something is missing, or can't be.
        PayerElsewhere: money is here already, of another wallet.
        ChallengeOver: the text that was signed was used.
    """
    invoice = locks.invoice_for_update(invoice_id=invoice_id)
    if not payer_needed(invoice):
        raise PayerNotAsked
    _check(invoice, statement, now=now)
    kept = statement_keep(
        invoice_id=invoice.id,
        shop_id=invoice.shop_id,
        mode=invoice.mode,
        statement=statement,
        now=now,
    )
    invoice.payer_told_until = kept.expires_at
    return advance(invoice, now=now, told=("invoice.payer_told",))


def wallets_untold(invoice_id: UUID) -> list[bytes]:
    """The wallets of money that is held because nobody said who pays, each once. Two
    queries and one for each chain, one while no money came."""
    deposits = list(Deposit.objects.filter(invoice_id=invoice_id).exclude(state="orphaned"))
    if not deposits:
        return []
    held = holds_untold([deposit.id for deposit in deposits])
    wallets = [wallets_of(deposit) for deposit in deposits if deposit.id in held]
    return list(dict.fromkeys(one for several in wallets for one in several))


@transaction.atomic
def invoice_hear_payer(*, invoice_id: UUID, now: datetime) -> list[UUID]:
    """Let go the money that was held for want of who pays, where the lists name nobody who said so;
    which. Again is the same.

    Raises:
        PayerNotScreened: nobody can say yet whether they do; it is tried again.
    """
    invoice = locks.invoice_for_update(invoice_id=invoice_id)
    deposits = {
        deposit.id: deposit
        for deposit in Deposit.objects.select_related("chain").filter(invoice_id=invoice.id)
    }
    statements = statements_of(invoice.id)
    statements_screen(statements, now=now)
    released = []
    for deposit_id in holds_untold(list(deposits)):
        deposit = deposits[deposit_id]
        standing = payer_standing(
            statements, senders=wallets_of(deposit), at=deposit.first_block_time
        )
        if standing == "pending":
            raise PayerNotScreened
        if standing == "told":
            hold_release_told(deposit_id=deposit_id, statement_id=statements[0].id, now=now)
            released.append(deposit_id)
    return released


def _check(invoice: Invoice, statement: Statement, *, now: datetime) -> None:
    """Raises PayerUnclear, PayerElsewhere."""
    wanted = payer_wanted(amount_of(invoice), now=now)
    if statement.known_by not in wanted.ways:
        raise PayerUnclear(field="known_by")
    if statement.provider:
        return
    if wanted.proof and statement.shown is None:
        raise PayerUnclear(field="wallet_address")
    paid_from = wallets_untold(invoice.id)
    if statement.address is not None and paid_from and statement.address not in paid_from:
        raise PayerElsewhere
