"""Take back what a test does to the dev chain."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.outside.rpc import JsonRpc


@contextmanager
def undone(rpc: JsonRpc) -> Iterator[None]:
    """The chain is as before afterwards, and its clock is ours at the beginning.

    anvil's clock goes on from the block that the chain was set back to: by every test's time it
    falls further behind, until pools are too old to be quoted from.
    """
    snapshot = rpc.call("evm_snapshot")
    rpc.call("evm_setTime", [int(time.time())])
    try:
        yield
    finally:
        rpc.call("evm_setAutomine", [True])
        rpc.call("evm_revert", [snapshot])
