"""Books and a real chain: what agrees, what is under way, and what nobody booked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gateway.events.models import Event
from gateway.ledger.accounts import AccountName
from gateway.ledger.selectors import balance
from gateway.market.execution.models import FillBatch
from gateway.money.assets import Asset
from gateway.settlement.reconciling.models import Difference
from gateway.settlement.reconciling.running import reconcile
from gateway.treasury.services import float_fund
from tests.settlement.reconciling.auditor import DEPOSITS, ETH, HOT, USDC, Auditor

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
