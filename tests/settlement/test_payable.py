"""What may be paid out: what is final, what a cap allows, what a reorg leaves."""

import pytest

from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.settlement.errors import NothingToPayOut, PayoutTooLarge
from tests.settlement.asking import balance, payable, request
from tests.settlement.conftest import World


def test_a_credit_is_payable_once_its_deposit_is_final(world: World) -> None:
    deposit_id = world.credited(100)
    relay.drain(limit=1000)
    assert (balance(world), payable(world)) == ((100, 0), 0)
    with pytest.raises(NothingToPayOut):
        request(world)
    world.final(deposit_id)
    relay.drain(limit=1000)
    assert payable(world) == 100


def test_a_deposit_may_be_final_before_it_is_credited(world: World) -> None:
    deposit_id = uuid7()
    world.final(deposit_id)
    relay.drain(limit=1000)
    world.credited(100, deposit_id=deposit_id)
    assert payable(world) == 0
    relay.drain(limit=1000)
    assert payable(world) == 100


def test_a_credit_that_nobody_was_told_of_yet_is_not_payable(world: World) -> None:
    world.paid(100)
    world.credited(50)
    assert payable(world) == 100
    with pytest.raises(PayoutTooLarge):
        request(world, 101)


def test_a_payout_leaves_what_is_not_final(world: World) -> None:
    world.paid(100)
    world.credited(50)
    relay.drain(limit=1000)
    request(world, 60)
    assert (balance(world), payable(world)) == ((90, 60), 40)
    request(world)
    assert (balance(world), payable(world)) == ((50, 100), 0)


def test_a_shop_with_an_at_risk_cap_may_draw_that_much_early(world: World) -> None:
    world.open_shop(terms={"at_risk_cap_units": 30})
    world.paid(100)
    world.credited(50)
    relay.drain(limit=1000)
    assert payable(world) == 130
    request(world)
    assert payable(world) == 0


def test_a_reorg_after_finality_takes_the_credit_back(world: World) -> None:
    first = world.paid(100)
    world.paid(70)
    world.say_deposit("deposit.orphaned", first)
    world.reversed(first, 100)
    relay.drain(limit=1000)
    assert (balance(world), payable(world)) == ((70, 0), 70)
    # …nor does what was final once make another credit payable before its time.
    world.credited(100)
    relay.drain(limit=1000)
    assert (balance(world), payable(world)) == ((170, 0), 70)


def test_a_deposit_that_comes_back_counts_again(world: World) -> None:
    deposit_id = world.paid(100)
    world.say_deposit("deposit.orphaned", deposit_id)
    world.reversed(deposit_id, 100)
    relay.drain(limit=1000)
    assert payable(world) == 0
    world.credited(100, deposit_id=deposit_id)
    world.final(deposit_id)
    relay.drain(limit=1000)
    assert payable(world) == 100


def test_a_shop_left_negative_draws_nothing(world: World) -> None:
    world.fund(1_000)
    first = world.paid(100)
    request(world)
    world.say_deposit("deposit.orphaned", first)
    world.reversed(first, 100)
    world.paid(40)
    assert (balance(world), payable(world)) == ((-60, 100), 0)
    with pytest.raises(NothingToPayOut):
        request(world)
