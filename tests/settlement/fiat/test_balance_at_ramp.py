"""A payout that is half told: what the ramp holds is compared with the books all the same."""

from gateway.ledger.accounts import bank
from gateway.settlement.reconciling.models import Difference, ReconciliationLine
from gateway.settlement.reconciling.running import reconcile
from tests.ramps.kit import RAMP
from tests.settlement.fiat.kit import Till
from tests.stripe_fake.faults import Fault


def look(till: Till) -> ReconciliationLine:
    run = reconcile(asked_by="test", now=till.place.now)
    return run.lines.get(account=str(bank(RAMP)), asset="EUR")


def test_a_transfer_whose_answer_was_lost_is_named(till: Till) -> None:
    assert look(till).state == "agrees"
    till.place.fake.faults.order(Fault.CUT_AFTER, on="POST /v1/transfers")
    payout = till.ask(10_000_000)
    till.turn()
    line = look(till)
    assert (line.state, line.items[0]["reference"]) == ("under_way", f"payout:{payout.id}")
    till.turn(3)
    assert look(till).state == "agrees", "it has left by the books, too"


def test_what_comes_back_of_a_payout_is_no_difference_before_it_is_booked(till: Till) -> None:
    till.ask(10_000_000)
    till.turn(3)
    assert look(till).state == "agrees"
    till.fails()
    till.place.fake.faults.order(Fault.CUT_AFTER, on=r"POST /v1/transfers/.*/reversals", times=2)
    states = []
    for _ in range(6):
        till.turn()
        states.append(look(till).state)
    assert set(states) == {"agrees", "under_way"} and states[-1] == "agrees"
    assert not Difference.objects.exists()
