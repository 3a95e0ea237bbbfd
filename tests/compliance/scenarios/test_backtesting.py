"""A table tried against history: what it would have alerted, and nearly, and what came of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gateway.compliance.cases.models import Case
from gateway.compliance.scenarios import backtesting, selectors
from gateway.compliance.scenarios.backtesting import backtest_ask, backtest_continue
from gateway.compliance.scenarios.errors import BandRefused, PeriodRefused
from gateway.compliance.scenarios.models import Backtest, ScenarioVersion, ShadowHit
from gateway.compliance.scenarios.tasks import continue_backtests
from tests.compliance.cases.conftest import closed, raised
from tests.compliance.scenarios.kit import NOW, PAYER, address, kept, seen, written
from tests.compliance.scenarios.test_watching import running, watched
from tests.custody.approvals.conftest import ADA

pytestmark = pytest.mark.django_db
FIVE = {"rows": [([">= 5"], "medium")]}
"""With a band of a fifth, four is near."""


def asked(version: ScenarioVersion, *, days: int = 30, band: int = 20, **changes: Any) -> Backtest:
    return backtest_ask(
        **{
            "version_id": version.id,
            "mode": "test",
            "since": NOW - timedelta(days=days),
            "until": NOW + timedelta(hours=1),
            "band_percent": band,
            "by": ADA,
            "now": NOW,
            **changes,
        }
    )


def found(test: Backtest) -> dict[str, int]:
    continue_backtests()
    test.refresh_from_db()
    assert (test.state, test.failure) == ("done", "")
    assert test.done == test.subjects
    return selectors.sums_of([test]).get(test.id, {})


def paid(payer: str, times: int, *, days_ago: int = 0) -> None:
    for number in range(times):
        kept(seen(days_ago * 24 + number / 10, source=payer))


def test_alerts_and_near_misses_are_counted_by_the_day_on_which_they_begin() -> None:
    paid(address(1), 7, days_ago=3)
    paid(address(2), 4, days_ago=3)
    paid(address(3), 3, days_ago=3)
    paid(address(4), 5, days_ago=1)
    test = asked(written(**FIVE))
    assert found(test) == {
        "above": 2,
        "below": 1,
        "alerted": 0,
        "confirmed": 0,
        "dismissed": 0,
    }
    days = {day.day: (day.above, day.below) for day in selectors.days_of(test)}
    assert days == {
        (NOW - timedelta(days=3)).date(): (1, 1),
        (NOW - timedelta(days=1)).date(): (1, 0),
    }


def test_a_wider_band_finds_more_near_misses_and_no_more_alerts() -> None:
    for number, times in enumerate((2, 3, 4, 5), start=1):
        paid(address(number), times)
    version = written(**FIVE)
    narrow, wide = (found(asked(version, band=band)) for band in (20, 40))
    assert (narrow["above"], narrow["below"]) == (1, 1)
    assert (wide["above"], wide["below"]) == (1, 2)


def test_what_live_alerted_a_backtest_of_the_same_table_finds(drain: Callable[[], int]) -> None:
    version = running(**FIVE)
    for number in (1, 2, 3):
        paid(address(number), 5, days_ago=number)
    watched()
    assert found(asked(version))["above"] == 3


def test_it_tells_what_people_were_alerted_to_and_how_those_cases_ended(
    drain: Callable[[], int],
) -> None:
    ends = {1: "report", 2: "false_positive", 3: None, 4: None}
    for number in ends:
        paid(address(number), 5)
    for number, disposition in ends.items():
        if number == 4:
            continue
        alert = raised(about=address(number), now=NOW)
        drain()
        if disposition is not None:
            closed(Case.objects.get(gathered__alert=alert), disposition)
    sums = found(asked(written(**FIVE)))
    assert sums == {"above": 4, "below": 0, "alerted": 3, "confirmed": 1, "dismissed": 1}


def test_a_slice_at_a_time_comes_to_the_same_as_all_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(1, 8):
        paid(address(number), 3 + number % 3)
    version = written(**FIVE)
    whole = found(asked(version))
    monkeypatch.setattr(backtesting, "SLICE_SECONDS", -1.0)
    test = asked(version)
    steps = 0
    while backtest_continue(test_id=test.id, now=NOW):
        steps += 1
        test.refresh_from_db()
        assert (test.done, test.state) == (steps, "running")
    assert steps == 7
    assert found(test) == whole


def test_history_before_the_period_counts_for_what_happens_in_it_and_is_not_counted_itself() -> (
    None
):
    for hours in (26, 25, 24, 23, 1):
        kept(seen(hours))
    version = written(columns=["out_count_7d"], rows=[([">= 5"], "low")])
    assert found(asked(version, since=NOW - timedelta(hours=2)))["above"] == 1
    assert (
        found(asked(version, since=NOW - timedelta(hours=2), until=NOW - timedelta(hours=1.5)))
        == {}
    )


def test_trying_a_table_alerts_nobody_and_counts_no_shadow() -> None:
    from gateway.compliance.alerts.models import Alert

    paid(PAYER, 9)
    found(asked(written(**FIVE)))
    assert not Alert.objects.exists() and not ShadowHit.objects.exists()


def test_a_period_that_is_none_and_a_band_that_is_none_are_refused() -> None:
    version = written()
    with pytest.raises(PeriodRefused):
        asked(version, until=NOW - timedelta(days=31))
    with pytest.raises(PeriodRefused):
        asked(version, days=800)
    with pytest.raises(BandRefused):
        asked(version, band=0)
    with pytest.raises(BandRefused):
        asked(version, band=51)
