"""Whose key made a signature over a hash: secp256k1 as Ethereum uses it (SEC 1, 4.1.6). Pure."""

from coincurve import PublicKey
from eth_utils.crypto import keccak

ADDRESS_BYTES = 20


class NoSigner(ValueError):
    """No key could have made this signature."""


def address_of(public_key: PublicKey) -> bytes:
    """The address of a key: the last 20 bytes of its Keccak-256."""
    return bytes(keccak(public_key.format(compressed=False)[1:])[-ADDRESS_BYTES:])


def signer_address(digest: bytes, *, r_and_s: bytes, parity: int) -> bytes:
    """The address whose key signed ``digest``.

    Which s are taken is for who asks: for each signature there is a second one with the other s.

    Args:
        digest: 32 bytes.
        r_and_s: both numbers, 32 bytes each, big end first.
        parity: 0 or 1.

    Raises:
        NoSigner
    """
    try:
        key = PublicKey.from_signature_and_message(r_and_s + bytes([parity]), digest, hasher=None)
    except Exception as error:  # coincurve raises ValueError and bare Exception alike
        raise NoSigner from error
    return address_of(key)
