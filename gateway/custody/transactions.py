"""EIP-1559 transactions as bytes: what is signed, what was signed, and by whom. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import rlp
from coincurve import PrivateKey
from eth_utils.crypto import keccak

from gateway.custody.recovery import ADDRESS_BYTES, NoSigner, signer_address

TYPE_FEE_MARKET = 2
MAX_UINT256 = 2**256 - 1
MAX_UINT64 = 2**64 - 1


class NotATransaction(ValueError):
    """The bytes are not the canonical encoding of a type-2 transaction that we would send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsignedTransaction:
    """A whole type-2 transaction before its signature. Fees and value in wei, gas in gas units.

    There is no contract creation and no access list: the house sends neither.
    """

    chain_id: int
    nonce: int
    to: bytes
    value: int
    data: bytes
    gas_limit: int
    max_fee_per_gas: int
    max_priority_fee_per_gas: int

    def __post_init__(self) -> None:
        if len(self.to) != ADDRESS_BYTES:
            raise NotATransaction("the receiver is not an address")
        for name in ("chain_id", "nonce", "gas_limit"):
            if not 0 <= getattr(self, name) <= MAX_UINT64:
                raise NotATransaction(f"{name} is out of range")
        for name in ("value", "max_fee_per_gas", "max_priority_fee_per_gas"):
            if not 0 <= getattr(self, name) <= MAX_UINT256:
                raise NotATransaction(f"{name} is out of range")
        if self.max_priority_fee_per_gas > self.max_fee_per_gas:
            raise NotATransaction("the tip is above the maximum fee")

    @property
    def max_cost(self) -> int:
        """Wei that leave the account at most: value plus all gas at the maximum fee."""
        return self.value + self.gas_limit * self.max_fee_per_gas

    def _fields(self) -> list[object]:
        return [
            self.chain_id,
            self.nonce,
            self.max_priority_fee_per_gas,
            self.max_fee_per_gas,
            self.gas_limit,
            self.to,
            self.value,
            self.data,
            [],
        ]

    def payload(self) -> bytes:
        """The bytes whose Keccak hash is signed."""
        return bytes([TYPE_FEE_MARKET]) + bytes(rlp.encode(self._fields()))

    def digest(self) -> bytes:
        return bytes(keccak(self.payload()))

    def with_signature(self, *, parity: int, r: int, s: int) -> SignedTransaction:
        body = rlp.encode([*self._fields(), parity, r, s])
        raw = bytes([TYPE_FEE_MARKET]) + bytes(body)
        return SignedTransaction(raw=raw, hash=bytes(keccak(raw)))


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """What a node takes (``raw``) and the name the chain gives it (``hash``, 32 bytes)."""

    raw: bytes
    hash: bytes


def sign(transaction: UnsignedTransaction, key: PrivateKey) -> SignedTransaction:
    """Sign deterministically (RFC 6979, low s): the same transaction gives the same bytes."""
    signature = key.sign_recoverable(transaction.digest(), hasher=None)
    return transaction.with_signature(
        parity=signature[64],
        r=int.from_bytes(signature[:32], "big"),
        s=int.from_bytes(signature[32:64], "big"),
    )


def parse_payload(payload: bytes) -> UnsignedTransaction:
    """Read an unsigned transaction back; only its one canonical encoding is accepted."""
    fields = _decoded(payload, expected=9)
    transaction = _from_fields(fields)
    if transaction.payload() != payload:
        raise NotATransaction("not the canonical encoding")
    return transaction


def parse_signed(raw: bytes) -> tuple[UnsignedTransaction, bytes]:
    """The transaction inside signed bytes, and the address that signed it."""
    fields = _decoded(raw, expected=12)
    transaction = _from_fields(fields[:9])
    parity, r, s = (_integer(field) for field in fields[9:])
    if parity > 1 or r > MAX_UINT256 or s > MAX_UINT256:
        raise NotATransaction("the signature is out of range")
    if transaction.with_signature(parity=parity, r=r, s=s).raw != raw:
        raise NotATransaction("not the canonical encoding")
    r_and_s = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    try:
        return transaction, signer_address(transaction.digest(), r_and_s=r_and_s, parity=parity)
    except NoSigner as error:
        raise NotATransaction("the signature fits no key") from error


def _decoded(encoded: bytes, *, expected: int) -> list[object]:
    if not encoded or encoded[0] != TYPE_FEE_MARKET:
        raise NotATransaction("not a type-2 transaction")
    try:
        fields = rlp.decode(encoded[1:])
    except rlp.exceptions.DecodingError as error:
        raise NotATransaction("not valid RLP") from error
    if not isinstance(fields, Sequence) or isinstance(fields, bytes) or len(fields) != expected:
        raise NotATransaction(f"expected {expected} fields")
    return list(fields)


def _from_fields(fields: Sequence[object]) -> UnsignedTransaction:
    to, data, access_list = fields[5], fields[7], fields[8]
    if not isinstance(to, bytes) or not isinstance(data, bytes):
        raise NotATransaction("a field has the wrong shape")
    if isinstance(access_list, bytes) or not isinstance(access_list, Sequence) or access_list:
        raise NotATransaction("an access list is not accepted")
    return UnsignedTransaction(
        chain_id=_integer(fields[0]),
        nonce=_integer(fields[1]),
        max_priority_fee_per_gas=_integer(fields[2]),
        max_fee_per_gas=_integer(fields[3]),
        gas_limit=_integer(fields[4]),
        to=to,
        value=_integer(fields[6]),
        data=data,
    )


def _integer(field: object) -> int:
    if not isinstance(field, bytes) or len(field) > 32:
        raise NotATransaction("a number has the wrong shape")
    return int.from_bytes(field, "big")
