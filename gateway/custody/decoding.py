"""What a transaction would do, read from its own bytes. Pure.

The signer trusts nothing that a caller says about a transaction: only calls that are decoded
here, completely and in their one canonical encoding, can pass its policy.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.crypto import keccak

from gateway.custody.addresses import ZERO
from gateway.custody.batch_calls import PAY, PAY_TYPES, BatchPay, batch_pay
from gateway.custody.range_calls import (
    COLLECT,
    DECREASE,
    MINT,
    RangeBurn,
    RangeCollect,
    RangeDecrease,
    RangeMint,
    range_burn,
    range_collect,
    range_decrease,
    range_mint,
)
from gateway.custody.sponsor_calls import (
    TRANSFER,
    TRANSFER_TYPES,
    AuthorizedTransfer,
    authorized_transfer,
)
from gateway.custody.transactions import UnsignedTransaction

ADDRESS_BYTES = 20
V3_FEE_BYTES = 3


class CallUnknown(ValueError):
    """The call data is none of the calls that the house makes."""


@dataclass(frozen=True, slots=True)
class NativeTransfer:
    """Wei to an address, without call data."""

    to: bytes
    units: int


@dataclass(frozen=True, slots=True)
class TokenTransfer:
    token: bytes
    to: bytes
    units: int


@dataclass(frozen=True, slots=True)
class TokenApproval:
    token: bytes
    spender: bytes
    units: int


@dataclass(frozen=True, slots=True)
class Wrap:
    """Native coin into its token or back: both stay with the account."""

    contract: bytes
    units: int


@dataclass(frozen=True, slots=True)
class Sweep:
    """Deposits into the factory's treasury; there is nothing else it could do."""

    factory: bytes


@dataclass(frozen=True, slots=True)
class Payment:
    """A payout inside a sweep: base units of ``token`` to ``to``."""

    token: bytes
    to: bytes
    units: int


@dataclass(frozen=True, slots=True)
class SweepSwap:
    """Deposits swept and swapped; without a router (the zero address) they are only swept."""

    factory: bytes
    router: bytes
    path: tuple[bytes, ...]
    units_in: int
    min_units_out: int
    payments: tuple[Payment, ...]


@dataclass(frozen=True, slots=True)
class RouterSwap:
    router: bytes
    path: tuple[bytes, ...]
    recipient: bytes
    units_in: int
    min_units_out: int


@dataclass(frozen=True, slots=True)
class FirmFill:
    """A maker's signed order: ``units_in`` of the path's first token for exactly ``min_units_out``
    of its last, between this maker and this taker and nobody else."""

    contract: bytes
    maker: bytes
    taker: bytes
    path: tuple[bytes, bytes]
    units_in: int
    min_units_out: int


Call = (
    NativeTransfer
    | TokenTransfer
    | TokenApproval
    | Wrap
    | Sweep
    | SweepSwap
    | RouterSwap
    | RangeMint
    | RangeDecrease
    | RangeCollect
    | RangeBurn
    | FirmFill
    | AuthorizedTransfer
    | BatchPay
)


def decode_call(transaction: UnsignedTransaction) -> Call:
    """The one call that this transaction makes.

    Raises:
        CallUnknown: another selector, data that is not canonical, or value where none belongs.
    """
    if not transaction.data:
        return NativeTransfer(to=transaction.to, units=transaction.value)
    selector, arguments = transaction.data[:4], transaction.data[4:]
    shape = _SHAPES.get(selector)
    if shape is None:
        raise CallUnknown(f"selector 0x{selector.hex()}")
    if transaction.value and not shape.payable:
        raise CallUnknown("the call takes no native coin")
    try:
        values = decode(shape.types, arguments, strict=True)
        canonical = encode(shape.types, values) == arguments
    except (DecodingError, ValueError, OverflowError) as error:
        raise CallUnknown("the arguments do not decode") from error
    if not canonical:
        raise CallUnknown("the arguments are not in their canonical encoding")
    return shape.read(transaction, *values)


# --- the calls we make -----------------------------------------------------------------------

_SWAP = "(address,bytes,uint256,uint256)"
_ORDER = "(address,address,address,address,uint256,uint256,uint64,uint256)"
_TERMS = "(bytes32,address,address,uint256,uint64)"


@dataclass(frozen=True, slots=True)
class _Shape:
    types: tuple[str, ...]
    read: Callable[..., Call]
    payable: bool = False


def _address(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _transfer(transaction: UnsignedTransaction, to: str, units: int) -> Call:
    return TokenTransfer(token=transaction.to, to=_address(to), units=units)


def _approve(transaction: UnsignedTransaction, spender: str, units: int) -> Call:
    return TokenApproval(token=transaction.to, spender=_address(spender), units=units)


def _wrap(transaction: UnsignedTransaction) -> Call:
    return Wrap(contract=transaction.to, units=transaction.value)


def _unwrap(transaction: UnsignedTransaction, units: int) -> Call:
    return Wrap(contract=transaction.to, units=units)


def _sweep(transaction: UnsignedTransaction, *_arguments: object) -> Call:
    return Sweep(factory=transaction.to)


def _sweep_and_swap(
    transaction: UnsignedTransaction,
    _salts: object,
    token: str,
    swap: tuple[str, bytes, int, int],
    _deadline: int,
) -> Call:
    return _swept(transaction, _address(token), swap, ())


def _sweep_swap_pay(
    transaction: UnsignedTransaction,
    _salts: object,
    token: str,
    swap: tuple[str, bytes, int, int],
    payouts: tuple[tuple[tuple[bytes, str, str, int, int], int], ...],
    _deadline: int,
) -> Call:
    payments = tuple(
        Payment(token=_address(terms[2]), to=_address(terms[1]), units=units)
        for terms, units in payouts
    )
    return _swept(transaction, _address(token), swap, payments)


def _swept(
    transaction: UnsignedTransaction,
    token: bytes,
    swap: tuple[str, bytes, int, int],
    payments: tuple[Payment, ...],
) -> Call:
    router, path, units_in, min_units_out = swap
    return SweepSwap(
        factory=transaction.to,
        router=_address(router),
        path=(token,) if _address(router) == ZERO else (token, *_any_path(path)),
        units_in=units_in,
        min_units_out=min_units_out,
        payments=payments,
    )


def _v2_swap(
    transaction: UnsignedTransaction,
    units_in: int,
    min_units_out: int,
    path: tuple[str, ...],
    recipient: str,
    _deadline: int,
) -> Call:
    return RouterSwap(
        router=transaction.to,
        path=tuple(_address(token) for token in path),
        recipient=_address(recipient),
        units_in=units_in,
        min_units_out=min_units_out,
    )


def _v3_path_swap(transaction: UnsignedTransaction, parameters: tuple[Any, ...]) -> Call:
    path, recipient, *_, units_in, min_units_out = parameters
    return RouterSwap(
        router=transaction.to,
        path=_v3_path(path),
        recipient=_address(recipient),
        units_in=units_in,
        min_units_out=min_units_out,
    )


def _v3_single_swap(transaction: UnsignedTransaction, parameters: tuple[Any, ...]) -> Call:
    token_in, token_out, _fee, recipient, *_, units_in, min_units_out, _limit = parameters
    return RouterSwap(
        router=transaction.to,
        path=(_address(token_in), _address(token_out)),
        recipient=_address(recipient),
        units_in=units_in,
        min_units_out=min_units_out,
    )


def _firm_fill(transaction: UnsignedTransaction, order: tuple[Any, ...], _signature: bytes) -> Call:
    maker, taker, token_in, token_out, units_in, units_out, _expiry, _nonce = order
    return FirmFill(
        contract=transaction.to,
        maker=_address(maker),
        taker=_address(taker),
        path=(_address(token_in), _address(token_out)),
        units_in=units_in,
        min_units_out=units_out,
    )


def _v3_path(path: bytes) -> tuple[bytes, ...]:
    hop = ADDRESS_BYTES + V3_FEE_BYTES
    if len(path) < ADDRESS_BYTES + hop or (len(path) - ADDRESS_BYTES) % hop:
        raise CallUnknown("the path is malformed")
    return tuple(path[start : start + ADDRESS_BYTES] for start in range(0, len(path), hop))


def _any_path(path: bytes) -> tuple[bytes, ...]:
    """A packed path as the factory takes it; its length tells V2 from V3.

    The first length that would fit both is 480 bytes; such a path is refused.
    """
    as_v2 = len(path) >= 2 * ADDRESS_BYTES and len(path) % ADDRESS_BYTES == 0
    as_v3 = (
        len(path) >= 2 * ADDRESS_BYTES + V3_FEE_BYTES
        and (len(path) - ADDRESS_BYTES) % (ADDRESS_BYTES + V3_FEE_BYTES) == 0
    )
    if as_v2 == as_v3:
        raise CallUnknown("the path is malformed")
    if as_v3:
        return _v3_path(path)
    return tuple(
        path[start : start + ADDRESS_BYTES] for start in range(0, len(path), ADDRESS_BYTES)
    )


def selector_of(signature: str) -> bytes:
    return bytes(keccak(signature.encode())[:4])


CALLS: dict[str, _Shape] = {
    "transfer(address,uint256)": _Shape(("address", "uint256"), _transfer),
    "approve(address,uint256)": _Shape(("address", "uint256"), _approve),
    # WETH9
    "deposit()": _Shape((), _wrap, payable=True),
    "withdraw(uint256)": _Shape(("uint256",), _unwrap),
    # DepositFactory
    "sweep(bytes32,address,uint256)": _Shape(("bytes32", "address", "uint256"), _sweep),
    "sweepBatch((bytes32,address)[],uint256)": _Shape(("(bytes32,address)[]", "uint256"), _sweep),
    "sweepToken(bytes32[],address,uint256)": _Shape(("bytes32[]", "address", "uint256"), _sweep),
    "recover(address,uint256)": _Shape(("address", "uint256"), _sweep),
    f"sweepAndSwap(bytes32[],address,{_SWAP},uint256)": _Shape(
        ("bytes32[]", "address", _SWAP, "uint256"), _sweep_and_swap
    ),
    f"sweepSwapPay(bytes32[],address,{_SWAP},({_TERMS},uint256)[],uint256)": _Shape(
        ("bytes32[]", "address", _SWAP, f"({_TERMS},uint256)[]", "uint256"), _sweep_swap_pay
    ),
    # Uniswap V2 Router02
    "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)": _Shape(
        ("uint256", "uint256", "address[]", "address", "uint256"), _v2_swap
    ),
    "swapExactTokensForTokensSupportingFeeOnTransferTokens"
    "(uint256,uint256,address[],address,uint256)": _Shape(
        ("uint256", "uint256", "address[]", "address", "uint256"), _v2_swap
    ),
    # Uniswap V3 SwapRouter, then SwapRouter02, which takes no deadline
    "exactInput((bytes,address,uint256,uint256,uint256))": _Shape(
        ("(bytes,address,uint256,uint256,uint256)",), _v3_path_swap
    ),
    "exactInput((bytes,address,uint256,uint256))": _Shape(
        ("(bytes,address,uint256,uint256)",), _v3_path_swap
    ),
    "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))": _Shape(
        ("(address,address,uint24,address,uint256,uint256,uint256,uint160)",), _v3_single_swap
    ),
    "exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))": _Shape(
        ("(address,address,uint24,address,uint256,uint256,uint160)",), _v3_single_swap
    ),
    # Uniswap V3 NonfungiblePositionManager. Not increaseLiquidity: it names no token, and may add
    # to anybody's position.
    f"mint({MINT})": _Shape((MINT,), range_mint),
    f"decreaseLiquidity({DECREASE})": _Shape((DECREASE,), range_decrease),
    f"collect({COLLECT})": _Shape((COLLECT,), range_collect),
    "burn(uint256)": _Shape(("uint256",), range_burn),
    # EIP-3009
    TRANSFER: _Shape(TRANSFER_TYPES, authorized_transfer),
    # FirmOrders
    f"fill({_ORDER},bytes)": _Shape((_ORDER, "bytes"), _firm_fill),
    # BatchPayer
    PAY: _Shape(PAY_TYPES, batch_pay),
}
_SHAPES = {selector_of(signature): shape for signature, shape in CALLS.items()}
