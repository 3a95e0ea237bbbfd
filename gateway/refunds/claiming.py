"""A shopper says where to: by the link they were given, once, after a second look."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from gateway.chains.models import Token
from gateway.compliance.parties import party_verdict
from gateway.events.points import point
from gateway.invoices.claims import claim_for_update, claim_owe
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.refunds import locks
from gateway.refunds.converting import PROMISE, conversion_of, is_borne, needs_conversion
from gateway.refunds.destinations import check_destination
from gateway.refunds.dust import is_dust
from gateway.refunds.errors import (
    AmountMoved,
    ChoiceGone,
    LinkUnknown,
    RefundIsDust,
    RefundNotOpen,
)
from gateway.refunds.models import Refund
from gateway.refunds.proving import Proof, check_proof, is_proof_asked, payers_of
from gateway.refunds.saying import become, tell
from gateway.refunds.selectors import refund_by_link
from gateway.refunds.travel import is_wallet_shown
from gateway.settlement.selectors import free_float
from gateway.shops.selectors import shop_view

MOVED_BPS = 50
"""A price that moved by more than this since it was looked at is looked at again."""
BPS = 10_000


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to be refunded. ``amount`` is None while it can't be had.

    Attributes:
        is_fixed: the amount is certain; otherwise it is what the token costs when it is sent.
        is_dust: sending it costs more than it is worth; it can't be had either.
    """

    asset: Asset
    chain_id: int
    chain_name: str
    amount: Amount | None
    is_fixed: bool
    is_dust: bool = False


def choices_of(refund: Refund, *, now: datetime) -> list[Choice]:
    """What the shopper may choose from, and what each is now. Up to six queries a choice."""
    codes = [refund.asset] if refund.is_converted else refund.offered
    tokens = {
        token.code: token
        for token in Token.objects.select_related("chain").filter(
            code__in=codes, chain__enabled=True
        )
    }
    return [_choice(refund, tokens[code], now=now) for code in codes if code in tokens]


def _choice(refund: Refund, token: Token, *, now: datetime) -> Choice:
    asset = Asset(token.code, token.decimals)
    amount = _amount(refund, asset, now=now)
    return Choice(
        asset=asset,
        chain_id=token.chain_id,
        chain_name=token.chain.name,
        amount=amount,
        is_fixed=not needs_conversion(refund, token.code) or refund.rate == "paid",
        is_dust=amount is not None and is_dust(amount, now=now),
    )


def _amount(refund: Refund, asset: Asset, *, now: datetime) -> Amount | None:
    if not needs_conversion(refund, asset.code):
        return Amount(fixed_units(refund), asset)
    try:
        conversion = conversion_of(refund, now=now)
    except ChoiceGone:
        return None
    # What the house does not hold is not offered: a shopper would wait for it.
    if not is_borne(refund, conversion.cost_units) or free_float(asset=asset) < conversion.units:
        return None
    return Amount(conversion.units, asset)


def fixed_units(refund: Refund) -> int:
    """Base units of what needs no conversion."""
    if refund.is_converted:
        assert refund.units is not None
        return int(refund.units)
    return int(refund.taken_units if refund.kind == "payment" else refund.token_units)


@transaction.atomic
def refund_claim(
    *,
    token: str,
    asset: str,
    destination: bytes,
    shown_units: int,
    now: datetime,
    proof: Proof | None = None,
) -> Refund:
    """Take the shopper's address and choice. The link has done its work then.

    Args:
        shown_units: the amount that the shopper saw and confirmed; they get what it is now, and
            are asked again if that is much less.
        proof: that they hold an address that paid, where the shop asks for that.

    Raises:
        LinkUnknown: the link leads nowhere (any more).
        RefundNotOpen: it was claimed, or is over.
        ChoiceGone, AmountMoved, RefundIsDust: by the choice.
        ProofRefused: the shop asks for a proof, and this is none.
        DestinationRefused: it is nobody's address, or the house's.
        ListsMissing: nobody can be found clear just now.
    """
    found = refund_by_link(token)
    refund, invoice = locks.refund_with_invoice(refund_id=found.id)
    if bytes(refund.link_hash) != bytes(found.link_hash):
        raise LinkUnknown
    if refund.status != "requested" or now >= refund.link_expires_at:
        raise RefundNotOpen
    check_destination(destination)
    chosen = next(
        (choice for choice in choices_of(refund, now=now) if choice.asset.code == asset), None
    )
    if chosen is None or chosen.amount is None:
        raise ChoiceGone
    if chosen.is_dust:
        raise RefundIsDust
    if chosen.amount.units * BPS < shown_units * (BPS - MOVED_BPS):
        raise AmountMoved
    terms = shop_view(shop_id=refund.shop_id).terms
    if is_proof_asked(terms, refund.worth_units) or is_wallet_shown(refund, now=now):
        payers = payers_of(refund)
        check_proof(refund, proof, asset=asset, destination=destination, payers=payers)
    verdict = party_verdict(destination, now=now)
    if refund.claim_id is not None:
        claim = claim_for_update(invoice_id=invoice.id, claim_id=refund.claim_id)
        if claim is None:
            raise RefundNotOpen
        claim_owe(claim, decimals=refund.token_decimals, now=now)
    refund.asset, refund.decimals = chosen.asset.code, chosen.asset.decimals
    refund.chain_id, refund.destination, refund.claimed_at = chosen.chain_id, destination, now
    # Kept whatever it says: that somebody is listed is for people to act on, not for this page.
    refund.verdict = "clear" if verdict.is_clear else "listed"
    refund.verdict_lists, refund.verdict_at = verdict.versions_key, now
    refund.failure_code = ""
    if proof is not None:
        refund.proof_kind = proof.kind
        refund.proof_payer, refund.proof_signature = proof.payer, proof.signature
    if refund.approved_by and not chosen.is_fixed:
        refund.promised_units, refund.promised_until = chosen.amount.units, now + PROMISE
    become(refund, "approved" if refund.approved_by else "claimed")
    refund.save()
    point("refund.claimed")
    tell(refund, "refund.claimed", invoice=invoice, now=now)
    return refund
