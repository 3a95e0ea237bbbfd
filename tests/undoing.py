"""Take back what a test does to the dev chain."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from gateway.outside.rpc import JsonRpc
from gateway.supervisor.devchain.anvil import KEPT_STATES, Anvil

_mined: WeakKeyDictionary[Anvil, int] = WeakKeyDictionary()
FRESH_BLOCKS = 24
"""As far back as a watcher asks for balances."""


@contextmanager
def undone(rpc: JsonRpc, *, anvil: Anvil) -> Iterator[None]:
    """The chain is as before afterwards, and its clock is ours at the beginning.

    anvil's clock goes on from the block that the chain was set back to: by every test's time it
    falls further behind, until pools are too old to be quoted from.

    And anvil knows balances of the last blocks that it mined, undone ones among them: when many
    were undone, the blocks that the chain was set back to are put out of reach. New ones go on top.
    """
    if _mined.get(anvil, KEPT_STATES) > KEPT_STATES // 3:
        # Paid to nobody before, lest they be the very blocks that another test mined and lost.
        rpc.call("anvil_setCoinbase", ["0x" + secrets.token_hex(20)])
        rpc.call("anvil_mine", [hex(FRESH_BLOCKS)])
        _mined[anvil] = FRESH_BLOCKS
    start = _height(rpc)
    snapshot = rpc.call("evm_snapshot")
    rpc.call("evm_setTime", [int(time.time())])
    try:
        yield
    finally:
        rpc.call("evm_setAutomine", [True])
        _mined[anvil] += max(_height(rpc) - start, 0)
        rpc.call("evm_revert", [snapshot])


def _height(rpc: JsonRpc) -> int:
    return int(rpc.call("eth_blockNumber", []), 16)
