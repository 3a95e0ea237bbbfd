from collections.abc import Iterator
from typing import Any

import pytest

from tests.chains.watch_chain import FakeNode
from tests.compliance.tracing.town import Town


@pytest.fixture
def town(db: None, anvil: Any, devchain: Any, chain_entry: Any, settings: Any) -> Iterator[Town]:
    """The dev chain as the settings' only one, and people on it who pay each other."""
    settings.CHAINS = [chain_entry]
    town = Town(entry=chain_entry, layout=devchain, url=anvil.rpc_url)
    yield town
    town.close()


@pytest.fixture
def fake_node(anvil: Any) -> Iterator[FakeNode]:
    node = FakeNode(anvil.rpc_url)
    yield node
    node.close()
