"""A process may die while it looks or tries: nothing is lost, and nothing counts twice."""

import pytest

from gateway.compliance.alerts.models import Alert
from gateway.compliance.scenarios import selectors
from gateway.compliance.scenarios.backtesting import backtest_continue
from gateway.compliance.scenarios.models import BacktestDay, WaitingObservation
from tests.compliance.scenarios.kit import NOW, address, kept, seen, written
from tests.compliance.scenarios.test_backtesting import FIVE, asked, found, paid
from tests.compliance.scenarios.test_watching import running, watched
from tests.faults.in_process import Killed, killer, passing

pytestmark = pytest.mark.django_db


def test_a_process_that_dies_while_it_looks_leaves_all_of_it_to_the_next() -> None:
    running()
    for hours in (3, 2, 1):
        kept(seen(hours))
    before = WaitingObservation.objects.count()
    with pytest.raises(Killed), passing(killer("scenarios.watched")):
        watched()
    assert not Alert.objects.exists()
    assert WaitingObservation.objects.count() == before
    watched()
    assert Alert.objects.get().times == 1


def test_a_process_that_dies_in_a_slice_has_counted_nothing_of_it() -> None:
    for number in (1, 2):
        paid(address(number), 5)
    test = asked(written(**FIVE))
    with pytest.raises(Killed), passing(killer("scenarios.backtested")):
        backtest_continue(test_id=test.id, now=NOW)
    assert not BacktestDay.objects.exists()
    assert found(test)["above"] == 2
    assert selectors.backtest_get(test.id).judged > 0
