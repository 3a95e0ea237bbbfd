"""A maker's order as it is signed (EIP-712), and as our contract FirmOrders takes it. Pure."""

from dataclasses import dataclass
from typing import ClassVar

from eth_abi.abi import encode
from eth_hash.auto import keccak

from gateway.custody.recovery import ADDRESS_BYTES, NoSigner, signer_address

DOMAIN_NAME = "Tillway Firm Orders"
DOMAIN_VERSION = "1"
DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
ORDER_TYPE = (
    "FirmOrder(address maker,address taker,address tokenIn,address tokenOut,"
    "uint256 amountIn,uint256 amountOut,uint64 expiry,uint256 nonce)"
)
FILL_SIGNATURE = "fill((address,address,address,address,uint256,uint256,uint64,uint256),bytes)"
FILL = keccak(FILL_SIGNATURE.encode())[:4]
SIGNATURE_BYTES = 65
MAX_UINT64 = 2**64 - 1
MAX_UINT256 = 2**256 - 1
HALF_CURVE_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
"""Half of secp256k1's order: the contract takes only the form of a signature with the lower s."""

_FIELD_TYPES = (
    "address",
    "address",
    "address",
    "address",
    "uint256",
    "uint256",
    "uint64",
    "uint256",
)
_DOMAIN_HASH = keccak(DOMAIN_TYPE.encode())
_ORDER_HASH = keccak(ORDER_TYPE.encode())
_NAME_HASH = keccak(DOMAIN_NAME.encode())
_VERSION_HASH = keccak(DOMAIN_VERSION.encode())


class SignatureUnreadable(ValueError):
    """The bytes are no signature that the contract would take."""


@dataclass(frozen=True, slots=True)
class Domain:
    """The contract that an order is for, 20 bytes, and its chain."""

    chain_id: int
    contract: bytes

    def separator(self) -> bytes:
        return keccak(
            encode(
                ["bytes32", "bytes32", "bytes32", "uint256", "address"],
                [_DOMAIN_HASH, _NAME_HASH, _VERSION_HASH, self.chain_id, self.contract],
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmOrder:
    """What a maker gives for what it gets. Addresses are 20 bytes.

    Attributes:
        taker: who alone may have it done.
        token_in, amount_in: what the taker gives, in base units.
        token_out, amount_out: what the maker gives, in base units.
        expiry: last second (Unix) in which it holds.
        nonce: any number that the maker has not used yet.
    """

    maker: bytes
    taker: bytes
    token_in: bytes
    token_out: bytes
    amount_in: int
    amount_out: int
    expiry: int
    nonce: int

    MOST: ClassVar[dict[str, int]] = {
        "amount_in": MAX_UINT256,
        "amount_out": MAX_UINT256,
        "expiry": MAX_UINT64,
        "nonce": MAX_UINT256,
    }

    def __post_init__(self) -> None:
        for name in ("maker", "taker", "token_in", "token_out"):
            if len(getattr(self, name)) != ADDRESS_BYTES:
                raise ValueError(f"{name} is no address")
        for name, most in self.MOST.items():
            if not 0 <= getattr(self, name) <= most:
                raise ValueError(f"{name} is out of range")

    @property
    def fields(self) -> tuple[object, ...]:
        """In the order of the type."""
        return (
            self.maker,
            self.taker,
            self.token_in,
            self.token_out,
            self.amount_in,
            self.amount_out,
            self.expiry,
            self.nonce,
        )


@dataclass(frozen=True, slots=True)
class SignedOrder:
    """An order with its maker's signature: r, s and v, 65 bytes."""

    order: FirmOrder
    signature: bytes


def order_hash(order: FirmOrder, domain: Domain) -> bytes:
    """The 32 bytes that the maker signs (EIP-712)."""
    struct = keccak(encode(["bytes32", *_FIELD_TYPES], [_ORDER_HASH, *order.fields]))
    return keccak(b"\x19\x01" + domain.separator() + struct)


def signer_of(digest: bytes, signature: bytes) -> bytes:
    """The address, 20 bytes, whose key made the signature; as strict as the contract.

    Raises:
        SignatureUnreadable: not 65 bytes, a high s, v other than 27 or 28, or no curve point.
    """
    if len(signature) != SIGNATURE_BYTES:
        raise SignatureUnreadable("a signature has 65 bytes")
    recovery = signature[64] - 27
    if recovery not in (0, 1) or int.from_bytes(signature[32:64], "big") > HALF_CURVE_ORDER:
        raise SignatureUnreadable("v is 27 or 28, and s the lower one")
    try:
        return signer_address(digest, r_and_s=signature[:64], parity=recovery)
    except NoSigner as error:
        raise SignatureUnreadable("the signature is of no key") from error


def fill_call(signed: SignedOrder) -> bytes:
    """Call data that has an order done."""
    types = [f"({','.join(_FIELD_TYPES)})", "bytes"]
    return FILL + encode(types, [signed.order.fields, signed.signature])
