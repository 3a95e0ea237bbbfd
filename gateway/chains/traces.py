"""Native coin that contracts sent, from a block's call traces.

A transaction or a log doesn't show it; only some nodes trace. Where one does, a payer is known who
would otherwise be nobody.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.chains.errors import MalformedAnswer
from gateway.chains.rpc_words import parse_hash, parse_quantity

MOVING = ("CALL", "SELFDESTRUCT")
"""Calls that move coin to their ``to``. A delegate call only mentions a value."""
ADDRESS_CHARS = 42
DEPTH_LIMIT = 1024


@dataclass(frozen=True, slots=True)
class InternalTransfer:
    """Coin that a contract sent on. ``path`` is the call's place in its transaction: "0.2"."""

    tx_hash: bytes
    path: str
    sender: bytes
    tx_sender: bytes
    recipient: bytes
    units: int


def internal_transfers(traces: object, wanted: Collection[bytes]) -> list[InternalTransfer]:
    """What contracts sent to the wanted addresses, by ``debug_traceBlockByHash``'s callTracer.

    Raises:
        MalformedAnswer: these are no such traces.
    """
    if not isinstance(traces, list):
        raise MalformedAnswer("traces that aren't a list")
    found = []
    try:
        for trace in traces:
            tx_hash = parse_hash(trace["txHash"])
            root = trace["result"]
            tx_sender = _address(root["from"])
            for path, frame in _moving_frames(root, "", 0):
                recipient = _address(frame["to"])
                if recipient in wanted:
                    found.append(
                        InternalTransfer(
                            tx_hash=tx_hash,
                            path=path,
                            sender=_address(frame["from"]),
                            tx_sender=tx_sender,
                            recipient=recipient,
                            units=parse_quantity(frame["value"]),
                        )
                    )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedAnswer(f"traces can't be read: {error!r}") from error
    return found


def _moving_frames(
    frame: Mapping[str, Any], path: str, depth: int
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if depth > DEPTH_LIMIT:
        raise MalformedAnswer("calls deeper than the EVM allows")
    if frame.get("error"):
        return  # what it did was undone, and all that it called with it
    for place, call in enumerate(frame.get("calls") or ()):
        here = f"{path}.{place}" if path else str(place)
        moves = call["type"] in MOVING and call.get("value", "0x0") != "0x0"
        if moves and not call.get("error"):
            yield here, call
        yield from _moving_frames(call, here, depth + 1)


def _address(text: str) -> bytes:
    if len(text) != ADDRESS_CHARS:
        raise ValueError(f"{text!r} isn't an address")
    return bytes.fromhex(text[2:])
