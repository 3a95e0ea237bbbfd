"""Deposit addresses without a key: CREATE2 of a sweeper that exists only while it is swept.

An address is a function of the factory, the factory's version (its sweeper's init code) and the
invoice's terms, which the salt commits to. Equal to ``DepositFactory.invoiceSalt`` and
``DepositFactory.depositAddress`` in contracts/src.
"""

from dataclasses import dataclass
from uuid import UUID

from eth_hash.auto import keccak

from gateway.chains.addresses import ADDRESS_BYTES, ZERO_ADDRESS

WORD_BYTES = 32
INVOICE_TYPE = (
    b"TillwayInvoiceV1(bytes32 invoiceId,address payee,address settlementToken,"
    b"uint256 amount,uint64 lockEnd)"
)
INVOICE_TYPEHASH = keccak(INVOICE_TYPE)


@dataclass(frozen=True, slots=True)
class SaltTerms:
    """What a deposit address commits to, so that a later contract can enforce it.

    Attributes:
        payee: the shop's payout address; None while it has none (the zero address is hashed).
        settlement_token: contract of the settlement asset; None for fiat or the native coin.
        amount: base units of the settlement asset owed for a full payment.
        lock_end: Unix seconds, last second in which the locked rate holds.
    """

    invoice_id: UUID
    payee: bytes | None
    settlement_token: bytes | None
    amount: int
    lock_end: int


@dataclass(frozen=True, slots=True)
class Factory:
    """A deployed deposit factory, the same on every chain that is offered together."""

    address: bytes
    version: str
    init_code_hash: bytes


def terms_salt(terms: SaltTerms) -> bytes:
    """The 32-byte salt: EIP-712's hashStruct of the invoice's terms."""
    return keccak(
        b"".join(
            (
                INVOICE_TYPEHASH,
                terms.invoice_id.bytes.rjust(WORD_BYTES, b"\0"),
                _address_word(terms.payee),
                _address_word(terms.settlement_token),
                _unsigned_word(terms.amount, bits=256),
                _unsigned_word(terms.lock_end, bits=64),
            )
        )
    )


def deposit_address(*, factory: Factory, salt: bytes) -> bytes:
    """The address that ``factory`` will sweep for ``salt``."""
    return create2(deployer=factory.address, salt=salt, init_code_hash=factory.init_code_hash)


def create2(*, deployer: bytes, salt: bytes, init_code_hash: bytes) -> bytes:
    """EIP-1014: the last 20 bytes of keccak(0xff ‖ deployer ‖ salt ‖ keccak(init code))."""
    if len(deployer) != ADDRESS_BYTES or len(salt) != WORD_BYTES:
        raise ValueError("a deployer has 20 bytes, a salt 32")
    if len(init_code_hash) != WORD_BYTES:
        raise ValueError("a hash has 32 bytes")
    return keccak(b"\xff" + deployer + salt + init_code_hash)[-ADDRESS_BYTES:]


def _address_word(address: bytes | None) -> bytes:
    address = ZERO_ADDRESS if address is None else address
    if len(address) != ADDRESS_BYTES:
        raise ValueError("an address has 20 bytes")
    return address.rjust(WORD_BYTES, b"\0")


def _unsigned_word(number: int, *, bits: int) -> bytes:
    if not 0 <= number < 1 << bits:
        raise ValueError(f"{number} isn't a uint{bits}")
    return number.to_bytes(WORD_BYTES, "big")
