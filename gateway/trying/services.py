"""Have something happen to a test invoice that is hard to wait for.

What is asked for is written down; that it happens is `acting`'s part. A refund is asked for and
claimed at once, since nothing of that leaves the house.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from gateway.chains.addresses import parse_address
from gateway.chains.models import Deposit
from gateway.invoices import locks
from gateway.invoices.changing import invoice_requote
from gateway.invoices.models import Invoice
from gateway.money.amounts import Amount
from gateway.refunds.claiming import choices_of, refund_claim
from gateway.refunds.errors import ChoiceGone
from gateway.refunds.limits import Person
from gateway.refunds.requesting import Wanted, refund_request
from gateway.refunds.selectors import refundable_of
from gateway.shops.selectors import ShopView
from gateway.supervisor.devchain.one_payment import wallet_of
from gateway.trying.choosing import due_to_pay, listed_payer, whole_token, wrong_asset
from gateway.trying.errors import (
    LiveMoney,
    NothingToPay,
    PaymentFinal,
    ProvokingUnderWay,
)
from gateway.trying.ground import OwnChain, own_chain
from gateway.trying.life import (
    SHORTEST_LOCK_SECONDS,
    UNDER_WAY,
    What,
    late_from,
    paid_units,
)
from gateway.trying.models import Provocation

PAYABLE = frozenset({"waiting", "partial"})


@transaction.atomic
def provoke(
    *,
    shop: ShopView,
    invoice_id: UUID,
    what: What,
    by: Person,
    now: datetime,
    asset: str = "",
) -> Provocation:
    """Have ``what`` happen to an invoice of a test shop, on the chain that the house brings along.

    Args:
        asset: what is paid; chosen for you if "".

    Raises:
        LiveMoney: the shop or the house is live.
        ChainNotOurs: the house's chains are others'.
        InvoiceNotFound: the shop has none of that id.
        ProvokingUnderWay: one thing at a time.
        NothingToPay, PaymentFinal: the invoice is past it.
        AssetNotThere, NotInWrongAsset, TokenNeeded, EveryTokenQuoted: by the asset.
        NobodyListed: nobody's payment would be held.
        TillwayError: a refund or a shorter lock was refused, as anybody's would be.
    """
    if shop.mode != "test" or settings.LIVE_MODE:
        raise LiveMoney
    invoice = locks.invoice_for_update(invoice_id=invoice_id, shop_id=shop.id)
    chain = own_chain()
    if Provocation.objects.filter(invoice_id=invoice_id, status__in=UNDER_WAY).exists():
        raise ProvokingUnderWay
    row = Provocation(
        invoice_id=invoice.id,
        shop_id=shop.id,
        what=what,
        chain_id=chain.id,
        to=bytes(invoice.address),
        asked_by=by.who,
        asked_at=now,
        due_at=now,
    )
    match what:
        case "refund":
            _refund(row, invoice, by=by, now=now)
        case "wrong_asset":
            _must_be_payable(invoice)
            row.asset = wrong_asset(invoice, chain, asset=asset)
            row.units = whole_token(chain, row.asset)
        case "late":
            _late(row, invoice, chain, asset=asset, now=now)
        case "reorg" if deposit := _taken_back_of(invoice, chain):
            row.status, row.tx_hash = "sent", bytes(deposit.tx_hash)
            row.asset, row.units = deposit.asset, deposit.claimed_units
        case _:
            _must_be_payable(invoice)
            if what == "held":
                row.listed_payer = listed_payer()
            _pay(row, invoice, chain, asset=asset)
    row.save(force_insert=True)
    return row


def _must_be_payable(invoice: Invoice) -> None:
    if invoice.status not in PAYABLE:
        raise NothingToPay


def _pay(row: Provocation, invoice: Invoice, chain: OwnChain, *, asset: str) -> None:
    row.asset, due_units = due_to_pay(invoice, chain, asset=asset, token_only=row.what == "held")
    row.units = paid_units(row.what, due_units)


def _late(
    row: Provocation, invoice: Invoice, chain: OwnChain, *, asset: str, now: datetime
) -> None:
    """Paid once the lock is over. It is shortened by new quotes, which end the old ones, as anybody
    may have them drawn: nobody should wait for a quarter of an hour."""
    if invoice.monitoring_over or invoice.status not in (*PAYABLE, "expired"):
        raise NothingToPay
    if invoice.lock_end - now > timedelta(seconds=SHORTEST_LOCK_SECONDS):
        invoice = invoice_requote(
            invoice_id=invoice.id,
            shop_id=invoice.shop_id,
            lock_seconds=SHORTEST_LOCK_SECONDS,
            now=now,
        )
    _pay(row, invoice, chain, asset=asset)
    row.not_before = late_from(lock_end=invoice.lock_end, grace_seconds=chain.grace_seconds)
    row.due_at = max(now, row.not_before)


def _taken_back_of(invoice: Invoice, chain: OwnChain) -> Deposit | None:
    """The latest payment that the chain may still take back; None if nothing came yet.

    Raises:
        PaymentFinal: what came, came for good.
    """
    came = Deposit.objects.filter(invoice_id=invoice.id, chain_id=chain.id)
    found = came.filter(state__in=("seen", "confirmed")).order_by("-block_number").first()
    if found is None and invoice.status not in PAYABLE and came.filter(state="final").exists():
        raise PaymentFinal
    return found


def _refund(row: Provocation, invoice: Invoice, *, by: Person, now: datetime) -> None:
    """Half of what is left goes back to a shopper who asks for it at once, in what was paid: of its
    first sale a shop has not the whole, since the fee is gone. Whether it is approved by that, the
    shop's own limits say."""
    left = refundable_of(invoice).left
    half = Amount(left.units // 2, left.asset) if left.units > 1 else None
    asked = refund_request(
        shop_id=invoice.shop_id,
        invoice_id=invoice.id,
        wanted=Wanted(amount=half),
        by=by,
        now=now,
    )
    choices = choices_of(asked.refund, now=now)
    chosen = next((one for one in choices if one.amount is not None and not one.is_dust), None)
    if chosen is None or chosen.amount is None:
        raise ChoiceGone
    refund_claim(
        token=asked.token,
        asset=chosen.asset.code,
        destination=parse_address(wallet_of(wallet_name(row))),
        shown_units=chosen.amount.units,
        now=now,
    )
    row.refund_id, row.chain_id = asked.refund.id, chosen.chain_id
    row.status, row.ended_at = "done", now


def wallet_name(row: Provocation) -> str:
    """The name of the wallet that pays, or is paid back."""
    return f"provocation:{row.id}"
