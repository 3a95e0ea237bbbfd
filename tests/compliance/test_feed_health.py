"""A list that nobody could check warns before it is stale; stale, it refuses new invoices, and what
was paid already is judged by the last good version, which the verdict says."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance import screening, services, tasks
from gateway.compliance.feeds import feeds_health, feeds_watch
from gateway.compliance.freshness import freshness, state_of
from gateway.compliance.models import ListSource, Verdict
from gateway.compliance.selectors import feed_state
from gateway.events.models import Event
from merchants.notices.models import Notice
from tests.chain_rows import SHOPPER, make_chain, make_deposit

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOBODY = "0x" + "09" * 20


def load(*lines: str, source: str = "ofac", now: datetime = NOW) -> Any:
    return services.list_load(
        lines=lines or [NOBODY], source=source, loaded_by="test", now=now, forced=True
    )


def told(kind: str) -> int:
    return Event.objects.filter(type=kind, mode="live").count()


def states(now: datetime) -> dict[str, str]:
    return {health.source.name: health.state for health in feeds_health(now=now)}


@pytest.mark.django_db
def test_it_warns_once_before_it_is_stale_and_once_when_it_is() -> None:
    load()
    load(source="eu", now=NOW + 10 * HOUR)
    assert feeds_watch(now=NOW + 17 * HOUR) == []
    assert feeds_watch(now=NOW + 18 * HOUR) == ["ofac"]
    assert feeds_watch(now=NOW + 19 * HOUR) == []
    assert (told("list.ageing"), told("list.stale")) == (1, 0)
    late = NOW + 24 * HOUR + timedelta(seconds=1)
    assert states(late) == {"eu": "fresh", "ofac": "stale"}
    assert feeds_watch(now=late) == ["ofac"]
    assert feeds_watch(now=late + HOUR) == []
    assert (told("list.ageing"), told("list.stale")) == (1, 1)
    load(now=late + 2 * HOUR)
    assert told("list.checked") == 1
    assert states(late + 2 * HOUR)["ofac"] == "fresh"
    assert feeds_watch(now=late + 20 * HOUR) == ["eu", "ofac"]


@pytest.mark.django_db
def test_when_to_warn_is_a_setting(settings: Any) -> None:
    settings.LISTS_WARN_HOURS = 2
    load()
    assert feeds_watch(now=NOW + 2 * HOUR) == ["ofac"]


@pytest.mark.django_db
def test_nothing_to_tell_costs_one_query_and_locks_no_list() -> None:
    load()
    with CaptureQueriesContext(connection) as asked:
        feeds_watch(now=NOW + HOUR)
    assert len(asked) == 1


@pytest.mark.django_db
def test_a_list_that_was_never_loaded_is_missing_not_stale() -> None:
    ListSource.objects.create(name="un")
    assert states(NOW) == {"un": "missing"}
    assert feeds_watch(now=NOW) == []
    assert feed_state(now=NOW) == "missing"


@pytest.mark.django_db
def test_officers_are_told_and_told_that_it_is_over(drain: Callable[[], int]) -> None:
    load()
    feeds_watch(now=NOW + 18 * HOUR)
    drain()

    def open_kinds() -> set[str]:
        found = Notice.objects.filter(settled_at=None, mode="live")
        return set(found.values_list("kind", flat=True))

    assert open_kinds() == {"list_ageing"}
    feeds_watch(now=NOW + 25 * HOUR)
    drain()
    assert open_kinds() == {"list_stale"}
    load(now=NOW + 26 * HOUR)
    drain()
    assert open_kinds() == set()


@pytest.mark.django_db
def test_money_that_is_here_is_judged_by_the_last_good_version_and_the_verdict_says_so() -> None:
    make_chain(now=NOW)
    load()
    load(source="eu", now=NOW + 20 * HOUR)
    deposit = make_deposit(units=1, at=NOW)
    later = NOW + 30 * HOUR
    verdict = services.verdict_for_update(deposit_id=deposit.id, now=later)
    assert verdict is not None
    assert (verdict.state, verdict.stale, verdict.lists_checked_at) == ("clear", True, NOW)
    assert feed_state(now=later) == "stale"


@pytest.mark.django_db
def test_a_stale_list_still_holds_whom_it_named_last() -> None:
    make_chain(now=NOW)
    load("0x" + SHOPPER.hex())
    deposit = make_deposit(units=1, at=NOW)
    verdict = services.verdict_for_update(deposit_id=deposit.id, now=NOW + 48 * HOUR)
    assert verdict is not None
    assert (verdict.state, verdict.stale) == ("held", True)


@pytest.mark.django_db
def test_what_the_list_says_once_it_is_fetched_again_reaches_the_stale_verdict(
    drain: Callable[[], int],
) -> None:
    make_chain(now=NOW)
    load()
    drain()
    deposit = make_deposit(units=1, at=NOW)
    services.verdict_for_update(deposit_id=deposit.id, now=NOW + 30 * HOUR)
    load(NOBODY, "0x" + SHOPPER.hex(), now=NOW + 31 * HOUR)
    drain()
    verdicts = Verdict.objects.filter(deposit_id=deposit.id).order_by("id")
    assert [(verdict.state, verdict.stale) for verdict in verdicts] == [
        ("clear", True),
        ("held", True),  # by the wall clock, which the relay goes by, this list is stale again
    ]


@pytest.mark.django_db
def test_a_fresh_verdict_says_when_its_lists_were_checked() -> None:
    make_chain(now=NOW)
    load()
    deposit = make_deposit(units=1, at=NOW)
    verdict = screening.verdict_for_update(deposit_id=deposit.id, now=NOW + HOUR)
    assert verdict is not None
    assert (verdict.stale, verdict.lists_checked_at) == (False, NOW)


@pytest.mark.django_db
def test_the_sweep_looks_by_the_wall_clock() -> None:
    load(now=datetime.now(UTC) - 20 * HOUR)
    assert tasks.watch_lists() == 1


moments = st.datetimes(
    min_value=datetime(2026, 11, 1),  # noqa: DTZ001 (hypothesis adds the zone)
    max_value=datetime(2026, 11, 30),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(st.lists(moments, min_size=1), moments)
def test_lists_together_are_as_fresh_as_the_oldest(checks: list[datetime], now: datetime) -> None:
    found = freshness(checks, now=now)
    assert found.checked_at == min(checks)
    assert found.stale == any(freshness([one], now=now).stale for one in checks)
    assert freshness([*checks, None], now=now) == freshness([None], now=now)


@given(moments, moments)
def test_a_list_is_stale_exactly_when_what_rests_on_it_is(checked: datetime, now: datetime) -> None:
    state = state_of(has_version=True, checked_at=checked, warn_after=18 * HOUR, now=now)
    assert (state == "stale") == freshness([checked], now=now).stale
    if state == "ageing":
        assert 18 * HOUR <= now - checked <= 24 * HOUR
