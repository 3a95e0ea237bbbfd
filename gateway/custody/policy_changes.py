"""Who agreed to a change of the signer's policy. Pure.

Two approvers of the policy in force sign a text that names both policies by their SHA-256, with
keys of their own (a hardware wallet's ``personal_sign``, EIP-191): nothing in the database, and
nobody who has only the web process, can make such a signature.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

from eth_utils.crypto import keccak

from gateway.custody.recovery import NoSigner, signer_address

NEEDED: Final = 2
SIGNATURE_BYTES: Final = 65
FIRST_V: Final = 27
NONE: Final = "none"
"""What stands for the policy in force before there is one."""


def digest_of(content: bytes) -> str:
    """SHA-256 of a policy file's bytes, in hex."""
    return hashlib.sha256(content).hexdigest()


def change_text(*, before: str, after: str) -> str:
    """What approvers sign to have one policy replaced by another, both named by their digest.

    Agreed to once, it is of no use again: the policy that it replaces is gone by then.
    """
    return f"Tillway signer: replace policy {before} by {after}"


def call_off_text(*, before: str, after: str) -> str:
    """What one approver signs to call such a change off while it waits."""
    return f"Tillway signer: keep policy {before}, do not take {after}"


def signers_of(text: str, signatures: Iterable[str], *, approvers: frozenset[bytes]) -> set[bytes]:
    """The approvers whose signature of this text is among these; each counts once."""
    found = {recovered(text, signature) for signature in signatures}
    return {address for address in found if address is not None and address in approvers}


def recovered(text: str, signature: str) -> bytes | None:
    """The address that signed ``text`` by EIP-191 version 0x45; None if the signature is none."""
    body = text.encode()
    digest = keccak(b"\x19Ethereum Signed Message:\n" + str(len(body)).encode() + body)
    try:
        raw = bytes.fromhex(signature.removeprefix("0x"))
    except ValueError:
        return None
    if len(raw) != SIGNATURE_BYTES:
        return None
    parity = raw[64] - FIRST_V if raw[64] >= FIRST_V else raw[64]
    if parity not in (0, 1):
        return None
    try:
        return signer_address(bytes(digest), r_and_s=raw[:64], parity=parity)
    except NoSigner:
        return None
