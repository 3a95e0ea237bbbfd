"""Signatures of contract wallets that aren't deployed yet, as ERC-6492 wraps them. Pure.

``abi.encode((address called, bytes data, bytes signature)) ‖ MAGIC``: calling ``called`` with
``data`` deploys the wallet (or makes a deployed one ready), which then takes ``signature`` as its
own by ERC-1271. Wallet, factory and bytes are whoever's who signs: nothing here is believed.
"""

from dataclasses import dataclass
from typing import Final

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from gateway.chains.eip3009 import SignatureInvalid

MAGIC: Final = bytes.fromhex("6492" * 16)
"""What such a signature ends in. No signature of a key does: its last byte would be a v of 0x92."""
MAX_SIGNATURE: Final = 4_096
"""Bytes: a contract wallet's may be those of several keys."""
MAX_WRAPPED: Final = 8_192
"""Bytes of a wrapped one, whole: a factory's call is some hundred, a proxy's own code with it some
two thousand."""


@dataclass(frozen=True, slots=True)
class WrappedSignature:
    """What a wrapped signature holds.

    Attributes:
        called: the factory, or whoever makes the wallet ready.
        data: what it is called with.
        signature: what the wallet is asked about then.
    """

    called: bytes
    data: bytes
    signature: bytes


def is_wrapped(signature: bytes) -> bool:
    """Whether a signature says of itself that it is wrapped. Never trusted beyond that."""
    return signature.endswith(MAGIC)


def unwrap(signature: bytes) -> WrappedSignature | None:
    """What a signature wraps; None if it is a plain one.

    Raises:
        SignatureInvalid: it ends like a wrapped one, and holds anything else, or too much.
    """
    if not is_wrapped(signature):
        return None
    if len(signature) > MAX_WRAPPED:
        raise SignatureInvalid("a wrapped signature is shorter than that")
    try:
        called, data, inner = decode(
            ["address", "bytes", "bytes"], signature.removesuffix(MAGIC), strict=True
        )
    except (DecodingError, ValueError, OverflowError) as error:
        raise SignatureInvalid("it is not wrapped as ERC-6492 has it") from error
    if len(inner) > MAX_SIGNATURE:
        raise SignatureInvalid("what is wrapped is too long")
    return WrappedSignature(bytes.fromhex(called.removeprefix("0x")), data, inner)
