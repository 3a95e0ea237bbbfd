"""Money leaves only for an address that the lists and a trace let it go to."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from gateway.chains.models import Chain
from gateway.compliance.alerts.models import Alert
from gateway.compliance.destinations.checking import Answer, Leaving, destination_check
from gateway.compliance.destinations.configuration import destination_policy
from gateway.compliance.destinations.errors import (
    DestinationNotWaiting,
    DestinationSettingsInvalid,
)
from gateway.compliance.destinations.models import DestinationRelease, DestinationVerdict
from gateway.compliance.destinations.policy import POLICY, STATES, State, goes
from gateway.compliance.destinations.releasing import destination_release_propose, release_agreed
from gateway.compliance.errors import ListsMissing
from gateway.compliance.services import list_load
from gateway.compliance.tracing.carrying import traces_carry
from gateway.compliance.tracing.labelling import labels_load
from gateway.compliance.tracing.models import TraceRequest
from gateway.compliance.tracing.transfers import MICROS
from gateway.events.models import Event
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from tests.chain_rows import make_chain
from tests.compliance.tracing.flow_kit import CHAIN, USDC, pay, who
from tests.compliance.tracing.tale import Tale

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
STOLEN = [pay(1, "thief", "shop", 900)]


@pytest.fixture
def chain(settings: Any) -> Chain:
    settings.DESTINATIONS = {"version": "test-1", "traced_modes": ["test", "live"]}
    return make_chain(now=NOW)


def listed(*names: str, now: datetime = NOW) -> None:
    lines = [f"0x{who(name).hex()}\n" for name in names]
    list_load(lines=lines, source="ofac", loaded_by="test", now=now, forced=True)


def leaving(dollars: int = 40, *, to: str = "shop", mode: str = "test") -> Leaving:
    return Leaving(
        chain_id=CHAIN,
        address=who(to),
        amount=Amount(dollars * MICROS, Asset(USDC, 6)),
        mode=mode,
        about=f"payout:{uuid4()}",
    )


def check(dollars: int = 40, *, now: datetime = NOW, **more: Any) -> Answer:
    with transaction.atomic():
        return destination_check(leaving=leaving(dollars, **more), now=now)


def traced(provider: Tale, *, now: datetime = NOW) -> int:
    return traces_carry(now=now + timedelta(seconds=1), provider=provider)


def test_an_address_is_traced_once_before_money_leaves_and_whoever_waits_hears_of_it(
    chain: Chain,
) -> None:
    listed("thief")
    assert check().state == "tracing"
    assert check().state == "tracing"
    assert TraceRequest.objects.count() == 1
    assert not DestinationVerdict.objects.exists()
    assert traced(paid_by_an_exchange()) == 1
    told = Event.objects.get(type="address.traced")
    assert told.body == {"chain_id": str(CHAIN), "address": f"0x{who('shop').hex()}"}
    answer = check()
    assert (answer.goes, answer.state) == (True, "clear")
    assert check().verdict == answer.verdict, "the same is not written twice"


def paid_by_an_exchange() -> Tale:
    """All of its money is known."""
    labels_load(
        lines=["address,category\n", f"0x{who('bank').hex()},exchange\n"],
        source="banks",
        now=NOW,
    )
    return Tale([pay(1, "bank", "shop", 900)])


def test_money_does_not_go_to_whom_a_listed_wallet_paid(chain: Chain) -> None:
    listed("thief")
    check()
    traced(Tale(STOLEN))
    answer = check()
    assert (answer.goes, answer.state) == (False, "high")
    assert answer.verdict is not None
    assert answer.verdict.reasons == ["listed_direct"]
    assert answer.verdict.wallet_verdict_id is not None
    alert = Alert.objects.get(kind="destination_waits")
    assert (alert.about, alert.severity) == (f"address:0x{who('shop').hex()}", "high")
    check()
    assert Alert.objects.get(kind="destination_waits").times == 2


def test_a_trace_that_was_cut_short_stops_large_money_and_lets_small_go(chain: Chain) -> None:
    listed("thief")
    check()
    traced(Tale([pay(1, "somebody", "shop", 900)]))
    small, large = check(2_999), check(3_000)
    assert (small.goes, small.state) == (True, "unknown")
    assert (large.goes, large.state) == (False, "unknown")
    assert Alert.objects.get(kind="destination_waits").severity == "medium"


def test_money_of_no_known_worth_waits_where_little_is_known(chain: Chain) -> None:
    assert not goes("unknown", value_micros=None, policy=POLICY)
    assert [state for state in STATES if goes(state, value_micros=1, policy=POLICY)] == [
        "clear",
        "review",
        "unknown",
    ]
    for state in STATES:
        most: State = state
        assert goes(most, value_micros=10**15, policy=POLICY) == (most in ("clear", "review"))


def test_a_listed_address_gets_nothing_whatever_its_trace_says_and_whoever_agrees(
    chain: Chain,
) -> None:
    listed("thief", "shop")
    answer = check()
    assert (answer.goes, answer.state) == (False, "listed")
    assert not TraceRequest.objects.exists()
    assert answer.verdict is not None
    with pytest.raises(DestinationNotWaiting):
        destination_release_propose(verdict_id=answer.verdict.id, by=uuid4(), reason="please")


def test_two_people_let_it_go_and_a_graver_reason_stops_it_again(chain: Chain) -> None:
    listed("thief")
    check()
    traced(Tale(STOLEN))
    stopped = check().verdict
    assert stopped is not None
    ada, bob = uuid4(), uuid4()
    act = destination_release_propose(verdict_id=stopped.id, by=ada, reason="it was robbed")
    assert not check().goes
    act.checker = bob
    release_agreed(act, NOW)
    assert check().goes
    assert Event.objects.filter(type="destination.released").count() == 1
    assert not check(now=NOW + timedelta(days=91)).goes
    listed("thief", "shop", now=NOW + timedelta(hours=1))
    assert check(now=NOW + timedelta(hours=1)).state == "listed"
    with pytest.raises(IntegrityError), transaction.atomic():
        DestinationRelease.objects.create(
            verdict=DestinationVerdict.objects.latest("given_at"),
            reason="x",
            proposed_by="user:a",
            approved_by="user:a",
            released_at=NOW,
        )


def test_a_changed_list_has_the_address_looked_at_again_before_money_leaves(chain: Chain) -> None:
    listed("thief")
    check()
    traced(Tale([pay(1, "robber", "shop", 900)]))
    assert check().state == "unknown"
    listed("thief", "robber", now=NOW + timedelta(hours=1))
    later = NOW + timedelta(hours=1, seconds=5)
    assert check(now=later).state == "tracing"
    traced(Tale([pay(1, "robber", "shop", 900)]), now=later)
    assert check(now=later).state == "high"


def test_a_trace_is_gone_by_for_a_day_and_a_failed_one_for_minutes(chain: Chain) -> None:
    listed("thief")
    check()
    for seconds in (1, 20, 100):  # it is tried again before it is called failed
        traced(Tale([], "node_failed"), now=NOW + timedelta(seconds=seconds))
    assert check(now=NOW + timedelta(minutes=3)).state == "unknown"
    assert check(now=NOW + timedelta(minutes=15)).state == "tracing"
    traced(Tale(STOLEN), now=NOW + timedelta(minutes=15))
    assert check(now=NOW + timedelta(hours=23)).state == "high"
    assert check(now=NOW + timedelta(hours=25)).state == "tracing"


def test_test_money_leaves_without_a_trace_but_never_for_a_listed_address(
    chain: Chain, settings: Any
) -> None:
    settings.DESTINATIONS = {}
    with pytest.raises(ListsMissing):
        check()
    listed("thief")
    assert check().goes
    assert not check(to="thief").goes
    assert check(mode="live").state == "tracing"


def test_a_verdict_by_a_list_nobody_checked_lately_says_so(chain: Chain, settings: Any) -> None:
    settings.DESTINATIONS = {}
    listed("thief")
    verdict = check(now=NOW + timedelta(hours=25)).verdict
    assert verdict is not None
    assert (verdict.stale, verdict.lists_checked_at) == (True, NOW)


def test_other_rules_name_a_version_of_their_own(settings: Any) -> None:
    settings.DESTINATIONS = {"unknown_wait_dollars": 10}
    with pytest.raises(DestinationSettingsInvalid):
        destination_policy()
    settings.DESTINATIONS = {"unknown_wait_dollars": 10, "version": "ours-1"}
    assert destination_policy().unknown_wait_micros == 10 * MICROS
    settings.DESTINATIONS = {"traced_modes": ["neither"], "version": "ours-1"}
    with pytest.raises(DestinationSettingsInvalid):
        destination_policy()
