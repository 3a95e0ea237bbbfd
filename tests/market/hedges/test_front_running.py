"""An attacker orders a block around a hedge's swap."""

from typing import Any

import pytest

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.ledger import accounts
from gateway.market.hedges.models import Hedge, HedgeStep
from tests.market.execution.conftest import ETH
from tests.market.hedges.conftest import DOLLAR, ETHER, Hedging
from tests.market.sandwich import Attacker

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain-hedges")]

ETHER_IN_DOLLARS = 3_000


@pytest.fixture
def at_once(hedging: Hedging, settings: Any) -> Hedging:
    """The whole position goes in one slice: the most that one block can be attacked for."""
    settings.HEDGING = {"max_slices": 1}
    return hedging


def largest_swap(hedging: Hedging, ethers: int) -> OutgoingTransaction:
    """The desk is long; its routers have their leave, and its swaps wait to be mined."""
    hedging.take_in(ethers * ETHER, owed=ethers * ETHER_IN_DOLLARS * DOLLAR)
    for leave in hedging.turn():
        hedging.desk.send(leave)
    swaps = hedging.turn()
    step = HedgeStep.objects.filter(kind="swap").order_by("-units_in")[0]
    for swap in swaps:
        if swap.id != step.transaction_id:
            hedging.desk.send(swap)
    return OutgoingTransaction.objects.get(id=step.transaction_id)


def dollars(wei: int) -> float:
    return wei * ETHER_IN_DOLLARS / ETHER


@pytest.mark.parametrize("ethers", [5, 60, 200])
def test_the_strongest_sandwich_of_a_hedge_costs_no_more_than_its_floor(
    at_once: Hedging, ethers: int
) -> None:
    swap = largest_swap(at_once, ethers)
    attacker = Attacker(at_once.desk.till, swap, sells="WETH", buys="USDC")
    attack = attacker.sandwich(attacker.strongest())
    assert attack.passed
    at_once.desk.say(swap, attack.ours)

    step = HedgeStep.objects.get(transaction_id=swap.id)
    fair = step.units_in * ETHER_IN_DOLLARS * DOLLAR // ETHER
    taken = step.expected_units - step.bought_units
    print(
        f"\nhedge of {step.units_in / ETHER:.1f} WETH: fair ${fair / DOLLAR:,.0f},"
        f" unattacked {(step.expected_units - fair) / DOLLAR:+,.2f},"
        f" attacked {(step.bought_units - fair) / DOLLAR:+,.2f} USDC;"
        f" front-run {dollars(attack.front_units):,.0f}, attacker {dollars(attack.gain):+,.2f}"
    )
    assert step.status == "done"
    assert step.sold_units == step.units_in
    assert step.bought_units >= step.min_out_units
    assert 0 < taken * 100 <= step.expected_units + 99
    assert dollars(attack.gain) * DOLLAR <= taken
    if ethers == 5:
        assert attack.gain < 0
    at_once.books_agree()

    at_once.later()
    at_once.run()
    assert abs(at_once.position()) <= Hedge.objects.order_by("-id")[0].band_units
    at_once.books_agree()


def test_a_sandwich_beyond_the_floor_undoes_the_hedge_which_is_tried_again(
    at_once: Hedging,
) -> None:
    swap = largest_swap(at_once, 60)
    position = at_once.position()
    gas = at_once.desk.booked(accounts.gas(), ETH)
    attacker = Attacker(at_once.desk.till, swap, sells="WETH", buys="USDC")
    attack = attacker.sandwich(attacker.strongest() * 101 // 100)
    assert not attack.passed
    assert attack.gain < 0
    at_once.desk.say(swap, attack.ours)

    step = HedgeStep.objects.get(transaction_id=swap.id)
    assert (step.status, step.failure_code) == ("failed", "reverted")
    assert (step.sold_units, step.bought_units) == (0, 0)
    assert at_once.position() == position  # the inventory is what it was
    spent = int(attack.ours["gasUsed"], 16) * int(attack.ours["effectiveGasPrice"], 16)
    assert at_once.desk.booked(accounts.gas(), ETH) == gas + spent
    at_once.books_agree()

    at_once.later()
    at_once.run()
    hedge = Hedge.objects.order_by("-id")[0]
    assert (hedge.status, abs(at_once.position()) <= hedge.band_units) == ("done", True)
    at_once.books_agree()
