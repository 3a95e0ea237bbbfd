"""Nodes that are down, slow, behind or lying: nothing is lost or made up."""

import time

import pytest

from gateway.chains.models import Deposit, ProcessedHead
from gateway.chains.selectors import (
    stalled_chains,
)
from gateway.chains.watching.watcher import Step
from tests.chains.watch_chain import FakeNode, Silence
from tests.chains.watch_kit import Seconds, Till, event_bodies, events_of, states


def honest(method, params, result):
    return result


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
