import threading

import msgspec
import pytest
import redis

from gateway.market import snapshot_store
from gateway.market.errors import MarketUnavailable
from gateway.market.snapshot_store import (
    SNAPSHOT_KEY,
    VERSION_KEY,
    current_snapshot,
    forget_snapshot,
    publish_snapshot,
    published_version,
)
from tests.market.dev_market import dev_market


@pytest.fixture(autouse=True)
def fresh_process(valkey, monkeypatch):
    forget_snapshot()
    yield
    monkeypatch.undo()
    forget_snapshot()


def version(number):
    return msgspec.structs.replace(dev_market(), version=number)


def let_time_pass():
    snapshot_store._held.check_at = 0.0


def test_without_a_snapshot_there_is_nothing_to_quote_from():
    with pytest.raises(MarketUnavailable) as refused:
        current_snapshot()
    assert (refused.value.code, refused.value.status) == ("market_unavailable", 503)


def test_a_published_snapshot_is_read_once_and_kept(valkey):
    publish_snapshot(version(7))
    assert published_version() == 7
    first = current_snapshot()
    assert first == version(7)
    let_time_pass()
    assert current_snapshot() is first, "the same version is not decoded again"
    publish_snapshot(version(8))
    assert current_snapshot() is first, "nobody asks twice within the interval"
    let_time_pass()
    assert current_snapshot().version == 8


def test_a_thousand_quotes_ask_for_a_version_at_most_a_few_times(monkeypatch):
    publish_snapshot(version(7))
    asked = []
    get = redis.Redis.get
    monkeypatch.setattr(redis.Redis, "get", lambda self, key: asked.append(key) or get(self, key))
    for _ in range(1_000):
        current_snapshot()
    assert asked.count(SNAPSHOT_KEY) == 1
    assert asked.count(VERSION_KEY) <= 5


def test_when_valkey_is_gone_or_flushed_the_last_snapshot_stays(valkey, monkeypatch):
    publish_snapshot(version(7))
    held = current_snapshot()
    valkey.flushdb()
    let_time_pass()
    assert current_snapshot() is held

    def away(*_):
        raise redis.ConnectionError

    monkeypatch.setattr(redis.Redis, "get", away)
    let_time_pass()
    assert current_snapshot() is held
    forget_snapshot()
    with pytest.raises(MarketUnavailable):
        current_snapshot()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version":"x"}', b"\xff"])
def test_nonsense_in_valkey_is_no_snapshot(valkey, content):
    publish_snapshot(version(7))
    held = current_snapshot()
    valkey.set(SNAPSHOT_KEY, content)
    valkey.set(VERSION_KEY, 9)
    let_time_pass()
    assert current_snapshot() is held
    valkey.set(VERSION_KEY, b"nine")
    let_time_pass()
    assert current_snapshot() is held


def test_a_process_that_just_started_answers_all_its_threads():
    publish_snapshot(version(7))
    forget_snapshot()
    start = threading.Barrier(8)
    failures = []

    def quote():
        start.wait(5)
        try:
            current_snapshot()
        except MarketUnavailable as refused:
            failures.append(refused)

    threads = [threading.Thread(target=quote) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert failures == []
