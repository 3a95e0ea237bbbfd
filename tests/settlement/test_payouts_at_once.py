"""Payouts that are asked for and sent at once: never more than there is."""

import threading

from django.db import connections

from gateway.events import relay
from gateway.settlement.selectors import free_float
from gateway.settlement.sending import payout_send
from tests.settlement.asking import balance, request, status
from tests.settlement.conftest import USDC, World


def test_payouts_racing_for_one_balance_never_draw_more_than_is_final(
    committed_world: World,
) -> None:
    world = committed_world
    world.paid(100)
    world.credited(1_000)
    relay.drain(limit=1000)
    outcomes = in_threads(6, lambda number: request(world, 40))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "Payout",
        "Payout",
        *["PayoutTooLarge"] * 4,
    ]
    assert balance(world) == (1_020, 80)


def test_one_key_used_at_once_is_one_payout(committed_world: World) -> None:
    world = committed_world
    world.paid(100)
    outcomes = in_threads(6, lambda number: request(world, 30, "once"))
    assert len({payout.id for payout in outcomes}) == 1
    assert balance(world) == (70, 30)


def test_workers_that_send_at_once_queue_one_transaction(committed_world: World) -> None:
    world = committed_world
    world.fund(1_000)
    world.paid(100)
    payouts = [request(world, 50), request(world, 50)]
    in_threads(
        6,
        lambda number: payout_send(payout_id=payouts[number % 2].id, now=world.now),
    )
    assert sorted(row.reference for row in world.queued()) == sorted(
        f"payout:{payout.id}" for payout in payouts
    )


def test_payouts_sent_at_once_do_not_promise_the_float_twice(committed_world: World) -> None:
    world = committed_world
    world.fund(1_000)
    # other tests that committed may have left some more in the float
    two_fifths = free_float(asset=USDC) * 2 // 5
    world.paid(4 * two_fifths)
    payouts = [request(world, two_fifths) for _ in range(4)]
    in_threads(4, lambda number: payout_send(payout_id=payouts[number].id, now=world.now))
    assert sorted(status(payout) for payout in payouts) == [
        *["awaiting_funds"] * 2,
        *["sending"] * 2,
    ]


def in_threads(count: int, work) -> list:
    start = threading.Barrier(count)
    outcomes: list = []

    def run(number: int) -> None:
        try:
            start.wait()
            outcomes.append(work(number))
        except Exception as error:
            outcomes.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
