"""What a reorg drops the network brings back, whoever sent it."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from eth_account import Account

from gateway.outside.rpc import JsonRpc
from gateway.supervisor.devchain.anvil import DEFAULT_CHAIN_ID, Anvil
from tests.faults.chain_stops import reorg, standing_still
from tests.faults.shoppers import Mempool, Shopper
from tests.faults.stories import LISTED

pytestmark = pytest.mark.chain
SECONDS = 30
DEPTH = 4


@pytest.fixture(scope="module")
def rpc() -> Iterator[JsonRpc]:
    """A node of these tests' own, with a block each second as a house has it."""
    with Anvil(block_time_seconds=1) as anvil, JsonRpc(anvil.rpc_url) as rpc:
        _grows(rpc)
        yield rpc


@pytest.fixture
def mempool(rpc: JsonRpc) -> Iterator[Mempool]:
    mempool = Mempool(rpc_url=rpc.url)
    yield mempool
    mempool.close()


def _nonce(rpc: JsonRpc, address: str) -> int:
    return int(str(rpc.call("eth_getTransactionCount", [address, "latest"])), 16)


def _head(rpc: JsonRpc) -> int:
    return int(str(rpc.call("eth_blockNumber")), 16)


def _grows(rpc: JsonRpc) -> None:
    """By more blocks than are given up here."""
    head = _head(rpc)
    _until(lambda: _head(rpc) > head + DEPTH)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_shoppers_payment_comes_back(rpc: JsonRpc, mempool: Mempool) -> None:
    shopper = Shopper(Account.create(), DEFAULT_CHAIN_ID, rpc.url, mempool)
    rpc.call("anvil_setBalance", [shopper.account.address, hex(10**18)])
    _grows(rpc)  # or the reorg would take the balance, too
    to = Account.create().address
    shopper.transfer(token=None, to=to, units=5)
    _comes_back(rpc, shopper.account.address)


def test_so_does_one_of_an_address_whose_key_nobody_has(rpc: JsonRpc, mempool: Mempool) -> None:
    before = _nonce(rpc, LISTED)
    mempool.send_as(LISTED, to=Account.create().address, data=b"")
    tx_hash = mempool.kept[-1]
    _comes_back(rpc, LISTED, before=before)
    assert rpc.call("eth_getTransactionReceipt", [tx_hash]) is not None  # the same transaction


def _comes_back(rpc: JsonRpc, sender: str, *, before: int = 0) -> None:
    _until(lambda: _nonce(rpc, sender) == before + 1)
    with standing_still(rpc):
        reorg(rpc, depth=DEPTH)
        assert _nonce(rpc, sender) == before
    _until(lambda: _nonce(rpc, sender) == before + 1)


def test_a_chain_that_stood_still_and_gave_blocks_up_tells_the_right_time(rpc: JsonRpc) -> None:
    with standing_still(rpc):
        time.sleep(4)
        reorg(rpc, depth=1)
    head = _head(rpc)
    _until(lambda: _head(rpc) > head)
    block: Any = rpc.call("eth_getBlockByNumber", ["latest", False])
    assert abs(int(block["timestamp"], 16) - time.time()) < 3
