"""A process dies while it queues or books a hedge, and the hedge is sent and booked once."""

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.market.hedges.models import Hedge, HedgeStep
from tests.faults.in_process import Killed, killer, passing
from tests.market.hedges.conftest import DOLLAR, ETHER, Hedging

DEATHS = 5


def test_a_process_that_dies_as_it_queues_a_hedge_sends_it_once(hedging: Hedging) -> None:
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    died = 0
    with passing(killer("hedge.queued", times=DEATHS)):
        while True:
            try:
                hedging.run()
                break
            except Killed:
                died += 1
                hedging.restart()
                hedging.later()
    assert died == DEATHS
    _is_hedged_once(hedging)


def test_a_process_that_dies_as_it_books_a_hedge_books_it_once(hedging: Hedging) -> None:
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    queued = hedging.turn()
    died = 0
    with passing(killer("hedge.booked", times=DEATHS)):
        for outgoing in queued:
            receipt = hedging.desk.mine(outgoing)
            while True:
                try:
                    hedging.desk.say(outgoing, receipt)
                    break
                except Killed:
                    died += 1
    assert died == DEATHS
    hedging.later()
    hedging.run()
    _is_hedged_once(hedging)


def _is_hedged_once(hedging: Hedging) -> None:
    hedge = Hedge.objects.get()
    assert (hedge.status, hedge.sold_units) == ("done", 5 * ETHER)
    sent = OutgoingTransaction.objects.filter(reference__startswith="hedge:")
    assert sent.count() == HedgeStep.objects.count()
    assert hedging.position() == 0
    hedging.books_agree()
