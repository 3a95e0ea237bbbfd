"""Trades in a block's logs: what takers bought from our pools, and sold to them."""

from collections.abc import Mapping
from typing import Any

from gateway.chains.errors import NodeFault
from gateway.market.desk.flow import Trade
from gateway.market.following.calls import signed, words
from gateway.market.following.universe import Universe, V2Spec, V3Spec

# keccak of Swap(address,uint256,uint256,uint256,uint256,address) and of
# Swap(address,address,int256,int256,uint160,uint128,int24)
V2_SWAP_TOPIC = "0xd78ad95fa46c994b6551d0da85fc275fe613ce37657fb8d5e3d130840159d822"
V3_SWAP_TOPIC = "0xc42079f94a6350d7e6235f29174924f928cc2ac818eb64fed8004e115fbcca67"


def trades_of(entry: Mapping[str, Any], *, universe: Universe, at_ms: int) -> tuple[Trade, ...]:
    """A swap as trades of both its tokens; nothing for another log or one that can't be read."""
    topics = entry.get("topics") or ()
    topic = str(topics[0]).lower() if topics else ""
    if topic not in (V2_SWAP_TOPIC, V3_SWAP_TOPIC):
        return ()
    address = str(entry.get("address", "")).lower()
    specs: tuple[V2Spec | V3Spec, ...] = (*universe.v2, *universe.v3)
    spec = next((each for each in specs if each.address == address), None)
    if spec is None:
        return ()
    try:
        if topic == V2_SWAP_TOPIC:
            in0, in1, out0, out1 = words(entry.get("data"), at_least=4)[:4]
            taken0, taken1 = out0 - in0, out1 - in1
        else:
            into0, into1 = words(entry.get("data"), at_least=5)[:2]
            taken0, taken1 = -signed(into0), -signed(into1)
    except NodeFault:
        return ()
    decimals = universe.info.decimals
    return tuple(
        Trade(code, at_ms, taken * 10**18 // 10 ** decimals[code])
        for code, taken in ((spec.code0, taken0), (spec.code1, taken1))
        if taken
    )
