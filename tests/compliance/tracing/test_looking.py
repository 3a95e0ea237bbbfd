"""What a real node tells of an address, and what becomes of one that can't or won't."""

import time
from typing import Any

import pytest

from gateway.compliance.tracing.looking import Told, look_up
from gateway.compliance.tracing.policy import TracePolicy
from tests.chains.watch_chain import FakeNode, Silence
from tests.compliance.tracing.flow_kit import POLICY, who
from tests.compliance.tracing.town import DOLLAR, Town


def looked(town: Town, name: str, *urls: str, policy: TracePolicy = POLICY, **more: Any) -> Told:
    return look_up(
        nodes=town.nodes(*urls),
        address=who(name),
        tokens={bytes.fromhex(town.layout.token("USDC").address[2:]): town.usdc},
        block_seconds=more.get("block_seconds", 1.0),
        policy=policy,
        worth=lambda asset, units: units,
        deadline=time.monotonic() + more.get("seconds", 20),
    )


def test_what_came_and_went_is_told_with_the_head_and_the_balance(town: Town) -> None:
    town.give("baker", 100)
    town.pay("baker", "miller", 30)
    town.pay("miller", "baker", 5)
    told = looked(town, "baker")
    assert [(one.sender, one.recipient, one.units // DOLLAR) for _, one in told.transfers] == [
        (bytes(20), who("baker"), 100),
        (who("baker"), who("miller"), 30),
        (who("miller"), who("baker"), 5),
    ]
    assert told.balances == {town.usdc: 75 * DOLLAR}
    head = town.rpc.call("eth_getBlockByNumber", ["latest", False])
    assert (told.last_block, told.head_hash.hex()) == (int(head["number"], 16), head["hash"][2:])
    assert (told.first_block, told.cut, told.failure) == (0, "", "")


def test_a_window_leaves_out_what_is_older_and_says_so(town: Town) -> None:
    town.give("baker", 100)
    for _ in range(5):
        town.rpc.call("evm_mine")
    town.pay("baker", "miller", 1)
    told = looked(town, "baker", policy=TracePolicy(version="t", window_seconds=3))
    assert [one.units // DOLLAR for _, one in told.transfers] == [1]
    assert told.cut == "window"
    assert told.first_block == told.last_block - 2
    assert told.balances == {town.usdc: 99 * DOLLAR}


def test_reading_stops_at_a_limit_with_the_newest_read(town: Town, monkeypatch: Any) -> None:
    monkeypatch.setattr("gateway.compliance.tracing.looking.FIRST_PAGE_BLOCKS", 1)
    monkeypatch.setattr("gateway.compliance.tracing.looking.MAX_PAGE_BLOCKS", 1)
    town.give("baker", 100)
    for dollars in (1, 2, 3):
        town.pay("baker", "miller", dollars)
    told = looked(town, "baker", policy=TracePolicy(version="t", max_transfers=2))
    assert sorted(one.units // DOLLAR for _, one in told.transfers) == [2, 3]
    assert told.cut == "transfers"


def test_an_address_that_pays_many_is_not_looked_at_further(town: Town) -> None:
    town.give("hub", 100)
    for number in range(3):
        town.pay("hub", f"customer{number}", 5)
    told = looked(town, "hub", policy=TracePolicy(version="t", fan_out_recipients=3))
    assert (told.is_busy, told.cut) == (True, "fan_out")
    crumbs = looked(
        town, "hub", policy=TracePolicy(version="t", fan_out_recipients=3, dust_micros=10 * DOLLAR)
    )
    assert not crumbs.is_busy


def test_a_page_that_is_too_much_for_the_node_is_halved(town: Town, fake_node: FakeNode) -> None:
    town.give("baker", 100)
    for _ in range(6):
        town.rpc.call("evm_mine")
    asked: list[int] = []

    def tamper(method: str, params: list[Any], result: Any) -> Any:
        if method != "eth_getLogs":
            return result
        blocks = int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16) + 1
        asked.append(blocks)
        return Exception("query returned more than 10000 results") if blocks > 8 else result

    fake_node.tamper = tamper
    told = looked(town, "baker", fake_node.url)
    assert [one.units // DOLLAR for _, one in told.transfers] == [100]
    assert told.failure == ""
    assert max(asked) > 8 >= min(asked)


@pytest.mark.parametrize(
    ("method", "what", "failure"),
    [
        ("eth_getLogs", Exception("pruned history unavailable"), "pruned"),
        ("eth_getLogs", Exception("internal error"), "node_failed"),
        ("eth_getLogs", None, "pruned"),
        ("eth_getLogs", {"not": "a list"}, "node_failed"),
        ("eth_getLogs", [{"topics": []}], "node_failed"),
        ("eth_getBlockByNumber", None, "pruned"),
        ("eth_chainId", "0x1", "node_failed"),
    ],
)
def test_a_node_that_prunes_or_fails_is_named_as_the_reason(
    town: Town, fake_node: FakeNode, method: str, what: Any, failure: str
) -> None:
    town.give("baker", 100)
    fake_node.tamper = lambda called, params, result: what if called == method else result
    told = looked(town, "baker", fake_node.url)
    assert told.failure == failure
    assert told.transfers == []


def test_a_dead_node_is_named_and_another_one_answers(town: Town, fake_node: FakeNode) -> None:
    town.give("baker", 100)

    def tamper(method: str, params: list[Any], result: Any) -> Any:
        raise Silence

    fake_node.tamper = tamper
    assert looked(town, "baker", fake_node.url).failure == "node_failed"
    # the head is asked of whichever is in use; a page goes to the next one
    assert looked(town, "baker", town.url, fake_node.url).failure == ""


def test_a_reorg_while_reading_leaves_nothing_that_fits_no_chain(
    town: Town, fake_node: FakeNode
) -> None:
    town.give("baker", 100)
    head = town.rpc.call("eth_blockNumber")

    def tamper(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getBlockByNumber" and params[0] == head:
            return {**result, "hash": "0x" + "ab" * 32}
        return result

    fake_node.tamper = tamper
    told = looked(town, "baker", fake_node.url)
    assert (told.failure, told.transfers) == ("node_failed", [])


def test_what_a_pruned_node_still_has_is_kept(
    town: Town, fake_node: FakeNode, monkeypatch: Any
) -> None:
    monkeypatch.setattr("gateway.compliance.tracing.looking.FIRST_PAGE_BLOCKS", 1)
    monkeypatch.setattr("gateway.compliance.tracing.looking.MAX_PAGE_BLOCKS", 1)
    town.give("baker", 100)
    town.pay("baker", "miller", 1)
    head = int(town.rpc.call("eth_blockNumber"), 16)

    def tamper(method: str, params: list[Any], result: Any) -> Any:
        is_old = method == "eth_getLogs" and int(params[0]["fromBlock"], 16) < head
        return Exception("History has been pruned") if is_old else result

    fake_node.tamper = tamper
    told = looked(town, "baker", fake_node.url)
    assert told.failure == "pruned"
    assert [one.units // DOLLAR for _, one in told.transfers] == [1]


def test_time_that_is_over_cuts_the_reading(town: Town) -> None:
    town.give("baker", 100)
    told = looked(town, "baker", seconds=-1)
    assert (told.cut, told.transfers) == ("time", [])
