"""What a reorg takes is taken back, and what it brings again is known again."""

import pytest

from gateway.chains.errors import FinalityBroken
from gateway.chains.models import Block, ProcessedHead
from gateway.chains.watching.watcher import Step
from tests.chains.watch_chain import Shopper
from tests.chains.watch_kit import Till, deposits, event_bodies, events_of, states


def reorg(till: Till, depth: int) -> None:
    till.rpc.call("anvil_reorg", [depth, []])


def test_a_payment_undone_by_a_reorg_is_taken_back_and_said(till: Till):
    address = till.address()
    till.watch()
    till.pay(address, units=12_000_000)
    till.watch()
    assert states(address) == [(12_000_000, "confirmed")]

    reorg(till, 1)
    till.watch()
    (deposit,) = deposits(address)
    assert (deposit.state, deposit.previous_state) == ("orphaned", "confirmed")
    subject = f"deposit:{deposit.id}"
    assert events_of(subject) == ["deposit.seen", "deposit.confirmed", "deposit.orphaned"]
    assert event_bodies(subject)[-1]["previous_state"] == "confirmed"
    (told,) = event_bodies("chain:31337")
    assert told["undone_blocks"] == 1
    assert told["orphaned_deposits"] == 1
    head = ProcessedHead.objects.get()
    latest = till.rpc.call("eth_getBlockByNumber", ["latest", False])
    assert "0x" + bytes(head.hash).hex() == latest["hash"]
    assert Block.objects.filter(number=head.number).count() == 1


def test_the_same_transfer_mined_again_keeps_its_first_time(till: Till, shopper: Shopper):
    address = till.address()
    shopper.get("USDC", 20_000_000)
    till.watch()
    raw = shopper.sign_transfer(address.address, symbol="USDC", units=20_000_000)
    shopper.send(raw)
    till.watch()
    (first,) = deposits(address)

    reorg(till, 1)
    till.watch()
    till.rpc.call("evm_increaseTime", [3600])
    till.mine(1)
    till.watch()
    shopper.send(raw)
    till.watch()

    orphaned, again = deposits(address)
    assert (orphaned.id, orphaned.state) == (first.id, "orphaned")
    assert again.state == "confirmed"
    assert again.block_time > first.block_time
    assert again.first_block_time == first.first_block_time
    assert again.remined_from_id == first.id
    body = event_bodies(f"deposit:{again.id}")[0]
    assert body["remined_from"] == str(first.id)


def test_a_reorg_and_the_payment_in_it_are_learnt_in_one_go(till: Till, shopper: Shopper):
    """The watcher may sleep through all of it."""
    address = till.address()
    shopper.get("USDC", 20_000_000)
    raw = shopper.sign_transfer(address.address, symbol="USDC", units=20_000_000)
    shopper.send(raw)
    till.watch()
    reorg(till, 1)
    shopper.send(raw)
    till.mine(2)
    till.watch()
    assert [state for _, state in states(address)] == ["orphaned", "confirmed"]


def test_a_chain_that_was_rolled_back_is_not_followed_without_evidence(till: Till):
    address = till.address()
    till.pay(address, units=12_000_000)
    till.watch()
    number = till.watcher.head.number
    till.rpc.call("anvil_rollback", [1])
    assert till.watcher.step() is Step.IDLE
    assert till.watcher.head.number == number
    assert states(address) == [(12_000_000, "confirmed")]

    till.rpc.call("evm_increaseTime", [60])
    till.mine(1)
    till.watch()
    assert states(address) == [(12_000_000, "orphaned")]
    assert till.watcher.head.number == till.head_number()


def test_a_block_that_comes_back_brings_its_deposits_back(till: Till, fake_node):
    """The chain switches to another branch and returns to the first."""
    address = till.address()
    till.watch()
    till.pay(address, units=12_000_000)
    till.watch()
    number = till.head_number()
    real = till.rpc.call("eth_getBlockByNumber", [hex(number), True])
    other = {**real, "hash": "0x" + "ee" * 32, "transactions": [], "logsBloom": "0x" + "00" * 256}

    def branch(method, params, result):
        if method == "eth_getLogs":
            return []
        return other if method.startswith("eth_getBlockBy") else result

    watcher = till.restart(urls=[fake_node.url])
    fake_node.tamper = branch
    till.watch(watcher)
    assert states(address) == [(12_000_000, "orphaned")]

    fake_node.tamper = lambda method, params, result: result
    till.watch(watcher)
    first, again = sorted(deposits(address), key=lambda deposit: deposit.id)
    assert (first.state, again.state) == ("orphaned", "confirmed")
    assert again.remined_from_id == first.id
    assert bytes(again.block_hash) == bytes(first.block_hash)
    assert events_of(f"deposit:{first.id}")[-1] == "deposit.orphaned"
    assert events_of(f"deposit:{again.id}") == ["deposit.seen", "deposit.confirmed"]

    fake_node.tamper = branch
    till.watch(watcher)
    fake_node.tamper = lambda method, params, result: result
    till.watch(watcher)
    *_, third = sorted(deposits(address), key=lambda deposit: deposit.id)
    assert (third.state, third.remined_from_id) == ("confirmed", again.id)
    assert third.first_block_time == first.first_block_time


def test_nothing_final_is_ever_undone_by_itself(till: Till):
    address = till.address()
    till.pay(address, units=12_000_000)
    till.mine(7)
    till.watch()
    assert states(address) == [(12_000_000, "final")]
    number = till.watcher.head.number

    reorg(till, 8)
    assert till.watcher.step() is Step.FAULT
    assert states(address) == [(12_000_000, "final")]
    assert till.watcher.head.number == number
    head = ProcessedHead.objects.get()
    assert (head.number, head.stall_reason) == (number, FinalityBroken.reason)
    assert events_of("chain:31337") == ["chain.stalled"]


def test_a_deep_reorg_without_final_deposits_is_followed(till: Till):
    till.mine(20)
    till.watch()
    reorg(till, 15)
    till.watch()
    assert till.watcher.head.number == till.head_number()


def test_a_chain_replaced_while_nobody_watched_is_taken_back_first(till: Till):
    address = till.address()
    till.pay(address, units=12_000_000)
    till.watch()
    reorg(till, 1)
    till.mine(30)
    till.restart()
    till.watch()
    assert states(address) == [(12_000_000, "orphaned")]
    assert till.watcher.head.number == till.head_number()


@pytest.mark.parametrize("depth", [1, 4])
def test_native_coin_is_undone_too(till: Till, depth: int):
    address = till.address()
    till.mine(5)
    till.watch()
    till.pay(address, units=10**15, symbol="ETH")
    till.mine(depth - 1)
    till.watch()
    reorg(till, depth)
    till.watch()
    assert [state for _, state in states(address)] == ["orphaned"]
