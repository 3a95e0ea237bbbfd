"""Whatever fails beside the market process, it publishes again by itself soon after."""

import os
import shutil
import signal
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psycopg
import pytest
import redis
from django.db import connection

from gateway.chains.nodes import Nodes
from gateway.events import leases
from gateway.market import snapshot_store
from gateway.market.errors import MarketUnavailable
from gateway.market.following import publishing
from gateway.market.following.feeds import feed_of
from gateway.market.following.leading import LEASE, run_market
from gateway.market.following.pools import HISTORY_SECONDS, PoolFollower
from gateway.market.following.reading import Readers
from gateway.market.snapshot_store import (
    EPOCH_KEY,
    VERSION_KEY,
    current_snapshot,
    forget_snapshot,
    publish_snapshot,
)
from gateway.market.snapshots import DeskPolicy
from gateway.supervisor.devchain.feed import LocalFeed
from gateway.supervisor.embedded import start_valkey
from tests import patience
from tests.chains.conftest import fake_node  # noqa: F401 (a fixture)
from tests.market.dev_market import dev_market
from tests.market.test_following import chain, follower, mine, rpc  # noqa: F401 (fixtures)

pytestmark = pytest.mark.xdist_group("devchain")

SOON_SECONDS = 6.0
FAULT_SECONDS = 2.5


class Valkey:
    """A server of its own, to be stopped, emptied and killed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "v.sock"
        self.url = f"unix://{self._socket}"
        self.start()

    def start(self) -> None:
        self._server = start_valkey(socket=self._socket, data_folder=self._folder, persist=False)
        self.client = redis.Redis(unix_socket_path=str(self._socket))

    def end(self) -> None:
        self._server.stop()

    @contextmanager
    def stalled(self):
        """It answers nobody and closes nothing, as on a machine that swaps."""
        pid = self._server._process.pid
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)


@pytest.fixture
def own_valkey(settings, monkeypatch):
    """Asked with the product's own patience."""
    for module, seconds in patience.OWN.items():
        monkeypatch.setattr(module, "TIMEOUT_SECONDS", seconds)
    folder = Path(tempfile.mkdtemp(prefix="tw-v-"))  # the path of a socket must be short
    server = Valkey(folder)
    settings.VALKEY_URL = server.url
    forget_snapshot()
    yield server
    forget_snapshot()
    server.end()
    shutil.rmtree(folder)


@pytest.fixture
def configured(settings, chain_entry, fake_node, rpc):  # noqa: F811
    """The dev chain behind a node that obeys."""
    mine(rpc, 5)
    settings.CHAINS = [{**chain_entry, "rpc_urls": [fake_node.url]}]
    return settings


@pytest.fixture
def market(configured, own_valkey, transactional_db):
    """A running market process beside its own Valkey, a node that obeys and a feed."""
    stop = threading.Event()

    def run():
        run_market(holder="here", stop=stop)
        connection.close()

    with LocalFeed(interval_seconds=0.2) as feed:
        configured.MARKET_FEEDS = [{"name": "local", "url": feed.url, "kind": "tillway"}]
        thread = threading.Thread(target=run, name="market")
        thread.start()
        try:
            wait_for_snapshot(own_valkey, seconds=30)
            yield thread
        finally:
            stop.set()
            thread.join(timeout=15)
    assert not thread.is_alive()


def published(valkey) -> bytes | None:
    try:
        return valkey.client.get(VERSION_KEY)
    except redis.RedisError:
        return None


def wait_for_snapshot(valkey, *, seconds: float = SOON_SECONDS) -> float:
    """Seconds until another version than now's is published."""
    began, before = time.monotonic(), published(valkey)
    while published(valkey) in (before, None):
        assert time.monotonic() - began < seconds, "nothing new was published"
        time.sleep(0.05)
    return time.monotonic() - began


def test_a_stalled_valkey_is_written_to_again_at_once(market, own_valkey):
    for _ in range(2):
        with own_valkey.stalled():
            time.sleep(FAULT_SECONDS)
        assert wait_for_snapshot(own_valkey) < SOON_SECONDS


def test_connections_that_are_dropped_again_and_again_are_opened_anew(market, own_valkey):
    for _ in range(20):
        own_valkey.client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        time.sleep(0.05)
    assert wait_for_snapshot(own_valkey) < SOON_SECONDS


def test_a_valkey_that_died_and_came_back_empty_is_filled_again(market, own_valkey):
    own_valkey.end()
    time.sleep(1)
    own_valkey.start()
    assert wait_for_snapshot(own_valkey) < SOON_SECONDS


def test_a_node_and_valkey_that_stall_together_are_both_met_again(
    market,
    own_valkey,
    fake_node,  # noqa: F811
    rpc,  # noqa: F811
):
    answers = threading.Event()

    def tamper(method, params, result):
        answers.wait(30)
        return result

    fake_node.tamper = tamper
    with own_valkey.stalled():
        time.sleep(FAULT_SECONDS)
    answers.set()
    mine(rpc, 1)
    head = int(rpc.call("eth_blockNumber"), 16)
    began = time.monotonic()
    while True:
        forget_snapshot()
        if current_snapshot().chains[31337].number >= head:
            break
        assert time.monotonic() - began < SOON_SECONDS, "the chain isn't followed"
        time.sleep(0.1)


def test_a_database_that_closes_every_connection_is_met_again(market, own_valkey):
    name = connection.settings_dict["NAME"]
    params = {**connection.get_connection_params(), "dbname": "postgres"}
    for unknown in ("cursor_factory", "context", "prepare_threshold"):
        params.pop(unknown, None)
    with psycopg.connect(**params, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
    connection.close()
    assert wait_for_snapshot(own_valkey) < SOON_SECONDS


def test_what_we_never_wrote_to_valkey_is_no_reason_to_stop_publishing(market, own_valkey):
    own_valkey.client.mset({VERSION_KEY: "nine", EPOCH_KEY: "x"})
    assert wait_for_snapshot(own_valkey) < SOON_SECONDS
    assert own_valkey.client.get(VERSION_KEY).isdigit()


def test_a_valkey_that_remembers_a_later_database_is_written_to_again(market, own_valkey):
    """As when PostgreSQL was restored from a backup: its leases begin again, below the fence."""
    own_valkey.client.set(EPOCH_KEY, 1_000_000)
    assert wait_for_snapshot(own_valkey) < SOON_SECONDS
    assert int(own_valkey.client.get(EPOCH_KEY)) > 1_000_000


def test_a_snapshot_that_cannot_be_built_does_not_end_the_process(market, own_valkey, monkeypatch):
    tried = threading.Event()

    def broken(**_):
        tried.set()
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(publishing, "build_snapshot", broken)
        assert tried.wait(10)
    assert wait_for_snapshot(own_valkey) < SOON_SECONDS
    assert market.is_alive()


def test_a_source_that_failed_for_long_is_asked_again_within_seconds():
    class Stop:
        """Ends after ten tries, and waits for none."""

        def __init__(self):
            self.waits = []

        def wait(self, seconds):
            self.waits.append(seconds)
            return len(self.waits) > 10

    stop = Stop()
    nobody = feed_of({"name": "nobody", "url": "http://127.0.0.1:1/prices", "kind": "tillway"})
    readers = Readers(followers=[], feeds=[nobody], allow_loopback=True)
    readers.start(stop=stop)
    readers.join()
    assert len(stop.waits) == 11
    assert stop.waits[1] < stop.waits[-1] <= 3


# --- those who quote --------------------------------------------------------------------------


def test_quotes_go_on_while_valkey_stalls_and_none_waits_for_long(own_valkey):
    publish_snapshot(dev_market())
    held = current_snapshot()
    waits = []
    with own_valkey.stalled():
        until = time.monotonic() + FAULT_SECONDS
        while time.monotonic() < until:
            began = time.monotonic()
            assert current_snapshot() is held
            waits.append(time.monotonic() - began)
            time.sleep(0.005)
    assert max(waits) < 1.0, "twice the timeout, and some"
    assert sum(wait > 0.2 for wait in waits) <= 1 + FAULT_SECONDS / 1.0
    publish_snapshot(msgspec.structs.replace(dev_market(), version=8))
    snapshot_store._held.check_at = 0.0
    assert current_snapshot().version == 8


def test_a_process_without_a_snapshot_refuses_in_time_while_valkey_stalls(own_valkey):
    with own_valkey.stalled():
        began = time.monotonic()
        with pytest.raises(MarketUnavailable):
            current_snapshot()
        assert time.monotonic() - began < 1.0


# --- one chain's node -------------------------------------------------------------------------


@pytest.mark.parametrize("seconds_a_block", [0.6, 8.0])
def test_a_node_that_is_slow_about_old_blocks_does_not_hold_up_the_head(
    seconds_a_block,
    chain,  # noqa: F811
    fake_node,  # noqa: F811
    rpc,  # noqa: F811
    follower,  # noqa: F811
):
    mine(rpc, 12)
    slow = PoolFollower(
        universe=follower.universe,
        nodes=Nodes(chain_id=chain.chain_id, urls=[fake_node.url], timeout_seconds=2),
        policy=DeskPolicy(),
    )
    calls_a_block = len(follower._state_calls())

    def tamper(method, params, result):
        if method == "eth_call" and isinstance(params[1], str) and params[1] != "latest":
            time.sleep(seconds_a_block / calls_a_block)
        return result

    fake_node.tamper = tamper
    began = time.monotonic()
    assert slow.poll()
    assert time.monotonic() - began < HISTORY_SECONDS + 3, "and one question under way"
    assert slow.view is not None
    slow.close()


@pytest.mark.django_db
def test_a_lease_is_taken_above_an_epoch_seen_elsewhere():
    first = leases.acquire(name=LEASE, holder="a", ttl_seconds=60)
    assert leases.acquire(name=LEASE, holder="a", ttl_seconds=60, above=41).epoch == 42
    again = leases.acquire(name=LEASE, holder="a", ttl_seconds=60, above=3)
    assert (first.epoch, again.epoch) == (1, 43)
    assert leases.acquire(name="other", holder="a", ttl_seconds=60, above=9).epoch == 10
