"""Ask a node for one address's token transfers: pages of blocks, the newest first, with limits.

Outside any transaction. What comes back always says how far it goes: a node that prunes, refuses
or fails is named as the reason, and what it told before that is kept.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.chains.errors import NodeFault, NodeRefused
from gateway.chains.lens import parse_balances, token_balances_call
from gateway.chains.nodes import Nodes
from gateway.chains.rpc_words import hex_of, list_answer
from gateway.chains.transfers import TRANSFER_TOPIC, Transfer, slice_logs
from gateway.compliance.tracing.exposure import Reason
from gateway.compliance.tracing.policy import TracePolicy
from gateway.outside.rpc import Call

FIRST_PAGE_BLOCKS: Final = 2_000
MAX_PAGE_BLOCKS: Final = 50_000
FAST_SECONDS: Final = 0.5
"""A page that is answered sooner is followed by one of twice the size."""
TRIES: Final = 3
"""Of one page at each node, before the node is said to fail."""

PRUNED_WORDS: Final = ("prune", "missing trie node", "history", "not available", "archive")
"""What nodes call a past that they don't keep; there is no code for it."""

Worth = Callable[[str, int], int | None]
"""Micro-dollars of so many base units of an asset; None without a price."""


@dataclass(slots=True)
class Told:
    """What a node told of an address.

    Attributes:
        first_block: from here to ``last_block``, the head, all is told; nothing of what is older.
        balances: base units held at the head, by asset, of the assets that were moved.
        is_busy: it pays as many as an exchange does: not looked at further.
        cut: why it isn't all of its past; "" from block 0 on.
        failure: why the node could not tell what it was asked; "" if it could.
    """

    first_block: int = 0
    last_block: int = 0
    head_hash: bytes = b""
    transfers: list[tuple[str, Transfer]] = field(default_factory=list)
    balances: dict[str, int] = field(default_factory=dict)
    is_busy: bool = False
    cut: Reason = ""
    failure: Reason = ""


def look_up(
    *,
    nodes: Nodes,
    address: bytes,
    tokens: Mapping[bytes, str],
    block_seconds: float,
    policy: TracePolicy,
    worth: Worth,
    deadline: float,
) -> Told:
    """The transfers of known tokens to and from an address, as far back as the policy goes.

    Args:
        tokens: codes by contract: other tokens have no value, and anybody can make them.
        deadline: by the monotonic clock.
    """
    told = Told()
    try:
        head = nodes.latest().header
        told.last_block, told.head_hash = head.number, head.hash
        told.first_block = head.number + 1
        oldest = max(0, head.number + 1 - int(policy.window_seconds / block_seconds))
        told.cut = "window" if oldest else ""
        if tokens:
            _check_kept(nodes, oldest)
            _pages(
                told,
                nodes=nodes,
                address=address,
                tokens=tokens,
                oldest=oldest,
                policy=policy,
                worth=worth,
                deadline=deadline,
            )
            told.balances = _balances(told, nodes=nodes, address=address, tokens=tokens)
        else:
            told.first_block = oldest
        if nodes.block_at(head.number).header.hash != head.hash:
            told.failure = "node_failed"  # a reorg under our feet: what was read fits no chain
            told.transfers.clear()
    except NodeFault as fault:
        told.failure = told.cut = _reason(fault)
    return told


def _check_kept(nodes: Nodes, oldest: int) -> None:
    """Some nodes answer for blocks that they dropped as if nothing had happened in them.

    Raises:
        NodeFault: the oldest block isn't there.
    """
    nodes.block_at(oldest)


def _pages(
    told: Told,
    *,
    nodes: Nodes,
    address: bytes,
    tokens: Mapping[bytes, str],
    oldest: int,
    policy: TracePolicy,
    worth: Worth,
    deadline: float,
) -> None:
    """Read back from the head until the oldest block, a limit or a fault."""
    page = FIRST_PAGE_BLOCKS
    paid: set[bytes] = set()
    while told.first_block > oldest:
        if time.monotonic() > deadline:
            told.cut = "time"
            return
        last = told.first_block - 1
        first = max(oldest, told.first_block - page)
        began = time.monotonic()
        try:
            found = _page(nodes, address=address, tokens=tokens, first=first, last=last)
        except NodeRefused as refused:
            if _reason(refused) == "pruned" or first == last:
                raise
            page = max(1, (last - first + 1) // 2)  # too much for one answer
            continue
        if time.monotonic() - began < FAST_SECONDS:
            page = min(MAX_PAGE_BLOCKS, page * 2)
        told.transfers += found
        told.first_block = first
        for asset, transfer in found:
            value = worth(asset, transfer.units)
            if transfer.sender == address and (value is None or value >= policy.dust_micros):
                paid.add(transfer.recipient)
        if len(paid) >= policy.fan_out_recipients:
            told.is_busy = True
            told.cut = "fan_out"
            return
        if len(told.transfers) >= policy.max_transfers and first > oldest:
            told.cut = "transfers"
            return


def _page(
    nodes: Nodes, *, address: bytes, tokens: Mapping[bytes, str], first: int, last: int
) -> list[tuple[str, Transfer]]:
    """The transfers in some blocks, each once. Raises NodeFault when no node tells them."""
    word = "0x" + address.rjust(32, b"\0").hex()
    contracts = [hex_of(token) for token in sorted(tokens)]
    blocks = {"fromBlock": hex(first), "toBlock": hex(last), "address": contracts}
    calls: list[Call] = [
        ("eth_getLogs", [{**blocks, "topics": [TRANSFER_TOPIC, None, word]}]),
        ("eth_getLogs", [{**blocks, "topics": [TRANSFER_TOPIC, word]}]),
    ]
    tries = TRIES * nodes.count
    while True:
        tries -= 1
        try:
            came, went = nodes.ask(*calls)
            to_it = slice_logs(list_answer(came, of="logs"), {address})
            from_it = slice_logs(list_answer(went, of="logs"), {address})
            break
        except NodeRefused:
            if tries % nodes.count == 0:
                raise
        except NodeFault as fault:
            nodes.distrust(fault)
            if tries <= 0:
                raise
    both = {(one.block_number, one.log_index): one for one in to_it.incoming + from_it.outgoing}
    return [
        (tokens[one.token], one)
        for _, one in sorted(both.items())
        if one.token is not None and one.token in tokens and first <= one.block_number <= last
    ]


def _balances(
    told: Told, *, nodes: Nodes, address: bytes, tokens: Mapping[bytes, str]
) -> dict[str, int]:
    """What it holds at the head, of each token that it moved: so its opening is known exactly.

    A token that doesn't say is left out; the opening is then what it must have been at least.
    """
    moved = {asset for asset, _ in told.transfers}
    held = {}
    for token, asset in sorted(tokens.items()):
        if asset not in moved:
            continue
        call = {"data": token_balances_call(token, [address])}
        try:
            (answer,) = nodes.ask(("eth_call", [call, hex(told.last_block)]))
            (held[asset],) = parse_balances(answer, count=1)
        except NodeFault:
            continue
    return held


def _reason(fault: NodeFault) -> Reason:
    said = str(fault).lower()
    is_pruned = fault.reason == "partial_answer" or (
        isinstance(fault, NodeRefused) and any(word in said for word in PRUNED_WORDS)
    )
    return "pruned" if is_pruned else "node_failed"
