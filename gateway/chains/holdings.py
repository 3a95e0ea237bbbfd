"""What an address holds of some tokens of one chain, asked of a node. Outside of every transaction:
a node that does not answer holds up nobody else."""

from collections.abc import Mapping
from typing import Final

from gateway.chains.configuration import configured_chain
from gateway.chains.errors import HoldingsUnknown, NodeFault
from gateway.chains.node_line import NodeLine
from gateway.chains.rpc_words import hex_of, parse_quantity
from gateway.outside.errors import NodeDown, NodeError, NodeMalformed
from gateway.outside.rpc import Call

TIMEOUT_SECONDS: Final = 3.0
BALANCE_OF: Final = "0x70a08231"
"""balanceOf(address)"""


def holdings(*, chain_id: int, holder: bytes, tokens: Mapping[str, bytes | None]) -> dict[str, int]:
    """Base units by asset code.

    Args:
        tokens: each asset's contract; None for the native coin.

    Raises:
        HoldingsUnknown: no node tells.
    """
    calls: list[Call] = [_call(token, holder) for token in tokens.values()]
    line = NodeLine(
        chain_id=chain_id,
        urls=configured_chain(chain_id).rpc_urls,
        timeout_seconds=TIMEOUT_SECONDS,
    )
    try:
        for _ in range(len(line)):
            try:
                told = line.ask(*calls)
                return {code: parse_quantity(each) for code, each in zip(tokens, told, strict=True)}
            except (NodeDown, NodeMalformed, NodeFault, NodeError) as trouble:
                line.turn_to_next(reason=getattr(trouble, "reason", "node_down"))
        raise HoldingsUnknown
    finally:
        line.close()


def _call(token: bytes | None, holder: bytes) -> Call:
    if token is None:
        return ("eth_getBalance", (hex_of(holder), "latest"))
    data = BALANCE_OF + holder.hex().rjust(64, "0")
    return ("eth_call", ({"to": hex_of(token), "data": data}, "latest"))
