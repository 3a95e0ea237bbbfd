"""An attacker orders a block around our sale: what it can take is bounded by our own floor."""

import pytest

from gateway.ledger import accounts
from gateway.ledger.checks import ledger_checks
from gateway.market.execution.models import FillBatch, FillRequest
from gateway.money.assets import Asset
from tests.market.execution.conftest import CHAIN_ID, ETH, USDC, Desk
from tests.market.sandwich import Attacker

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]

ETHER, DOLLAR = 10**18, 10**6
WETH = Asset(f"WETH@{CHAIN_ID}", 18)
ETHER_IN_DOLLARS = 3_000
"""What the feed says: the fair value that our floor comes from."""
DEPOSITS = accounts.custody_deposits(CHAIN_ID)


def dollars(wei: int) -> float:
    """What an amount of ether is worth at the feed's price."""
    return wei * ETHER_IN_DOLLARS / ETHER


@pytest.mark.parametrize("ethers", [5, 30, 100, 200])
def test_the_strongest_sandwich_that_our_floor_lets_pass_costs_a_hundredth_at_most(
    desk: Desk, ethers: int
) -> None:
    desk.credited("WETH", ethers * ETHER)
    desk.publish()
    (sale,) = desk.batch()
    batch = FillBatch.objects.get()
    attacker = Attacker(desk.till, sale, sells="WETH", buys="USDC")
    attack = attacker.sandwich(attacker.strongest())
    assert attack.passed
    desk.say(sale, attack.ours)

    batch.refresh_from_db()
    fair = ethers * ETHER_IN_DOLLARS * DOLLAR
    taken = batch.expected_out_units - batch.bought_units
    print(
        f"\nbatch of {ethers} WETH: fair ${fair / DOLLAR:,.0f},"
        f" unattacked {(batch.expected_out_units - fair) / DOLLAR:+,.2f},"
        f" attacked {(batch.bought_units - fair) / DOLLAR:+,.2f} USDC;"
        f" front-run {dollars(attack.front_units):,.0f}, attacker {dollars(attack.gain):+,.2f}"
    )
    # 1 % of what the pools gave when the sale was queued, and no unit more
    assert 0 < taken * 100 <= batch.expected_out_units + 99
    assert batch.bought_units >= batch.min_out_units
    # which is 1 % and the pool's own fee and slippage less than fair value
    assert (fair - batch.bought_units) * 100 <= fair + 100 * (fair - batch.expected_out_units)
    # what the attacker has more, we have less: the pool's providers got the rest
    assert dollars(attack.gain) * DOLLAR <= taken
    if ethers <= 30:
        assert attack.gain < 0  # the fees of moving the pool are more than it can take from us

    assert (batch.status, FillRequest.objects.get().status) == ("done", "filled")
    assert batch.sold_units == ethers * ETHER
    assert desk.booked(accounts.desk(), USDC) == DOLLAR - batch.bought_units
    desk.custody_agrees()
    assert ledger_checks() == []


def test_a_sandwich_beyond_our_floor_undoes_our_sale_which_is_tried_again(desk: Desk) -> None:
    desk.credited("WETH", 100 * ETHER)
    desk.publish()
    (sale,) = desk.batch()
    attacker = Attacker(desk.till, sale, sells="WETH", buys="USDC")
    attack = attacker.sandwich(attacker.strongest() * 101 // 100)
    print(f"\nbeyond the floor: attacker {dollars(attack.gain):+,.2f}, ours undone")
    assert not attack.passed
    assert attack.gain < 0  # it paid the pool's fee twice and found nobody to take it from
    desk.say(sale, attack.ours)

    request = FillRequest.objects.get()
    assert (request.status, request.last_error) == ("pending", "reverted")
    # nothing is lost but gas
    spent = int(attack.ours["gasUsed"], 16) * int(attack.ours["effectiveGasPrice"], 16)
    assert desk.booked(accounts.gas(), ETH) == spent
    assert desk.booked(DEPOSITS, WETH) == 100 * ETHER
    assert desk.booked(accounts.desk(), USDC) == DOLLAR
    desk.custody_agrees()
    assert ledger_checks() == []

    FillRequest.objects.update(not_before=desk.now())
    desk.publish()
    (again,) = desk.batch()
    desk.send(again)
    assert FillRequest.objects.get().status == "filled"
    assert desk.booked(DEPOSITS, WETH) == 0
    assert FillBatch.objects.get(status="done").sold_units == 100 * ETHER
    desk.custody_agrees()
    assert ledger_checks() == []
