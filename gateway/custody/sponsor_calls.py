"""A holder's signed transfer that we send and pay the gas of (EIP-3009), read from its call."""

from dataclasses import dataclass

from gateway.custody.transactions import UnsignedTransaction

TRANSFER_TYPES = (
    *("address", "address", "uint256", "uint256", "uint256"),
    *("bytes32", "uint8", "bytes32", "bytes32"),
)
TRANSFER = f"transferWithAuthorization({','.join(TRANSFER_TYPES)})"


@dataclass(frozen=True, slots=True)
class AuthorizedTransfer:
    """``units`` of ``token`` from ``payer``, who signed it, to ``to``."""

    token: bytes
    payer: bytes
    to: bytes
    units: int
    nonce: bytes


def authorized_transfer(
    transaction: UnsignedTransaction, payer: str, to: str, units: int, *rest: object
) -> AuthorizedTransfer:
    _valid_after, _valid_before, nonce, *_signature = rest
    assert isinstance(nonce, bytes)
    return AuthorizedTransfer(
        token=transaction.to,
        payer=bytes.fromhex(payer[2:]),
        to=bytes.fromhex(to[2:]),
        units=units,
        nonce=nonce,
    )
