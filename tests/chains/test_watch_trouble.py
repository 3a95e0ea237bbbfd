"""Crashes, rivals and nodes that are down, slow, behind or lying: nothing is lost or made up."""

import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from gateway.chains import watched, watching
from gateway.chains.configuration import configured_chains
from gateway.chains.create2 import SaltTerms, terms_salt
from gateway.chains.errors import AddressTaken, BadChainSettings, ChainMismatch, CursorMoved
from gateway.chains.management.commands.watcher import watch
from gateway.chains.models import Block, Chain, Deposit, ProcessedHead, Token
from gateway.chains.nodes import Nodes
from gateway.chains.recording import Pen
from gateway.chains.selectors import (
    chains_for_mode,
    deposit_for_update,
    deposits_for_invoice,
    processed_head_time,
    stalled_chains,
    tokens_for_mode,
    unmatched_deposits,
)
from gateway.chains.services import (
    deposit_address_extend,
    deposit_address_reserve,
    token_values_set,
)
from gateway.chains.watching import Step
from gateway.events.errors import LeaseLost
from gateway.events.ids import uuid7
from gateway.supervisor.devchain.calls import call_data
from tests.chains.watch_chain import FakeNode, Shopper, Silence
from tests.chains.watch_kit import Till, deposits, event_bodies, events_of, states, sync


def honest(method, params, result):
    return result


class Seconds:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def counted_queries(expected: int):
    with CaptureQueriesContext(connection) as captured:
        yield
    sql = [q["sql"] for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(sql) == expected, "\n".join(sql)


# ------------------------------------------------------------------ crashes


def test_a_crash_between_blocks_loses_and_repeats_nothing(till: Till, monkeypatch):
    addresses = [till.address() for _ in range(4)]
    till.watch()
    for address in addresses:
        till.pay(address, units=5)

    class Killed(BaseException):
        pass

    emit, calls = Pen._emit_deposits, []

    def die(self, type, rows, *, now):
        calls.append(type)
        if len(calls) == 3:
            raise Killed
        emit(self, type, rows, now=now)

    monkeypatch.setattr(Pen, "_emit_deposits", die)
    with pytest.raises(Killed):
        till.watch()
    monkeypatch.setattr(Pen, "_emit_deposits", emit)
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


# ------------------------------------------------------------------ rivals


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
    step = watching.Watcher.step

    def noted(self):
        followed.append(self.lease.holder)
        return step(self)

    monkeypatch.setattr(watching.Watcher, "step", noted)
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


def wait_until(done, seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)


# ------------------------------------------------------------------ nodes


def through(till: Till, node: FakeNode, **options):
    return till.restart(urls=[node.url], **options)


def assert_recovers(till: Till, node: FakeNode, watcher, address) -> None:
    node.raw = None
    node.tamper = honest
    till.watch(watcher)
    assert states(address) == [(5, "confirmed")]
    assert watcher.head.number == till.head_number()


LIES = {
    "another chain id": lambda m, p, r: "0x1" if m == "eth_chainId" else r,
    "a chain id that is no number": lambda m, p, r: None if m == "eth_chainId" else r,
    "no logs": lambda m, p, r: [] if m == "eth_getLogs" else r,
    "null logs": lambda m, p, r: None if m == "eth_getLogs" else r,
    "logs that are an object": lambda m, p, r: {} if m == "eth_getLogs" else r,
    "logs cut short": lambda m, p, r: (
        [{**e, "data": "0x01"} for e in r] if m == "eth_getLogs" else r
    ),
    "logs of another block": lambda m, p, r: (
        [{**e, "blockHash": "0x" + "77" * 32} for e in r] if m == "eth_getLogs" else r
    ),
    "logs of an unknown token": lambda m, p, r: (
        [*r, *({**e, "address": "0x" + "77" * 20} for e in r)] if m == "eth_getLogs" else r
    ),
    "removed logs": lambda m, p, r: (
        [{**e, "removed": True} for e in r] if m == "eth_getLogs" else r
    ),
    "no block": lambda m, p, r: None if m == "eth_getBlockByHash" else r,
    "a block without transactions": lambda m, p, r: (
        {**r, "transactions": []} if m == "eth_getBlockByHash" else r
    ),
    "a block without a hash": lambda m, p, r: (
        {**r, "hash": None} if m == "eth_getBlockByHash" else r
    ),
    "another block": lambda m, p, r: (
        {**r, "hash": "0x" + "66" * 32} if m == "eth_getBlockByHash" else r
    ),
    "a head that is text": lambda m, p, r: "0x10" if m == "eth_getBlockByNumber" else r,
    "a head without a number": lambda m, p, r: (
        {**r, "number": None} if m == "eth_getBlockByNumber" else r
    ),
    "an error": lambda m, p, r: RuntimeError("busy") if m == "eth_getLogs" else r,
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_node_neither_moves_the_cursor_nor_makes_money(
    till: Till, fake_node: FakeNode, lie: str
):
    address = till.address()
    seconds = Seconds()
    watcher = through(till, fake_node, monotonic=seconds)
    till.watch(watcher)
    number = watcher.head.number
    fake_node.tamper = LIES[lie]
    till.pay(address, units=5)
    for _ in range(3):
        assert watcher.step() is Step.FAULT
    assert watcher.head.number == number
    assert ProcessedHead.objects.get().number == number
    assert not Deposit.objects.exists()
    assert events_of("chain:31337") == []

    seconds.now += 11
    watcher.step()
    assert events_of("chain:31337") == ["chain.stalled"]
    assert list(stalled_chains()) == [31337]
    watcher.step()
    assert events_of("chain:31337") == ["chain.stalled"]
    assert_recovers(till, fake_node, watcher, address)
    assert events_of("chain:31337") == ["chain.stalled", "chain.resumed"]
    assert not stalled_chains()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b"[1]",
        b"[{}]",
        b'{"jsonrpc":"2.0","id":null,"error":{}}',
        b"[" * 9999,
    ],
)
def test_nonsense_over_http_is_a_fault(till: Till, fake_node: FakeNode, raw: bytes):
    address = till.address()
    watcher = through(till, fake_node)
    till.watch(watcher)
    till.pay(address, units=5)
    fake_node.raw = raw or b" "
    assert watcher.step() is Step.FAULT
    assert_recovers(till, fake_node, watcher, address)


def test_a_node_that_goes_silent_is_a_fault(till: Till, fake_node: FakeNode):
    address = till.address()
    watcher = through(till, fake_node)
    till.pay(address, units=5)

    def silent(method, params, result):
        raise Silence

    fake_node.tamper = silent
    assert watcher.step() is Step.FAULT
    assert_recovers(till, fake_node, watcher, address)


def test_a_slow_node_is_left_for_the_next(till: Till, fake_node: FakeNode, anvil):
    address = till.address()
    till.pay(address, units=5)
    watcher = till.restart(urls=[fake_node.url, anvil.rpc_url])

    def slow(method, params, result):
        time.sleep(3)
        return result

    fake_node.tamper = slow
    assert watcher.step() is Step.FAULT
    till.watch(watcher)
    assert states(address) == [(5, "confirmed")]


def test_a_dead_node_is_left_for_the_next(till: Till, anvil):
    address = till.address()
    till.pay(address, units=5)
    watcher = till.restart(urls=["http://127.0.0.1:9", anvil.rpc_url])
    assert watcher.step() is Step.FAULT
    till.watch(watcher)
    assert states(address) == [(5, "confirmed")]


def test_a_node_that_falls_behind_undoes_nothing_and_is_said(till: Till, fake_node: FakeNode):
    address = till.address()
    seconds = Seconds()
    watcher = through(till, fake_node, monotonic=seconds)
    till.watch(watcher)
    old = till.rpc.call("eth_getBlockByNumber", ["latest", False])
    till.pay(address, units=5)
    till.watch(watcher)
    assert states(address) == [(5, "confirmed")]

    def behind(method, params, result):
        return old if params[:1] == ["latest"] else result

    fake_node.tamper = behind
    for _ in range(3):
        assert watcher.step() is Step.IDLE
        seconds.now += 6
    assert states(address) == [(5, "confirmed")]
    (told,) = event_bodies("chain:31337")
    assert told["reason"] == "node_behind"
    assert_recovers(till, fake_node, watcher, address)


def test_a_chain_without_new_blocks_is_said_to_be_stalled(till: Till):
    seconds = Seconds()
    watcher = till.restart(monotonic=seconds)
    till.watch(watcher)
    seconds.now += 61
    watcher.step()
    (told,) = event_bodies("chain:31337")
    assert told["reason"] == "no_new_block"
    till.mine(1)
    till.watch(watcher)
    assert events_of("chain:31337") == ["chain.stalled", "chain.resumed"]


def test_another_chain_with_the_same_id_is_not_followed(till: Till, fake_node: FakeNode):
    """The node was wiped: its blocks have nothing to do with ours."""
    till.mine(80)
    watcher = through(till, fake_node)
    till.watch(watcher)
    number = watcher.head.number

    def other_chain(method, params, result):
        if method.startswith("eth_getBlockBy"):
            height = number - 40 if params[0] == "latest" else int(params[0][:10], 16)
            name = lambda n: "0x" + f"{n:08x}" + "ab" * 28  # noqa: E731
            return {
                "number": hex(height),
                "hash": name(height),
                "parentHash": name(height - 1),
                "timestamp": "0x1",
                "transactions": [],
            }
        return result

    fake_node.tamper = other_chain
    assert watcher.step() is Step.FAULT
    assert watcher.head.number == number
    (told,) = event_bodies("chain:31337")
    assert told["reason"] == "reorg_too_deep"


def test_a_node_that_refuses_balance_calls_still_tells_of_tokens(till: Till, fake_node: FakeNode):
    address = till.address()
    watcher = through(till, fake_node)

    def refuse(method, params, result):
        return RuntimeError("no") if method == "eth_call" and "to" not in params[0] else result

    fake_node.tamper = refuse
    till.pay(address, units=5)
    till.watch(watcher)
    assert states(address) == [(5, "confirmed")]


def test_a_bloom_that_speaks_too_much_holds_nothing_up(till: Till, fake_node: FakeNode):
    address = till.address()
    watcher = through(till, fake_node)

    def full(method, params, result):
        if method.startswith("eth_getBlockBy"):
            return {**result, "logsBloom": "0x" + "ff" * 256}
        return result

    fake_node.tamper = full
    till.pay(address, units=5)
    till.mine(1)
    till.watch(watcher)
    assert states(address) == [(5, "confirmed")]
    assert "eth_getBlockReceipts" in fake_node.asked


def test_a_catching_up_watcher_makes_smaller_bites_for_a_node_that_refuses(
    till: Till, fake_node: FakeNode
):
    address = till.address()
    watcher = through(till, fake_node)

    def small(method, params, result):
        if method != "eth_getLogs" or "fromBlock" not in params[0]:
            return result
        blocks = int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16)
        return RuntimeError("more than 10000 results") if blocks > 3 else result

    fake_node.tamper = small
    till.pay(address, units=5)
    till.mine(60)
    till.watch(watcher)
    assert states(address) == [(5, "final")]


# ------------------------------------------------------------------ how much it asks the database


def test_an_ordinary_block_costs_four_statements(till: Till):
    """Addresses, lease, cursor with its ring, what grew old; the transaction's own are left out."""
    till.address()
    till.watch()
    till.mine(1)
    with counted_queries(4):
        till.watcher.step()
    with counted_queries(0):
        till.watcher.step()


def pay_in_one_block(till: Till, shopper: Shopper, addresses: list) -> None:
    till.rpc.call("evm_setAutomine", [False])
    first = shopper.nonce()
    for place, address in enumerate(addresses):
        raw = shopper.sign_transfer(
            address.address, symbol="USDC", units=60_000_000, nonce=first + place
        )
        till.rpc.call("eth_sendRawTransaction", [raw])
    till.mine(1)
    till.rpc.call("evm_setAutomine", [True])


@pytest.mark.parametrize("count", [1, 12])
def test_a_block_with_many_deposits_costs_no_more_than_with_one(
    till: Till, shopper: Shopper, count: int
):
    addresses = [till.address() for _ in range(count)]
    shopper.get("USDC", count * 60_000_000)
    till.watch()
    pay_in_one_block(till, shopper, addresses)
    with counted_queries(7):
        till.watcher.step()
    assert Deposit.objects.count() == count
    till.mine(2)
    till.watcher.step()
    assert {state for address in addresses for _, state in states(address)} == {"confirmed"}


# ------------------------------------------------------------------ services and selectors


def terms(**changes) -> SaltTerms:
    facts = {
        "invoice_id": uuid7(),
        "payee": None,
        "settlement_token": None,
        "amount": 1,
        "lock_end": 1_800_000_000,
    }
    return SaltTerms(**{**facts, **changes})


def test_our_addresses_are_the_contracts(till: Till):
    usdc = bytes.fromhex(till.layout.token("USDC").address[2:])
    told = terms(payee=b"\x70" * 20, settlement_token=usdc, amount=2**200, lock_end=2**63)
    tuple_of_terms = (
        told.invoice_id.bytes.rjust(32, b"\0"),
        told.payee,
        told.settlement_token,
        told.amount,
        told.lock_end,
    )
    factory = till.layout.deposit_factory
    salt = till.rpc.call(
        "eth_call",
        [
            {
                "to": factory,
                "data": "0x"
                + call_data(
                    "invoiceSalt((bytes32,address,address,uint256,uint64))", tuple_of_terms
                ).hex(),
            },
            "latest",
        ],
    )
    assert salt == "0x" + terms_salt(told).hex()
    address = till.address()
    derived = till.rpc.call(
        "eth_call",
        [
            {
                "to": factory,
                "data": "0x" + call_data("depositAddress(bytes32)", bytes(address.salt)).hex(),
            },
            "latest",
        ],
    )
    assert derived[-40:] == bytes(address.address).hex()


def test_reserving_is_one_statement_and_may_be_repeated(till: Till):
    told = terms()
    now = datetime.now(UTC)
    factory = chains_for_mode("test")[0].factory

    def reserve(invoice_id, until):
        return deposit_address_reserve(
            shop_id=uuid7(),
            invoice_id=invoice_id,
            terms=told,
            watch_until=until,
            now=now,
            mode="test",
            factory=factory,
        )

    with counted_queries(1):
        first = reserve(told.invoice_id, now + timedelta(days=1))
    again = reserve(told.invoice_id, now + timedelta(days=2))
    assert (again.address, again.created_at) == (first.address, first.created_at)
    assert again.watch_until == now + timedelta(days=2)
    with pytest.raises(AddressTaken):
        reserve(uuid7(), now + timedelta(days=1))


def test_an_extended_invoice_is_polled_again(till: Till, shopper: Shopper):
    address = till.address()
    till.watch()
    till.watcher.watched.polled.clear()
    later = datetime.now(UTC) + timedelta(days=3)
    deposit_address_extend(invoice_id=address.invoice_id, poll_until=later, watch_until=later)
    shopper.pay_by_contract(address.address, units=10**15)
    till.watch()
    assert [units for units, _ in states(address)] == [10**15]


def test_what_a_token_is_worth_decides_the_confirmations(till: Till):
    address = till.address()
    token_values_set(values_usd_e8={"ETH@31337": 3000 * 10**8}, now=datetime.now(UTC))
    till.restart()
    till.pay(address, units=10**16, symbol="ETH")
    till.pay(address, units=10**17, symbol="ETH")
    till.watch()
    assert [d.confirmations_needed for d in deposits(address)] == [1, 3]

    token_values_set(
        values_usd_e8={"ETH@31337": 3000 * 10**8}, now=datetime.now(UTC) - timedelta(hours=2)
    )
    till.restart()
    till.pay(address, units=10**15, symbol="ETH")
    till.watch()
    assert deposits(address)[-1].confirmations_needed == 3


def test_the_selectors_answer_what_rooms_above_ask(till: Till):
    address = till.address()
    till.pay(address, units=5)
    till.watch()
    with counted_queries(1):
        (deposit,) = deposits_for_invoice(address.invoice_id)
    assert deposit_for_update(deposit.id) == deposit
    (chain,) = chains_for_mode("test")
    assert (chain.id, chain.key) == (31337, "dev")
    assert chains_for_mode("live") == tokens_for_mode("live") == []
    tokens = {token.symbol: token for token in tokens_for_mode("test")}
    assert tokens["ETH"].address is None
    assert tokens["USDC"].asset.decimals == 6
    latest = till.rpc.call("eth_getBlockByNumber", ["latest", False])
    head_time = processed_head_time(31337)
    assert head_time is not None
    assert head_time.timestamp() == int(latest["timestamp"], 16)
    assert processed_head_time(1) is None
    assert unmatched_deposits() == []


# ------------------------------------------------------------------ chains_sync


def test_the_command_stores_what_is_configured(db, chain_entry, settings):
    settings.CHAINS = orjson.dumps([chain_entry]).decode()
    call_command("chains_sync", verbosity=0)
    call_command("chains_sync", verbosity=0)
    assert Chain.objects.get().enabled
    assert Token.objects.filter(kind="native").count() == 1
    settings.CHAINS = "[]"
    call_command("chains_sync", verbosity=0)
    assert not Chain.objects.get().enabled


@pytest.mark.parametrize(
    "change",
    [
        {"chain_id": 5},
        {"factory": {"code_hash": "0x" + "00" * 32}},
        {"factory": {"init_code_hash": "0x" + "00" * 32}},
        {"factory": {"address": "0x" + "11" * 20}},
        {"treasury": "0x" + "11" * 20},
        {"operator": "0x" + "11" * 20},
        {"rpc_urls": ["http://127.0.0.1:9"]},
        {"confirmations": [[5, 1]]},
        {"mode": "other"},
        {"tokens": "USDC with the wrong decimals"},
    ],
)
def test_a_chain_that_is_not_what_the_settings_say_is_refused(
    db, chain_entry, settings, devchain, change
):
    changed = dict(chain_entry)
    for name, value in change.items():
        changed[name] = {**changed[name], **value} if isinstance(value, dict) else value
    if "tokens" in change:
        usdc = devchain.token("USDC").address
        changed["tokens"] = [{"symbol": "USDC", "address": usdc, "decimals": 18}]
    settings.CHAINS = orjson.dumps([changed]).decode()
    with pytest.raises(CommandError):
        call_command("chains_sync", verbosity=0)
    assert not Chain.objects.filter(enabled=True).exists()


def test_a_token_never_becomes_another_contract(till: Till, chain_entry):
    tokens = [dict(token) for token in chain_entry["tokens"]]
    usdc = next(t for t in tokens if t["symbol"] == "USDC")
    dai = next(t for t in tokens if t["symbol"] == "DAI")
    usdc["address"], dai["address"] = dai["address"], usdc["address"]
    usdc["decimals"], dai["decimals"] = dai["decimals"], usdc["decimals"]
    with pytest.raises(ChainMismatch):
        sync(chain_entry, tokens=tokens)


def test_a_token_that_is_no_longer_named_is_watched_but_not_offered(till: Till, chain_entry):
    sync(chain_entry, tokens=[t for t in chain_entry["tokens"] if t["symbol"] != "DAI"])
    assert "DAI" not in {token.symbol for token in tokens_for_mode("test")}
    till.restart()
    address = till.address()
    till.pay(address, units=10**18, symbol="DAI")
    till.watch()
    assert deposits(address)[0].asset == "DAI@31337"


@pytest.mark.parametrize("text", ["{", '[{"chain_id": 1}]', "[1]"])
def test_settings_that_cannot_be_read_are_refused(settings, text: str):
    settings.CHAINS = text
    with pytest.raises(BadChainSettings):
        configured_chains()


def test_a_chain_that_was_never_synced_is_not_watched(till: Till):
    ProcessedHead.objects.all().delete()
    with pytest.raises(ChainMismatch):
        till.restart()
