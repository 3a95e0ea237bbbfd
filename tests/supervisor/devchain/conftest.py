"""A node of this folder's own where a test starts, stops or provisions it itself."""

from collections.abc import Iterator

import pytest

from gateway.supervisor.devchain.anvil import Anvil


@pytest.fixture
def fresh_anvil() -> Iterator[Anvil]:
    """An empty chain; killed at the end, whatever happens."""
    with Anvil() as node:
        yield node
