"""Proof that who claims a refund holds an address that paid: a message which that address signed.

A wallet with a key signs as EIP-191 says (``personal_sign``); a contract wallet says itself whether
a signature is its own, deployed (ERC-1271) or not yet (ERC-6492). The message names the refund, the
token and the destination, so that a signature serves no other one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from gateway.chains.addresses import checksum
from gateway.chains.eip3009 import SignatureInvalid
from gateway.chains.errors import WalletUnasked
from gateway.chains.models import Deposit
from gateway.chains.signed_texts import SignatureKind, how_signed, signature_read, who_signed
from gateway.invoices.models import Payment
from gateway.refunds.errors import ProofRefused, ProofUnasked
from gateway.refunds.models import Refund
from gateway.shops.terms import ShopTerms

WALLETS_ASKED: Final = 20
"""At most, of one invoice's payers: anybody can send it specks from thousands of addresses."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A message of ours, and that one of the payers signed it."""

    message: str
    payer: bytes
    signature: bytes
    kind: SignatureKind


def is_proof_asked(terms: ShopTerms, worth_units: int | None) -> bool:
    """Whether who claims must hold an address that paid. Pure.

    Args:
        worth_units: minor units of the pricing currency; None if nobody could say.
    """
    limit = terms.refund_proof_above_units
    return limit is not None and (worth_units is None or worth_units > limit)


def message_of(refund: Refund, *, asset: str, destination: bytes) -> str:
    """What the paying address signs. No query."""
    return (
        "I hold the wallet that paid, and ask for this refund.\n\n"
        f"Refund: {refund.id}\n"
        f"Token: {asset}\n"
        f"Send it to: {checksum(destination)}\n"
        f"Link: {bytes(refund.link_hash).hex()[:16]}"
    )


def payers_of(refund: Refund) -> dict[bytes, int]:
    """The addresses that paid what goes back, each with its chain, the largest deposits first.
    One query, or two."""
    if refund.deposit_id is not None:
        deposits = [refund.deposit_id]
    else:
        payments = Payment.objects.filter(invoice_id=refund.invoice_id, reversed_at=None)
        deposits = list(payments.values_list("deposit_id", flat=True))
    found = Deposit.objects.filter(id__in=deposits).order_by("-units", "id")
    rows = found.values_list("sender", "chain_id")
    # What a contract sent where no node traces has nobody as its sender.
    return {bytes(sender): chain for sender, chain in rows if any(bytes(sender))}


def proof_of(refund: Refund, *, asset: str, destination: bytes, signature: str) -> Proof:
    """Check a signature against those who paid: first the one whose key it is, if any's, then the
    others, at most ``WALLETS_ASKED``. Asks the network: never in a transaction.

    Raises:
        ProofRefused: none of them signed this message.
        ProofUnasked: nobody could say just now.
    """
    message = message_of(refund, asset=asset, destination=destination)
    try:
        given = signature_read(signature)
    except SignatureInvalid as error:
        raise ProofRefused from error
    signer = who_signed(message, given)
    payers = sorted(payers_of(refund).items(), key=lambda paid: paid[0] != signer)
    is_unasked = False
    for payer, chain_id in payers[:WALLETS_ASKED]:
        try:
            shown = how_signed(wallet=payer, chain_ids=(chain_id,), text=message, signature=given)
        except WalletUnasked:
            is_unasked = True
            continue
        if shown is not None:
            return Proof(message, payer, given, shown.kind)
    raise ProofUnasked if is_unasked else ProofRefused


def check_proof(
    refund: Refund,
    proof: Proof | None,
    *,
    asset: str,
    destination: bytes,
    payers: Collection[bytes],
) -> None:
    """That a proof is of this very claim. Pure.

    Raises:
        ProofRefused: there is none, or it is of something else.
    """
    if proof is None or proof.payer not in payers:
        raise ProofRefused
    if proof.message != message_of(refund, asset=asset, destination=destination):
        raise ProofRefused
