"""A chain that mines no blocks for a while, and one that gives blocks up."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.outside.rpc import JsonRpc

BLOCK_SECONDS = 1
_one_at_a_time = threading.Lock()


@contextmanager
def standing_still(rpc: JsonRpc) -> Iterator[None]:
    """No block is mined within, but those that a reorg puts in the place of others. For one story
    at a time."""
    with _one_at_a_time:
        rpc.call("evm_setIntervalMining", [0])
        try:
            yield
        finally:
            rpc.call("evm_setIntervalMining", [BLOCK_SECONDS])


def reorg(rpc: JsonRpc, *, depth: int) -> None:
    """Have empty blocks stand in the place of the last ones. The node's clock goes on from the
    blocks that were given up, and its prices would be old for good: it is put right."""
    rpc.call("anvil_reorg", [depth, []])
    rpc.call("evm_setTime", [int(time.time())])
