"""Search a chain for what makes books and world differ. The network is here, nothing is written.

Tokens are searched by their own logs, which every node keeps; the native coin by halving the
blocks until the one is found in which a balance moved by more than what we know of.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from gateway.chains.rpc_words import hex_of, parse_quantity
from gateway.settlement.reconciling.effects import TRANSFER
from gateway.settlement.reconciling.errors import NotComparable
from gateway.settlement.reconciling.explaining import Cause, CauseKind
from gateway.settlement.reconciling.reading import At, ChainReader

BLOCKS_PER_CALL = 5_000
MAX_BLOCKS_FOUND = 8
"""Blocks in which something moved that are looked into, per place and run."""
MAX_ADDRESSES = 200
"""Deposit addresses whose difference is looked into, per token and run."""


def token_moves(
    reader: ChainReader,
    *,
    token: bytes,
    holders: Collection[bytes],
    first: int,
    last: int,
) -> dict[str, tuple[int, int]]:
    """(base units gained by the holders, block) of each transaction with a transfer to or from
    them, by the logs of these blocks."""
    places = [hex_of(address.rjust(32, b"\0")) for address in sorted(holders)]
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    own = set(holders)
    for start in range(first, last + 1, BLOCKS_PER_CALL):
        span = {
            "address": hex_of(token),
            "fromBlock": hex(start),
            "toBlock": hex(min(last, start + BLOCKS_PER_CALL - 1)),
        }
        logs: dict[tuple[str, str], Any] = {}
        for topics in ([hex_of(TRANSFER), places], [hex_of(TRANSFER), None, places]):
            [answer] = reader.ask(("eth_getLogs", ({**span, "topics": topics},)))
            for log in _logs(answer):
                logs[log["transactionHash"], log["logIndex"]] = log
        for (tx_hash, _), log in logs.items():
            sender, recipient = (bytes.fromhex(topic[26:]) for topic in log["topics"][1:3])
            units = int(log["data"], 16)
            gained = (units if recipient in own else 0) - (units if sender in own else 0)
            found[tx_hash][0] += gained
            found[tx_hash][1] = parse_quantity(log["blockNumber"])
    return {tx_hash: (units, block) for tx_hash, (units, block) in found.items()}


def unknown_moves(moves: Mapping[str, tuple[int, int]], *, ours: Collection[str]) -> list[Cause]:
    """The transactions among them that are not ours, the latest first. Pure."""
    found = [
        Cause(_kind(units), tx_hash, units, str(block))
        for tx_hash, (units, block) in moves.items()
        if units and tx_hash not in ours
    ]
    return sorted(found, key=lambda cause: -int(cause.place))


def coin_moves(
    reader: ChainReader,
    *,
    holders: Sequence[bytes],
    known: Mapping[int, int],
    ours: Collection[str],
    first: int,
    last: At,
) -> list[Cause]:
    """What moved the holders' native coin, beyond what we know of, after block ``first``.

    Args:
        known: wei by block that we know of.
        ours: hashes of our own transactions.
    """
    sums = unexplained_sums(
        balance_by_block(reader, holders=holders, token=None, last=last), known=known
    )
    causes: list[Cause] = []
    for number in blocks_that_changed(sums, first=first, last=last.number):
        moved = sums(number) - sums(number - 1)
        told = _transactions_in(reader, number, holders=set(holders), ours=ours)
        left = moved - sum(cause.units for cause in told)
        causes += told
        if left:  # a contract's call: the block is known, the transaction is not
            causes.append(Cause(_kind(left), "", left, str(number)))
    return causes[::-1]


def balance_by_block(
    reader: ChainReader, *, holders: Sequence[bytes], token: bytes | None, last: At
) -> Callable[[int], int]:
    """What the holders had together after a block; each block is asked for once."""
    known: dict[int, int] = {}

    def told(number: int) -> int:
        if number not in known:
            at = last if number == last.number else reader.block(number)
            known[number] = sum(reader.balances(holders, token=token, at=at).values())
        return known[number]

    return told


def unexplained_sums(
    told: Callable[[int], int], *, known: Mapping[int, int]
) -> Callable[[int], int]:
    """A balance less what we know to have moved it, by block."""
    blocks = sorted(known)

    def left(number: int) -> int:
        return told(number) - sum(known[block] for block in blocks if block <= number)

    return left


def blocks_that_changed(
    value: Callable[[int], int], *, first: int, last: int, most: int = MAX_BLOCKS_FOUND
) -> list[int]:
    """Blocks after ``first`` in which ``value`` is not what it was before, found by halving.

    A change that is undone within a half of the blocks is not seen: it makes no difference. Pure,
    but for what ``value`` asks.
    """
    found: list[int] = []
    spans = [(first, last)]
    while spans and len(found) < most:
        low, high = spans.pop()
        if value(low) == value(high):
            continue
        if high - low == 1:
            found.append(high)
            continue
        middle = (low + high) // 2
        spans += [(middle, high), (low, middle)]  # the earlier half is taken next
    return found


def _transactions_in(
    reader: ChainReader, number: int, *, holders: set[bytes], ours: Collection[str]
) -> list[Cause]:
    """Transactions of a block that name a holder and aren't ours, with what they moved."""
    [block] = reader.ask(("eth_getBlockByNumber", (hex(number), True)))
    if not isinstance(block, dict):
        raise NotComparable("node_behind", f"no block {number}")
    causes = []
    for told in block["transactions"]:
        sender, to = bytes.fromhex(told["from"][2:]), bytes.fromhex((told["to"] or "0x")[2:])
        if told["hash"] in ours or not {sender, to} & holders:
            continue
        receipt = reader.receipts([bytes.fromhex(told["hash"][2:])]).get(
            bytes.fromhex(told["hash"][2:])
        )
        if receipt is None:
            continue
        value = int(told["value"], 16) if receipt.succeeded else 0
        units = (value if to in holders else 0) - (
            value + receipt.fee_units if sender in holders else 0
        )
        if units:
            causes.append(Cause(_kind(units), told["hash"], units, str(number)))
    return causes


def _kind(units: int) -> CauseKind:
    return "unknown_incoming" if units > 0 else "unknown_outgoing"


def _logs(answer: object) -> list[dict[str, Any]]:
    if not isinstance(answer, list):
        raise NotComparable("partial_answer", "no logs")
    return answer
