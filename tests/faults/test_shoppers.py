"""What a reorg drops the network brings back, whoever sent it."""

import time
from collections.abc import Callable, Iterator

import pytest
from eth_account import Account

from gateway.outside.rpc import JsonRpc
from gateway.supervisor.devchain.anvil import Anvil
from gateway.supervisor.devchain.layout import DevChain
from tests.faults.shoppers import Mempool, Shopper
from tests.faults.stories import LISTED

pytestmark = pytest.mark.chain
SECONDS = 30


@pytest.fixture
def rpc(anvil: Anvil, devchain: DevChain) -> Iterator[JsonRpc]:
    with JsonRpc(anvil.rpc_url) as rpc:
        yield rpc


@pytest.fixture
def mempool(rpc: JsonRpc) -> Iterator[Mempool]:
    mempool = Mempool(rpc_url=rpc.url)
    yield mempool
    mempool.close()


def _nonce(rpc: JsonRpc, address: str) -> int:
    return int(str(rpc.call("eth_getTransactionCount", [address, "latest"])), 16)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_shoppers_payment_comes_back(rpc: JsonRpc, mempool: Mempool, devchain: DevChain) -> None:
    shopper = Shopper(Account.create(), devchain.chain_id, rpc.url, mempool)
    rpc.call("anvil_setBalance", [shopper.account.address, hex(10**18)])
    to = Account.create().address
    shopper.transfer(token=None, to=to, units=5)
    _comes_back(rpc, shopper.account.address)


def test_so_does_one_of_an_address_whose_key_nobody_has(rpc: JsonRpc, mempool: Mempool) -> None:
    before = _nonce(rpc, LISTED)
    mempool.send_as(LISTED, to=Account.create().address, data=b"")
    _comes_back(rpc, LISTED, before=before)


def _comes_back(rpc: JsonRpc, sender: str, *, before: int = 0) -> None:
    _until(lambda: _nonce(rpc, sender) == before + 1)
    rpc.call("anvil_reorg", [1, []])
    assert _nonce(rpc, sender) == before
    _until(lambda: _nonce(rpc, sender) == before + 1)
