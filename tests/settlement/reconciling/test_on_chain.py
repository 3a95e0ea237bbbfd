"""Books and a real chain: what agrees, what is under way, and what nobody booked."""

import json
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from eth_hash.auto import keccak

from gateway.chains.models import Deposit
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events import relay
from gateway.events.errors import TillwayError
from gateway.events.models import Event
from gateway.ledger.accounts import AccountName
from gateway.ledger.deposits import post_deposit_confirmed
from gateway.ledger.selectors import balance
from gateway.market.execution.models import FillBatch
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.settlement.reconciling.models import Difference, ReconciliationRun
from gateway.settlement.reconciling.running import reconcile
from gateway.treasury.services import float_fund
from tests.chains.watch_chain import FakeNode
from tests.market.execution.conftest import CHAIN_ID
from tests.settlement.reconciling.auditor import DEPOSITS, ETH, HOT, THIEF, USDC, Auditor

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]


def test_a_house_at_rest_agrees_to_the_unit(auditor: Auditor) -> None:
    house = auditor.house
    house.credited("USDC", 2_000_000)
    house.desk.batch()
    house.tick(mine=8)
    house.pay_out()
    house.tick(mine=8)
    auditor.bury()
    run = auditor.look()
    assert set(auditor.states(run).values()) == {"agrees"}
    usdc = auditor.line(run, HOT, USDC)
    assert int(usdc.booked_units) == int(usdc.told_units) == house.desk.on_chain("USDC")
    assert usdc.block_number == house.desk.till.head_number() - 6
    assert not Difference.objects.exists()


def test_a_deposit_that_is_not_booked_yet_is_named_and_no_difference(auditor: Auditor) -> None:
    address = auditor.house.desk.pay(("USDC", 3_000_000))
    auditor.bury()
    run = auditor.look()
    assert auditor.off(run) == {}
    assert auditor.items(run, DEPOSITS, USDC) == [("not_booked_yet", 3_000_000)]
    (deposit,) = auditor.house.desk.deposits(address)
    assert auditor.line(run, DEPOSITS, USDC).items[0]["reference"] == f"deposit:{deposit.id}"


def test_a_deposit_booked_ahead_of_the_block_read_is_taken_off(auditor: Auditor) -> None:
    auditor.house.credited("USDC", 3_000_000)
    run = auditor.look()
    assert auditor.items(run, DEPOSITS, USDC) == [("booked_ahead", -3_000_000)]
    assert int(auditor.line(run, DEPOSITS, USDC).told_units) == 0


def test_a_sweep_under_way_is_named_on_both_of_its_accounts(auditor: Auditor) -> None:
    house = auditor.house
    house.credited("USDC", 2_000_000)
    auditor.bury()
    house.desk.batch()
    house.sender.tick()
    house.desk.till.mine(7)
    house.sender.tick()  # it is final for the sender, and nobody has booked it
    house.desk.till.watch()
    run = reconcile(asked_by="test", now=house.desk.now())
    assert FillBatch.objects.get().status == "queued"
    assert auditor.off(run) == {}
    assert auditor.items(run, DEPOSITS, USDC) == [("not_booked_yet", -2_000_000)]
    assert auditor.items(run, HOT, USDC) == [("not_booked_yet", 2_000_000)]
    [(kind, gas)] = auditor.items(run, HOT, ETH)
    assert kind == "not_booked_yet"
    assert gas < 0


def test_stolen_tokens_are_found_and_the_transaction_is_named(auditor: Auditor) -> None:
    auditor.give(10_000_000)
    auditor.bury()
    first = auditor.look()  # a gift, for now
    assert auditor.off(first) == {(HOT, USDC): 10_000_000}
    theft = auditor.steal(4_000_000)
    auditor.bury()
    run = auditor.look()
    off = auditor.off(run)
    assert off[HOT, USDC] == 6_000_000
    assert ("unknown_outgoing", theft, -4_000_000) in auditor.causes(HOT, USDC)
    # and its gas left the same account
    [(kind, found, wei)] = auditor.causes(HOT, ETH)
    assert (kind, found, wei) == ("unknown_outgoing", theft, off[HOT, ETH])
    assert wei < 0


def test_a_gift_is_named_and_once_booked_the_difference_closes_itself(auditor: Auditor) -> None:
    gift = auditor.give(1_000_000)
    auditor.bury()
    auditor.look()
    assert auditor.causes(HOT, USDC) == [("unknown_incoming", gift, 1_000_000)]
    auditor.look()
    assert Event.objects.filter(type="reconciliation.differed").count() == 1

    float_fund(asset=USDC, units=1_000_000, reference="found", now=auditor.house.desk.now())
    run = auditor.look()
    assert auditor.off(run) == {}
    difference = Difference.objects.get()
    assert (difference.status, difference.closed_by) == ("corrected", "books")
    booked = balance(account=AccountName(HOT), asset=Asset(USDC, 6)).units
    assert booked == auditor.house.desk.on_chain("USDC")


def test_an_entry_without_its_transfer_is_named(auditor: Auditor) -> None:
    auditor.bury()
    auditor.look()
    float_fund(asset=USDC, units=7_000_000, reference="never came", now=timezone.now())
    # while its block may still come it is doubtful, and no difference
    assert auditor.items(auditor.look(), HOT, USDC) == [("booked_by_hand", -7_000_000)]
    auditor.house.desk.till.rpc.call("evm_increaseTime", [600])
    auditor.bury()
    run = auditor.look(later=timedelta(seconds=600))
    assert auditor.off(run) == {(HOT, USDC): -7_000_000}
    assert auditor.causes(HOT, USDC) == [
        ("entry_without_transaction", "entry:funding:never came", -7_000_000)
    ]


def test_stolen_coin_is_found_in_its_block(auditor: Auditor) -> None:
    auditor.bury()
    auditor.look()
    auditor.bury(3)
    theft = auditor.send_with_key(to=THIEF, value=3 * 10**15)
    block = auditor.house.desk.till.head_number()
    auditor.bury()
    run = auditor.look()
    [(kind, found, wei)] = auditor.causes(HOT, ETH)
    assert (kind, found) == ("unknown_outgoing", theft)
    assert wei == auditor.off(run)[HOT, ETH] < -3 * 10**15
    assert Difference.objects.get().causes[0]["place"] == str(block)


def test_an_entry_that_never_came_is_named_once_it_is_late(auditor: Auditor) -> None:
    """A sweep is mined and final; whoever should book it is gone."""
    house = auditor.house
    house.credited("USDC", 2_000_000)
    auditor.bury()
    auditor.look()
    house.desk.batch()
    house.sender.tick()
    house.desk.till.mine(7)
    house.sender.tick()
    house.desk.till.watch()
    now = timezone.now()
    assert auditor.off(reconcile(asked_by="test", now=now)) == {}
    late = reconcile(asked_by="test", now=now + timedelta(seconds=601))
    off = auditor.off(late)
    assert (off[HOT, USDC], off[DEPOSITS, USDC]) == (2_000_000, -2_000_000)
    [(kind, found, units)] = auditor.causes(HOT, USDC)
    sent = OutgoingTransaction.objects.get(purpose="sweep")
    assert (kind, found, units) == (
        "missing_entry",
        "0x" + bytes(sent.mined_hash or b"").hex(),
        2_000_000,
    )
    relay.drain(limit=1000)  # it comes after all
    assert auditor.off(auditor.look(later=timedelta(seconds=700))) == {}
    assert {row.status for row in Difference.objects.all()} == {"corrected"}


def test_a_wrong_amount_is_said_of_its_entry(auditor: Auditor) -> None:
    house = auditor.house
    address = house.desk.pay(("USDC", 2_000_000))
    (deposit,) = house.desk.deposits(address)
    with transaction.atomic():
        post_deposit_confirmed(
            deposit_id=deposit.id,
            chain_id=CHAIN_ID,
            amount=Amount(2_000_500, Asset(USDC, 6)),
            now=timezone.now(),
        )
    auditor.bury()
    assert auditor.off(auditor.look()) == {(DEPOSITS, USDC): -500}
    assert auditor.causes(DEPOSITS, USDC) == [
        ("wrong_units", f"entry:deposit:{deposit.id}:confirmed", -500)
    ]


def test_a_token_whose_balance_moves_by_itself_is_said_to(auditor: Auditor) -> None:
    auditor.house.credited("USDC", 2_000_000)
    auditor.bury()
    auditor.look()
    till = auditor.house.desk.till
    (deposit,) = Deposit.objects.all()
    rebase(till, token=till.layout.token("USDC").address, of=bytes(deposit.address), by=-30)
    auditor.bury()
    assert auditor.off(auditor.look()) == {(DEPOSITS, USDC): -30}
    [(kind, found, units)] = auditor.causes(DEPOSITS, USDC)
    assert (kind, found, units) == (
        "balance_moved_by_itself",
        "0x" + bytes(deposit.address).hex(),
        -30,
    )


def test_a_reorg_of_a_deposit_is_no_difference(auditor: Auditor) -> None:
    house = auditor.house
    auditor.bury()
    house.desk.till.watch()
    house.credited("USDC", 2_000_000)
    house.desk.till.rpc.call("anvil_reorg", [4, []])
    house.desk.till.mine(2)
    house.desk.till.watch()
    for _ in range(3):
        run = reconcile(asked_by="test", now=timezone.now())
        assert auditor.off(run) == {}
        house.desk.till.mine(4)
        house.desk.till.watch()
        relay.drain(limit=1000)
    assert not Difference.objects.exists()


def test_a_block_that_is_replaced_while_it_is_read_is_not_compared(
    auditor: Auditor, fake_node: FakeNode, settings: Any
) -> None:
    auditor.bury()
    use_nodes(settings, auditor, [fake_node.url])
    asked: list[str] = []

    def replaced(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getBlockByNumber":
            asked.append(method)
            if len(asked) > 1:
                return {**result, "hash": "0x" + "77" * 32}
        return result

    fake_node.tamper = replaced
    assert reasons(auditor.look()) == {"reorganised"}
    assert not Difference.objects.exists()


@pytest.mark.parametrize("first", [True, False])
def test_a_node_that_lies_is_not_believed(
    auditor: Auditor, fake_node: FakeNode, settings: Any, first: bool
) -> None:
    """It hides a theft, or invents one: the other node says something else."""
    auditor.bury()
    auditor.look()

    def lie(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_call" and len(result) == 2 + 64 * len(house_addresses(auditor)):
            return "0x" + "01".rjust(64, "0") * len(house_addresses(auditor))
        return result

    fake_node.tamper = lie
    url = auditor.house.desk.till.url
    use_nodes(settings, auditor, [fake_node.url, url] if first else [url, fake_node.url])
    run = auditor.look()
    assert reasons(run) == {"nodes_disagree"}
    assert not Difference.objects.exists()


def test_a_node_that_is_down_is_never_taken_for_agreement(
    auditor: Auditor, fake_node: FakeNode, settings: Any
) -> None:
    auditor.bury()
    use_nodes(settings, auditor, [fake_node.url])
    fake_node.tamper = lambda method, params, result: Exception("header not found")
    assert reasons(auditor.look()) == {"node_error"}
    fake_node.close()
    assert reasons(auditor.look()) == {"node_down"}


def test_nothing_is_falsely_found_while_the_house_is_busy(auditor: Auditor) -> None:
    house = auditor.house
    house.desk.publish()
    for turn in range(4):
        house.credited("USDC", 1_500_000 + turn)
        auditor.look()
        if turn % 2:
            house.credited("WETH", 5 * 10**15)
            house.desk.publish()
        house.desk.batch()
        house.sender.tick()
        auditor.look()
        house.desk.till.mine(2)
        house.sender.tick()
        auditor.look()
        house.tick(mine=7)
        auditor.look()
        with suppress(TillwayError):
            house.pay_out()
        auditor.look()
        house.sender.tick()
        house.desk.till.mine(1)
        auditor.look()
    house.tick(mine=8)
    auditor.bury()
    last = auditor.look()
    assert not Difference.objects.exists(), auditor.off(last)
    assert set(auditor.states(last).values()) <= {"agrees", "under_way"}
    assert auditor.line(last, HOT, USDC).state == "agrees"


# ------------------------------------------------------------------ parts


def reasons(run: ReconciliationRun) -> set[str]:
    assert {line.state for line in run.lines.all()} == {"not_compared"}
    return {line.reason for line in run.lines.all()}


def use_nodes(settings: Any, auditor: Auditor, urls: list[str]) -> None:
    settings.CHAINS = json.dumps([{**auditor.house.desk.entry, "rpc_urls": urls}])


def house_addresses(auditor: Auditor) -> list[bytes]:
    return [bytes(auditor.house.desk.till.chain.treasury)]


def rebase(till: Any, *, token: str, of: bytes, by: int) -> None:
    """Change what a token says somebody holds, without a transfer: find its slot and write it."""
    data = "0x70a08231" + of.hex().rjust(64, "0")

    def held() -> int:
        return int(till.rpc.call("eth_call", [{"to": token, "data": data}, "latest"]), 16)

    before = held()
    for slot in range(40):
        key = "0x" + keccak(of.rjust(32, b"\0") + slot.to_bytes(32, "big")).hex()
        was = till.rpc.call("eth_getStorageAt", [token, key, "latest"])
        wanted = "0x" + (before + by).to_bytes(32, "big").hex()
        till.rpc.call("anvil_setStorageAt", [token, key, wanted])
        if held() == before + by:
            return
        till.rpc.call("anvil_setStorageAt", [token, key, was])
    raise AssertionError("no slot of balances found")
