from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.outside.rpc import JsonRpc
from gateway.supervisor.devchain.anvil import Anvil
from tests.chains.send_kit import Post
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


@pytest.fixture(scope="module")
def sending_node() -> Iterator[Anvil]:
    """A chain of the sender's tests' own."""
    with Anvil(chain_id=31338) as anvil:
        yield anvil


@pytest.fixture
def post(db: None, sending_node: Anvil, tmp_path: Path) -> Iterator[Post]:
    """A fresh chain with its sender's things."""
    with JsonRpc(sending_node.rpc_url) as rpc:
        rpc.call("anvil_reset")
        post = Post(anvil=sending_node, folder=tmp_path)
        yield post
        post.close()
        rpc.call("evm_setAutomine", [True])
