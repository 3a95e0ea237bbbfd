"""Crashes, rivals and slow transactions: nothing is lost, nothing is written twice."""

import os
import subprocess
import sys
import threading

import orjson
import pytest
from django.db import connection, connections, transaction

from gateway.chains import watched
from gateway.chains.errors import CursorMoved
from gateway.chains.management.commands.watcher import watch
from gateway.chains.models import Block, Deposit, ProcessedHead
from gateway.chains.nodes import Nodes
from gateway.chains.watching import watch_events, watcher
from gateway.chains.watching.watcher import Step
from gateway.events.errors import LeaseLost
from tests.chains.watch_kit import (
    Till,
    deposits,
    events_of,
    states,
    sync,
    wait_until,
)


def test_a_crash_between_blocks_loses_and_repeats_nothing(till: Till, monkeypatch):
    addresses = [till.address() for _ in range(4)]
    till.watch()
    for address in addresses:
        till.pay(address, units=5)

    class Killed(BaseException):
        pass

    emit, calls = watch_events.emit_deposits, []

    def die(type, rows, *, mode, now):
        calls.append(type)
        if len(calls) == 3:
            raise Killed
        emit(type, rows, mode=mode, now=now)

    monkeypatch.setattr(watch_events, "emit_deposits", die)
    with pytest.raises(Killed):
        till.watch()
    monkeypatch.setattr(watch_events, "emit_deposits", emit)
    known = Deposit.objects.count()
    assert 0 < known < 4
    head = ProcessedHead.objects.get()
    assert Block.objects.filter(number=head.number, hash=head.hash).exists()

    till.restart()
    till.watch()
    assert [states(address) for address in addresses] == [[(5, "confirmed")]] * 4
    for deposit in Deposit.objects.all():
        assert events_of(f"deposit:{deposit.id}") == ["deposit.seen", "deposit.confirmed"]


def test_after_a_long_sleep_it_catches_up_by_ranges_without_a_gap(till: Till):
    address = till.address()
    till.watch()
    for units in range(1, 6):
        till.pay(address, units=units)
        till.mine(40)
    till.pay(address, units=10**15, symbol="ETH")
    till.mine(40)
    fresh = till.restart()
    steps = 0
    while fresh.step() is not Step.IDLE:
        steps += 1
    assert steps < 20
    assert [d.units for d in deposits(address)] == [1, 2, 3, 4, 5, 10**15]
    assert {d.state for d in deposits(address)} == {"final"}
    assert fresh.head.number == till.head_number()
    numbers = [b.number for b in fresh.ring]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_catching_up_with_prefetch_hears_the_same(till: Till, anvil):
    address = till.address()
    for units in range(1, 6):
        till.pay(address, units=units)
        till.mine(40)
    till.restart(prefetch_nodes=Nodes(chain_id=31337, urls=[anvil.rpc_url]))
    till.watch()
    assert [d.units for d in deposits(address)] == [1, 2, 3, 4, 5]


@pytest.mark.django_db(transaction=True)
def test_a_killed_process_leaves_nothing_half_done(anvil, devchain, chain_entry):
    """Three processes in a row, each killed with -9 while payments come in."""
    till = Till(chain=sync(chain_entry), layout=devchain, url=anvil.rpc_url)
    address = till.address()
    database = connection.settings_dict
    environment = {
        **os.environ,
        "CHAINS": orjson.dumps([chain_entry]).decode(),
        "DATABASE_URL": f"postgres://postgres@/{database['NAME']}?host={database['HOST']}",
    }
    paid = 0
    try:
        for _ in range(3):
            # A dead holder's lease runs out by itself; the test does not wait for it.
            with connection.cursor() as cursor:
                cursor.execute("UPDATE events_lease SET expires_at = now() - interval '1 hour'")
            process = subprocess.Popen(
                [sys.executable, "manage.py", "watcher", "--chain", "31337"], env=environment
            )
            try:
                for _ in range(4):
                    paid += 1
                    till.pay(address, units=paid)
                wait_until(lambda: len(deposits(address)) >= paid - 1, seconds=60)
            finally:
                process.kill()
                process.wait()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE events_lease SET expires_at = now() - interval '1 hour'")
        till.watch(till.restart(holder="last"))
    finally:
        till.close()
    assert [deposit.units for deposit in deposits(address)] == list(range(1, paid + 1))
    for deposit in deposits(address):
        assert events_of(f"deposit:{deposit.id}")[:2] == ["deposit.seen", "deposit.confirmed"]


def test_who_lost_the_lease_writes_nothing_more(till: Till):
    address = till.address()
    old = till.watcher
    with connection.cursor() as cursor:
        cursor.execute("UPDATE events_lease SET expires_at = now() - interval '1 hour'")
    new = till.new_watcher(holder="rival")
    till.pay(address, units=5)
    with pytest.raises(LeaseLost):
        till.watch(old)
    assert not deposits(address)
    till.watch(new)
    assert states(address) == [(5, "confirmed")]


def test_a_cursor_that_moved_meanwhile_is_not_moved_again(till: Till):
    till.watch()
    ProcessedHead.objects.update(hash=b"\7" * 32)
    till.mine(1)
    with pytest.raises(CursorMoved):
        till.watch()


@pytest.mark.django_db(transaction=True)
def test_of_two_watchers_at_once_only_one_writes(
    anvil, devchain, chain_entry, settings, monkeypatch
):
    settings.CHAINS = orjson.dumps([chain_entry]).decode()
    chain = sync(chain_entry)
    till = Till(chain=chain, layout=devchain, url=anvil.rpc_url)
    address = till.address()
    followed = []
    step = watcher.Watcher.step

    def noted(self):
        followed.append(self.lease.holder)
        return step(self)

    monkeypatch.setattr(watcher.Watcher, "step", noted)
    stop = threading.Event()

    def run():
        try:
            watch(chain_id=chain.id, stop=stop)
        finally:
            connections.close_all()

    rivals = [threading.Thread(target=run) for _ in range(3)]
    for rival in rivals:
        rival.start()
    try:
        for units in range(1, 6):
            till.pay(address, units=units)
        wait_until(lambda: len(states(address)) == 5)
    finally:
        stop.set()
        for rival in rivals:
            rival.join()
        till.close()
    assert len(set(followed)) == 1
    assert [units for units, _ in states(address)] == [1, 2, 3, 4, 5]
    assert all(events_of(f"deposit:{d.id}").count("deposit.seen") == 1 for d in deposits(address))


@pytest.mark.django_db(transaction=True)
def test_an_address_whose_invoice_commits_late_is_not_missed(anvil, devchain, chain_entry):
    """Its transaction began first and ends last; many others were read in between."""
    till = Till(chain=sync(chain_entry), layout=devchain, url=anvil.rpc_url)
    till.watch()
    reserved, go = threading.Event(), threading.Event()
    slow_addresses = []

    def slow():
        try:
            with transaction.atomic():
                slow_addresses.append(till.address())
                reserved.set()
                go.wait(20)
        finally:
            connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    try:
        reserved.wait(20)
        quick = []
        for _ in range(3):
            quick.append(till.address())
            till.mine(1)
            till.watch()
        assert all(bytes(address.address) in till.watcher.watched for address in quick)
        assert bytes(slow_addresses[0].address) not in till.watcher.watched
    finally:
        go.set()
        thread.join()
    try:
        till.pay(slow_addresses[0], units=5)
        till.watch()
        assert states(slow_addresses[0]) == [(5, "confirmed")]
    finally:
        till.close()


@pytest.mark.django_db(transaction=True)
def test_more_new_addresses_than_one_query_reads_are_all_read(
    anvil, devchain, chain_entry, monkeypatch
):
    monkeypatch.setattr(watched, "REFRESH_ROWS", 4)
    till = Till(chain=sync(chain_entry), layout=devchain, url=anvil.rpc_url)
    till.watch()
    with transaction.atomic():
        together = [till.address() for _ in range(9)]
    alone = [till.address() for _ in range(3)]
    till.mine(1)
    till.watch()
    assert till.watcher.watched.hot == {bytes(a.address) for a in [*together, *alone]}
    till.close()
