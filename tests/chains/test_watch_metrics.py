"""An operator's Prometheus sees how far a chain was watched, and what its nodes do wrong."""

import os
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest
from django.db import connection

from gateway.chains.models import Deposit
from gateway.chains.watching.watcher import Step
from tests.chains.scrape import grown, scraped
from tests.chains.watch_chain import FakeNode
from tests.chains.watch_kit import Seconds, Till, states, sync, wait_until

CHAIN = {"chain": "31337"}


def test_what_was_watched_is_counted(till: Till) -> None:
    address = till.address()
    till.watch()
    before = scraped()
    till.pay(address, units=5)
    till.mine(2)
    till.watch()
    after = scraped()
    assert grown("tillway_watcher_blocks_total", before, after, **CHAIN) == 3
    assert grown("tillway_watcher_logs_total", before, after, **CHAIN) == 1
    assert grown("tillway_watcher_matched_total", before, after, **CHAIN, direction="in") == 1
    assert grown("tillway_watcher_matched_total", before, after, **CHAIN, direction="out") == 0
    for state, count in {"seen": 1, "confirmed": 1, "final": 0, "orphaned": 0}.items():
        assert grown("tillway_deposits_total", before, after, **CHAIN, state=state) == count
    head = till.head_number()
    assert after.value("tillway_processed_block", **CHAIN) == head
    assert after.value("tillway_node_head_block", **CHAIN) == head
    assert after.value("tillway_watcher_lag_blocks", **CHAIN) == 0
    assert after.value("tillway_watched_addresses", **CHAIN) == 1
    assert 0 <= after.value("tillway_processed_head_age_seconds", **CHAIN) < 60
    assert after.value("tillway_chain_stalled_seconds", **CHAIN) == 0
    assert time.time() - after.value("tillway_node_answered_timestamp_seconds", **CHAIN) < 60


def test_a_reorg_is_counted_with_its_depth(till: Till) -> None:
    address = till.address()
    till.watch()
    till.pay(address, units=5)
    till.mine(2)
    till.watch()
    before = scraped()
    till.rpc.call("anvil_reorg", [3, []])
    till.watch()
    after = scraped()
    assert grown("tillway_reorgs_total", before, after, **CHAIN) == 1
    assert grown("tillway_reorg_blocks_total", before, after, **CHAIN) == 3
    assert after.value("tillway_reorg_deepest_blocks", **CHAIN) == 3
    assert grown("tillway_deposits_total", before, after, **CHAIN, state="orphaned") == 1
    assert after.value("tillway_processed_block", **CHAIN) == till.head_number()


def test_a_node_that_is_down_is_seen_as_fault_stall_and_age(till: Till) -> None:
    till.watch()
    seconds = Seconds()
    watcher = till.restart(urls=["http://127.0.0.1:9"], monotonic=seconds)
    before = scraped()
    assert watcher.step() is Step.FAULT
    seconds.now += 11
    assert watcher.step() is Step.FAULT
    after = scraped()
    down = {**CHAIN, "node": "0", "reason": "node_down"}
    assert grown("tillway_node_faults_total", before, after, **down) == 2
    stalls = {**CHAIN, "reason": "node_down"}
    assert grown("tillway_watcher_stalls_total", before, after, **stalls) == 1
    assert after.value("tillway_chain_stalled_seconds", **CHAIN) > 0
    answered = "tillway_node_answered_timestamp_seconds"
    assert after.value(answered, **CHAIN) == before.value(answered, **CHAIN)


def test_a_lie_is_counted_as_what_it_is(till: Till, fake_node: FakeNode) -> None:
    watcher = till.restart(urls=[fake_node.url])
    till.watch(watcher)
    fake_node.tamper = lambda method, params, result: (
        None if method == "eth_getLogs" else "0x1" if method == "eth_chainId" else result
    )
    till.mine(1)
    before = scraped()
    watcher.step()
    after = scraped()
    wrong = {**CHAIN, "node": "0", "reason": "wrong_chain_id"}
    assert grown("tillway_node_faults_total", before, after, **wrong) == 1


def test_money_that_is_not_there_is_counted(till: Till, fake_node: FakeNode) -> None:
    address = till.address()
    watcher = till.restart(urls=[fake_node.url])
    till.pay(address, units=5)
    fake_node.tamper = lambda method, params, result: (
        "0x0" if method == "eth_call" and "to" in params[0] else result
    )
    before = scraped()
    till.watch(watcher)
    assert grown("tillway_deposits_doubted_total", before, scraped(), **CHAIN) >= 1


@pytest.mark.django_db(transaction=True)
def test_the_web_tells_what_a_watcher_process_counted(
    anvil, devchain, chain_entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    till = Till(chain=sync(chain_entry), layout=devchain, url=anvil.rpc_url)
    address = till.address()
    database = connection.settings_dict
    process = subprocess.Popen(
        [sys.executable, "manage.py", "watcher", "--chain", "31337"],
        env={
            **os.environ,
            "CHAINS": orjson.dumps([chain_entry]).decode(),
            "DATABASE_URL": f"postgres://postgres@/{database['NAME']}?host={database['HOST']}",
            "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        },
    )
    try:
        till.pay(address, units=5)
        wait_until(lambda: states(address) == [(5, "confirmed")], seconds=90)
    finally:
        process.terminate()
        process.wait()
        head = till.head_number()
        till.close()
    assert Deposit.objects.count() == 1
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    told = scraped()
    assert told.value("tillway_watcher_matched_total", **CHAIN, direction="in") == 1
    assert told.value("tillway_deposits_total", **CHAIN, state="confirmed") == 1
    assert told.value("tillway_node_head_block", **CHAIN) == head
    assert told.value("tillway_processed_block", **CHAIN) == head
