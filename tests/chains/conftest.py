from collections.abc import Iterator

import pytest

from tests.chains.watch_chain import FakeNode, Shopper
from tests.chains.watch_kit import Till, sync


@pytest.fixture
def till(db: None, anvil, devchain, chain_entry) -> Iterator[Till]:
    """A synced dev chain with a watcher: 1 confirmation up to 50 USD, 3 above, final after 6."""
    till = Till(chain=sync(chain_entry), layout=devchain, url=anvil.rpc_url)
    yield till
    till.close()


@pytest.fixture
def shopper(till: Till) -> Shopper:
    return Shopper(till)


@pytest.fixture
def fake_node(anvil) -> Iterator[FakeNode]:
    node = FakeNode(anvil.rpc_url)
    yield node
    node.close()
