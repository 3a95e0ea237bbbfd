"""A process may die at any step of a trace: nothing is lost, and nothing is done twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from gateway.compliance.alerts.models import Alert
from gateway.compliance.models import Hold
from gateway.compliance.selectors import verdict_states
from gateway.compliance.traced import on_hold_asked
from gateway.compliance.tracing.carrying import traces_carry
from gateway.compliance.tracing.models import LookUp, TraceInputs, WalletVerdict
from gateway.events.models import Event
from gateway.events.subscriptions import EventRecord
from tests.compliance.tracing.town import Town, list_of
from tests.faults.in_process import Killed, killer, passing

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("point", ["trace.asked", "trace.told", "trace.given"])
def test_a_process_that_dies_leaves_the_trace_to_the_next(
    town: Town, drain: Callable[[], int], point: str
) -> None:
    list_of(["thief"])
    town.give("thief", 500)
    town.pay("thief", "payer", 300)
    deposit = town.deposit("payer", 40)
    drain()
    now = datetime.now(UTC)
    with pytest.raises(Killed), passing(killer(point)):
        traces_carry(now=now)
    assert not WalletVerdict.objects.exists()
    assert not Alert.objects.exists()
    assert not TraceInputs.objects.exists()
    assert not Event.objects.filter(type__in=("wallet.traced", "trace.hold_asked")).exists()
    assert traces_carry(now=now) == 0  # it is the dead process's for a while
    looked_at = LookUp.objects.count()
    assert traces_carry(now=now + timedelta(seconds=200)) == 1
    if point != "trace.asked":
        assert LookUp.objects.count() == looked_at  # what was told is not asked for again
    drain()
    assert WalletVerdict.objects.get().state == "high"
    assert Alert.objects.get(kind="wallet_exposure").times == 1
    assert verdict_states([deposit.id]) == {deposit.id: "held"}


def test_a_process_that_dies_while_it_holds_has_held_nothing_and_the_next_one_does(
    town: Town, drain: Callable[[], int]
) -> None:
    list_of(["thief"])
    town.give("thief", 500)
    town.pay("thief", "payer", 300)
    deposit = town.deposit("payer", 40)
    drain()
    traces_carry(now=datetime.now(UTC))
    asked = Event.objects.get(type="trace.hold_asked")
    record = EventRecord(
        id=asked.id,
        type=asked.type,
        mode=asked.mode,
        shop_id=None,
        subject=asked.subject,
        sequence=asked.sequence,
        body=asked.body,
        occurred_at=asked.occurred_at,
    )
    with pytest.raises(Killed), passing(killer("trace.held")):
        on_hold_asked(record)
    assert verdict_states([deposit.id]) == {deposit.id: "clear"}
    on_hold_asked(record)
    on_hold_asked(record)
    drain()
    assert verdict_states([deposit.id]) == {deposit.id: "held"}
    assert Hold.objects.count() == 1
