"""Who took a nonce: found in the chain's own blocks, and judged over several nodes. Pure.

A missing receipt is no proof that our bytes were not mined: nodes drop receipts and the index of
transactions, and keep blocks. So the block that used the nonce is looked for, and what it holds.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.chains.errors import MalformedAnswer
from gateway.chains.receipts import Receipt
from gateway.chains.rpc_words import parse_hash, parse_quantity
from gateway.custody.transactions import (
    NotATransaction,
    SignedTransaction,
    UnsignedTransaction,
    parse_signed,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """The transaction that used an account's nonce, as a block holds it. ``value`` in wei.

    Attributes:
        to: None: it created a contract.
        signed: its bytes, if it is of the one form that we send and the account signed them.
    """

    tx_hash: bytes
    block_number: int
    block_hash: bytes
    to: bytes | None
    value: int
    data: bytes
    signed: SignedTransaction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one node shows of a nonce.

    Attributes:
        receipt: of one of our attempts.
        lack: for people: why there is no ``taker``.
        is_silent: it did not answer; what it would say is not known.
        denies: it says that the nonce is free at a depth at which it must not change any more.
    """

    node: str
    receipt: Receipt | None = None
    taker: Taker | None = None
    lack: str = ""
    is_silent: bool = False
    denies: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a transaction of ours does, by which it is known again under another hash."""

    to: bytes
    value: int
    data: bytes

    def is_done_by(self, taker: Taker) -> bool:
        return (taker.to, taker.value, taker.data) == (self.to, self.value, self.data)


@dataclass(frozen=True, slots=True)
class MinedOurs:
    """One of our attempts was mined; a node has its receipt."""

    receipt: Receipt


@dataclass(frozen=True, slots=True)
class LostOurs:
    """Bytes that we signed and have no row of any more (a restored database) were mined."""

    taker: Taker
    signed: SignedTransaction


@dataclass(frozen=True, slots=True)
class Stranger:
    """A transaction that is none of ours, and does something else, was mined with the nonce."""

    taker: Taker


@dataclass(frozen=True, slots=True)
class Unproved:
    """Nothing may be concluded; ``reason`` is for people."""

    reason: str


Judgement = MinedOurs | LostOurs | Stranger | Unproved


def judge(statements: Sequence[Statement], *, ours: Collection[bytes], work: Work) -> Judgement:
    """What the nodes' statements prove together.

    One node's proof that a stranger took the nonce is enough only while no other node
    contradicts it or is silent: money is given back upon it.
    """
    takers = {t.taker.tx_hash: t.taker for t in statements if t.taker is not None}
    receipts = {
        (t.receipt.tx_hash, t.receipt.block_hash): t.receipt for t in statements if t.receipt
    }
    hashes = set(takers) | {tx_hash for tx_hash, _ in receipts}
    denied = [t.node for t in statements if t.denies]
    if len(hashes) > 1 or len(receipts) > 1 or (hashes and denied):
        return Unproved("The chain's nodes contradict each other about who took the nonce.")
    if receipts:
        return MinedOurs(next(iter(receipts.values())))
    if not takers:
        return Unproved("; ".join(f"{t.node} {t.lack}" for t in statements if t.lack))
    [taker] = takers.values()
    where = f"transaction 0x{taker.tx_hash.hex()} in block {taker.block_number}"
    if taker.tx_hash in ours:
        return Unproved(f"Ours was mined ({where}), but no node shows its receipt.")
    if work.is_done_by(taker):
        if taker.signed is None:
            return Unproved(f"A transaction that we don't know did what ours does: {where}.")
        return LostOurs(taker, taker.signed)
    silent = [t.node for t in statements if t.is_silent]
    if silent:
        return Unproved(f"Another one took the nonce ({where}), but {silent[0]} has to be asked.")
    return Stranger(taker)


def block_that_used(count_after: Callable[[int], int], *, nonce: int, final: int) -> int:
    """The block in which an account used ``nonce``: the first after which its count is above it.

    ``count_after(final)`` is above ``nonce``. Steps back double until one is not, then the range
    is halved: about twice log2 of the distance questions.

    Args:
        count_after: transactions that the account had sent after a block.
    """
    used, step = final, 1
    while used > 0 and count_after(max(used - step, 0)) > nonce:
        used = max(used - step, 0)
        step *= 2
    if used == 0:
        return 0
    free = max(used - step, 0)
    while used - free > 1:
        middle = (used + free) // 2
        if count_after(middle) > nonce:
            used = middle
        else:
            free = middle
    return used


def taker_in(block: Mapping[str, Any] | None, *, account: bytes, nonce: int) -> Taker | None:
    """The account's transaction with a nonce in a block with whole transactions, if it is there.

    Raises:
        MalformedAnswer: the block can't be read.
    """
    if block is None:
        return None
    try:
        for told in block["transactions"]:
            if parse_quantity(told["nonce"]) == nonce and _bytes(told["from"]) == account:
                return _taker(told, account=account)
        return None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedAnswer(f"a block can't be read: {error!r}") from error


def _taker(told: Mapping[str, Any], *, account: bytes) -> Taker:
    return Taker(
        tx_hash=parse_hash(told["hash"]),
        block_number=parse_quantity(told["blockNumber"]),
        block_hash=parse_hash(told["blockHash"]),
        to=None if told.get("to") is None else _bytes(told["to"]),
        value=parse_quantity(told["value"]),
        data=_bytes(told["input"]),
        signed=_signed(told, account=account),
    )


def _signed(told: Mapping[str, Any], *, account: bytes) -> SignedTransaction | None:
    """The bytes behind a node's JSON, if they have its hash and the account's signature."""
    if told.get("type") != "0x2" or told.get("to") is None or told.get("accessList"):
        return None
    try:
        unsigned = UnsignedTransaction(
            chain_id=parse_quantity(told["chainId"]),
            nonce=parse_quantity(told["nonce"]),
            to=_bytes(told["to"]),
            value=parse_quantity(told["value"]),
            data=_bytes(told["input"]),
            gas_limit=parse_quantity(told["gas"]),
            max_fee_per_gas=parse_quantity(told["maxFeePerGas"]),
            max_priority_fee_per_gas=parse_quantity(told["maxPriorityFeePerGas"]),
        )
        signed = unsigned.with_signature(
            parity=parse_quantity(told.get("yParity") or told["v"]),
            r=parse_quantity(told["r"]),
            s=parse_quantity(told["s"]),
        )
        _, signer = parse_signed(signed.raw)
    except (KeyError, NotATransaction):
        return None
    is_whole = signed.hash == parse_hash(told["hash"]) and signer == account
    return signed if is_whole else None


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
