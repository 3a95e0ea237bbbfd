"""A chain that mines no blocks for a while; for one story at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.house.place import Place

BLOCK_SECONDS = 1
_one_at_a_time = threading.Lock()


@contextmanager
def standing_still(place: Place) -> Iterator[None]:
    """No block is mined within, but those that a reorg puts in the place of others."""
    with _one_at_a_time:
        place.rpc.call("evm_setIntervalMining", [0])
        try:
            yield
        finally:
            place.rpc.call("evm_setIntervalMining", [BLOCK_SECONDS])
