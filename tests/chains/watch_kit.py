"""What the watcher's tests share: a synced chain, a watcher on it, addresses to pay to."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gateway.chains.addresses import checksum
from gateway.chains.configuration import ChainSettings
from gateway.chains.create2 import SaltTerms
from gateway.chains.models import Chain, Deposit, DepositAddress
from gateway.chains.nodes import Nodes
from gateway.chains.services import deposit_address_reserve
from gateway.chains.syncing import chain_store, check_chain
from gateway.chains.watching.watcher import Step, Watcher
from gateway.events import leases
from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.outside.rpc import JsonRpc
from gateway.supervisor.devchain.faucet import Faucet
from gateway.supervisor.devchain.layout import DevChain


def sync(entry: dict[str, Any], **changes: Any) -> Chain:
    """Store the dev chain as `chains_sync` does, some settings changed."""
    settings = msgspec.convert({**entry, **changes}, ChainSettings)
    return chain_store(entry=settings, check=check_chain(settings))


@dataclass
class Till:
    """A chain with its watcher, for tests to pay to and to look at."""

    chain: Chain
    layout: DevChain
    url: str
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.rpc = JsonRpc(self.url)
        self.faucet = Faucet(chain=self.layout, rpc_url=self.url)
        self.watchers: list[Watcher] = []
        self._watcher: Watcher | None = None

    # ------------------------------------------------------------------ our side

    def address(self, *, shop_id: UUID | None = None) -> DepositAddress:
        now = datetime.now(UTC)
        invoice_id = uuid7()
        return deposit_address_reserve(
            shop_id=shop_id or uuid7(),
            invoice_id=invoice_id,
            terms=SaltTerms(
                invoice_id=invoice_id,
                payee=bytes(20),
                settlement_token=bytes.fromhex(self.layout.token("USDC").address[2:]),
                amount=12_500_000,
                lock_end=int(now.timestamp()) + 900,
            ),
            watch_until=now + timedelta(days=1),
            now=now,
            mode="test",
        )

    def new_watcher(self, *, holder: str = "test", urls: list[str] | None = None, **options: Any):
        lease = leases.acquire(name=f"watcher:{self.chain.id}", holder=holder, ttl_seconds=30)
        assert lease is not None
        watcher = Watcher(
            chain_id=self.chain.id,
            nodes=Nodes(chain_id=self.chain.id, urls=urls or [self.url], timeout_seconds=2.0),
            lease=lease,
            clock=self.clock,
            **options,
        )
        self.watchers.append(watcher)
        return watcher

    @property
    def watcher(self) -> Watcher:
        if self._watcher is None:
            self._watcher = self.new_watcher()
        return self._watcher

    def watch(self, watcher: Watcher | None = None, *, steps: int = 100) -> None:
        """Let the watcher work until it has nothing to do."""
        for _ in range(steps):
            if (watcher or self.watcher).step() is Step.IDLE:
                return
        raise AssertionError("the watcher found no rest")

    def restart(self, **options: Any) -> Watcher:
        """What a crashed watcher leaves is what a new one begins with."""
        self._watcher = self.new_watcher(**options)
        return self._watcher

    # ------------------------------------------------------------------ the chain's side

    def pay(self, address: bytes | DepositAddress, *, units: int, symbol: str = "USDC"):
        to = address.address if isinstance(address, DepositAddress) else address
        return self.faucet.give(to=checksum(bytes(to)), symbol=symbol, units=units)

    def mined(self, tx_hash: str) -> str:
        """Wait for a transaction that was sent: anvil answers before it has mined it."""
        for _ in range(500):
            if self.rpc.call("eth_getTransactionReceipt", [tx_hash]) is not None:
                return tx_hash
            time.sleep(0.01)
        raise AssertionError("not mined")

    def mine(self, blocks: int = 1) -> None:
        self.rpc.call("anvil_mine", [hex(blocks)])

    def head_number(self) -> int:
        return int(self.rpc.call("eth_blockNumber"), 16)

    def close(self) -> None:
        for watcher in self.watchers:
            watcher.close()
        self.faucet.close()
        self.rpc.close()


def deposits(address: DepositAddress) -> list[Deposit]:
    return list(
        Deposit.objects.filter(address=address.address).order_by("block_number", "log_index", "id")
    )


def states(address: DepositAddress) -> list[tuple[int, str]]:
    return [(deposit.units, deposit.state) for deposit in deposits(address)]


def events_of(subject: str) -> list[str]:
    return list(
        Event.objects.filter(subject=subject).order_by("sequence").values_list("type", flat=True)
    )


def event_bodies(subject: str) -> list[dict[str, Any]]:
    return list(
        Event.objects.filter(subject=subject).order_by("sequence").values_list("body", flat=True)
    )


class Seconds:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def counted_queries(expected: int) -> Iterator[None]:
    """The block asks the database so many times; the transactions' own words don't count."""
    with CaptureQueriesContext(connection) as captured:
        yield
    sql = [q["sql"] for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(sql) == expected, "\n".join(sql)


def wait_until(done: Callable[[], bool], seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)
