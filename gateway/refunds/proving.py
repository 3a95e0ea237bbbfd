"""Proof that who claims a refund holds an address that paid: a message which that address signed.

A wallet with a key signs as EIP-191 says (``personal_sign``); a contract wallet says itself, by
ERC-1271 ``isValidSignature``, whether a signature is its own. The message names the refund, the
token and the destination, so that a signature serves no other one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, Literal

from eth_abi import encode
from eth_hash.auto import keccak

from gateway.chains.addresses import checksum
from gateway.chains.configuration import configured_chain
from gateway.chains.eip3009 import SignatureInvalid, signer_of
from gateway.chains.errors import NodeFault, UnknownChain
from gateway.chains.models import Deposit
from gateway.chains.nodes import Nodes
from gateway.chains.rpc_words import hex_of
from gateway.invoices.models import Payment
from gateway.refunds.errors import ProofRefused
from gateway.refunds.models import Refund
from gateway.shops.terms import ShopTerms

ProofKind = Literal["eip191", "erc1271"]
MAX_SIGNATURE: Final = 4_096
"""Bytes: a contract wallet's may be those of several keys."""
IS_VALID_SIGNATURE: Final = bytes.fromhex("1626ba7e")
"""isValidSignature(bytes32,bytes), and what it answers for yes."""
NODE_SECONDS: Final = 4.0


@dataclass(frozen=True, slots=True)
class Proof:
    """A message of ours, and that one of the payers signed it."""

    message: str
    payer: bytes
    signature: bytes
    kind: ProofKind


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


def digest_of(message: str) -> bytes:
    """What a wallet signs for a text: EIP-191, version ``E``. Pure."""
    said = message.encode()
    return keccak(b"\x19Ethereum Signed Message:\n" + str(len(said)).encode() + said)


def who_signed(message: str, signature: bytes) -> bytes | None:
    """The address whose key signed a text; None if none could have. Pure."""
    try:
        return signer_of(digest_of(message), signature)
    except SignatureInvalid:
        return None


def payers_of(refund: Refund) -> dict[bytes, int]:
    """The addresses that paid what goes back, each with its chain. One query, or two."""
    if refund.deposit_id is not None:
        deposits = [refund.deposit_id]
    else:
        payments = Payment.objects.filter(invoice_id=refund.invoice_id, reversed_at=None)
        deposits = list(payments.values_list("deposit_id", flat=True))
    rows = Deposit.objects.filter(id__in=deposits).values_list("sender", "chain_id")
    # What a contract sent where no node traces has nobody as its sender.
    return {bytes(sender): chain for sender, chain in rows if any(bytes(sender))}


def proof_of(refund: Refund, *, asset: str, destination: bytes, signature: str) -> Proof:
    """Check a signature against those who paid. The network is asked only where it is no key's of
    theirs, and never in a transaction.

    Raises:
        ProofRefused: none of them signed this message.
    """
    message = message_of(refund, asset=asset, destination=destination)
    signed = signature_read(signature)
    payers = payers_of(refund)
    signer = who_signed(message, signed)
    if signer is not None and signer in payers:
        return Proof(message, signer, signed, "eip191")
    for payer, chain_id in sorted(payers.items()):
        if _says_yes(payer, chain_id, message=message, signature=signed):
            return Proof(message, payer, signed, "erc1271")
    raise ProofRefused


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


def signature_read(text: str) -> bytes:
    """A signature as a wallet shows it, 0x….

    Raises:
        ProofRefused: it is none.
    """
    digits = text.strip().removeprefix("0x")
    try:
        signature = bytes.fromhex(digits)
    except ValueError as error:
        raise ProofRefused from error
    if not 0 < len(signature) <= MAX_SIGNATURE:
        raise ProofRefused
    return signature


def erc1271_call(message: str, signature: bytes) -> bytes:
    """The question to a contract wallet: the hash is that of EIP-191. Pure."""
    return IS_VALID_SIGNATURE + encode(["bytes32", "bytes"], [digest_of(message), signature])


def _says_yes(payer: bytes, chain_id: int, *, message: str, signature: bytes) -> bool:
    """Whether a contract at a payer's address calls the signature its own."""
    call: dict[str, Any] = {"to": hex_of(payer), "data": hex_of(erc1271_call(message, signature))}
    try:
        urls = configured_chain(chain_id).rpc_urls
    except UnknownChain:
        return False
    nodes = Nodes(chain_id=chain_id, urls=urls, timeout_seconds=NODE_SECONDS)
    try:
        (answer,) = nodes.ask(("eth_call", (call, "latest")))
    except NodeFault:
        return False  # one without code answers nothing, one that reverts says no
    finally:
        nodes.close()
    said = str(answer).removeprefix("0x")
    return len(said) == 64 and said == IS_VALID_SIGNATURE.hex().ljust(64, "0")
