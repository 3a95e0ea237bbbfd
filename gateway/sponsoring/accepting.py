"""Take a shopper's signed transfer, once, and queue the transaction that sends it.

The signature is checked offline first, then the token is asked outside of any transaction, and at
last one transaction looks again at what may have changed and writes row, event and transaction.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from gateway.chains.eip3009 import TransferAuthorization
from gateway.chains.models import Token
from gateway.chains.sending import transaction_queue
from gateway.compliance.selectors import is_listed
from gateway.events.ids import uuid7
from gateway.invoices.locks import invoice_for_update
from gateway.invoices.models import Invoice
from gateway.invoices.selectors import invoice_public
from gateway.sponsoring import locks
from gateway.sponsoring.demands import (
    Sponsored,
    check_gas,
    demand_of,
    domain_of,
    sponsored_token,
)
from gateway.sponsoring.errors import (
    AuthorizationUnderWay,
    AuthorizationUsed,
    PayerRefused,
    SponsorLimit,
)
from gateway.sponsoring.judging import check_signed, check_time
from gateway.sponsoring.life import SETTLED, UNDER_WAY
from gateway.sponsoring.models import Authorization
from gateway.sponsoring.saying import REFERENCE_PREFIX, tell
from gateway.sponsoring.token_facts import Sending, check_on_chain
from gateway.tenancy.scope import house_scope

DAY = timedelta(days=1)
CLIENT_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a shopper gave us: what they signed, for which asset, and the network address they
    came from."""

    invoice_id: UUID
    asset: str
    signed: TransferAuthorization
    signature: bytes
    client: str


def authorization_offer(
    *, invoice_id: UUID, asset: str, payer: bytes, now: datetime
) -> dict[str, Any]:
    """The typed data that ``payer`` is to sign, for ``eth_signTypedData_v4``. Four queries.

    Raises:
        InvoiceNotFound
        SponsorshipOff, InvoiceNotPayable, AuthorizationExpired, AuthorizationUnderWay,
        SponsorLimit, GasTooDear, SponsorUnavailable
    """
    invoice = invoice_public(invoice_id)
    sponsored = sponsored_token(asset, mode=invoice.mode)
    demand = demand_of(invoice, sponsored)
    check_time(demand, now=int(now.timestamp()))
    _check_invoice(invoice, sponsored)
    check_gas(sponsored, now=now)
    return demand.for_payer(payer).typed_data(sponsored.domain)


def authorization_accept(*, submission: Submission, now: datetime) -> Authorization:
    """Take a signed transfer; the same one again is the same row, whatever became of it.

    Not to be called in a transaction: a node is asked.

    Raises:
        InvoiceNotFound
        SignatureRefused: it is not the payer's over exactly what the invoice asks for.
        PayerRefused: a list names the payer. Said to whoever holds its key alone.
        BalanceShort, AuthorizationUsed, TransferWouldFail: the token would not move it.
        and what ``authorization_offer`` raises.
    """
    invoice = invoice_public(submission.invoice_id)
    sponsored = sponsored_token(submission.asset, mode=invoice.mode)
    known = _known(submission, sponsored)
    if known is not None:
        return known
    _check_signature(submission, invoice, sponsored, now=now)
    _check_invoice(invoice, sponsored)
    check_gas(sponsored, now=now)
    check_on_chain(
        Sending(
            chain_id=sponsored.chain_id,
            token=sponsored.domain.contract,
            relayer=sponsored.relayer,
            signed=submission.signed,
            signature=submission.signature,
        )
    )
    return _store(submission=submission, sponsored=sponsored, now=now)


@transaction.atomic
def _store(*, submission: Submission, sponsored: Sponsored, now: datetime) -> Authorization:
    invoice = invoice_for_update(invoice_id=submission.invoice_id)
    known = _known(submission, sponsored)
    if known is not None:
        return known
    _check_signature(submission, invoice, sponsored, now=now)
    if is_listed(submission.signed.payer):
        raise PayerRefused
    locks.counts_of(sponsored.chain_id)
    _check_invoice(invoice, sponsored)
    _check_unspent(submission.signed, sponsored)
    client = client_hash(submission.client)
    _check_day(client, sponsored, now=now)
    return _queued(submission, invoice, sponsored, client=client, now=now)


def _queued(
    submission: Submission,
    invoice: Invoice,
    sponsored: Sponsored,
    *,
    client: bytes,
    now: datetime,
) -> Authorization:
    signed = submission.signed
    authorization_id = uuid7()
    queued = transaction_queue(
        chain_id=sponsored.chain_id,
        account=sponsored.relayer,
        to=sponsored.domain.contract,
        data=signed.call_data(submission.signature),
        value=0,
        purpose="sponsor",
        reference=f"{REFERENCE_PREFIX}{authorization_id}",
        idempotency_key=f"{REFERENCE_PREFIX}{authorization_id}",
        shop_id=invoice.shop_id,
        now=now,
    )
    authorization = Authorization.objects.create(
        id=authorization_id,
        invoice_id=invoice.id,
        shop_id=invoice.shop_id,
        mode=invoice.mode,
        chain_id=sponsored.chain_id,
        asset=sponsored.token.code,
        payer=signed.payer,
        to=signed.to,
        units=signed.units,
        valid_before=signed.valid_before,
        nonce=signed.nonce,
        digest=signed.digest(sponsored.domain),
        client=client,
        transaction_id=queued.id,
        created_at=now,
    )
    tell(authorization, "sponsorship.accepted", now=now)
    return authorization


def _known(submission: Submission, sponsored: Sponsored) -> Authorization | None:
    """The row of this very message, if it was taken before. One query."""
    digest = submission.signed.digest(sponsored.domain)
    return Authorization.objects.filter(digest=digest, invoice_id=submission.invoice_id).first()


def _check_unspent(signed: TransferAuthorization, sponsored: Sponsored) -> None:
    """Raises AuthorizationUsed: another message with the payer's nonce has paid, whichever shop it
    was for. One query."""
    spent = Authorization.objects.filter(
        asset=sponsored.token.code, payer=signed.payer, nonce=signed.nonce, status__in=SETTLED
    )
    with house_scope():
        if spent.exists():
            raise AuthorizationUsed


def _check_signature(
    submission: Submission, invoice: Invoice, sponsored: Sponsored, *, now: datetime
) -> None:
    check_signed(
        demand_of(invoice, sponsored),
        submission.signed,
        submission.signature,
        others=_other_domains(sponsored),
        now=int(now.timestamp()),
    )


def _other_domains(sponsored: Sponsored) -> list[Any]:
    tokens = Token.objects.exclude(domain_name="").exclude(code=sponsored.token.code)
    return [domain_of(token) for token in tokens]


def _check_invoice(invoice: Invoice, sponsored: Sponsored) -> None:
    """Raises AuthorizationUnderWay, SponsorLimit. One query."""
    earlier = list(
        Authorization.objects.filter(invoice_id=invoice.id).values_list("status", flat=True)
    )
    if UNDER_WAY.intersection(earlier):
        raise AuthorizationUnderWay
    if len(earlier) >= sponsored.bounds.per_invoice:
        raise SponsorLimit


def _check_day(client: bytes, sponsored: Sponsored, *, now: datetime) -> None:
    """Raises SponsorLimit: the house pays the gas of every shop's. Two queries."""
    lately = Authorization.objects.filter(created_at__gt=now - DAY)
    with house_scope():
        if lately.filter(client=client).count() >= sponsored.bounds.per_client_day:
            raise SponsorLimit
        if lately.filter(chain_id=sponsored.chain_id).count() >= sponsored.bounds.per_day:
            raise SponsorLimit


def client_hash(address: str) -> bytes:
    """What is kept of a network address: enough to count it, not to tell it."""
    mac = hmac.new(
        settings.SECRET_KEY.encode(), b"sponsoring.client:" + address.encode(), hashlib.sha256
    )
    return mac.digest()[:CLIENT_BYTES]
