"""Questions about scenarios, for the officers' pages and the command."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, Sum

from gateway.compliance.alerts.models import Alert
from gateway.compliance.scenarios.errors import BacktestUnknown, ScenarioUnknown
from gateway.compliance.scenarios.models import (
    Backtest,
    BacktestDay,
    ScenarioVersion,
    ShadowHit,
    WaitingObservation,
)
from gateway.compliance.scenarios.watching import ALERT_PREFIX

COUNTED_DAYS: Final = 30
SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """A scenario: its versions that stand, and what they said lately.

    Attributes:
        alerts: people were told of in the last thirty days, open or laid aside.
        hits: subjects and days that the version in shadow would have alerted about, likewise.
    """

    scenario: str
    live: ScenarioVersion | None
    shadow: ScenarioVersion | None
    draft: ScenarioVersion | None
    alerts: int
    hits: int


def scenarios_standing(*, mode: str, today: date) -> list[Standing]:
    """Every scenario by its name. Four queries."""
    since = today - timedelta(days=COUNTED_DAYS)
    rows = ScenarioVersion.objects.exclude(state="retired")
    by: dict[tuple[str, str], ScenarioVersion] = {(row.scenario, row.state): row for row in rows}
    names = ScenarioVersion.objects.order_by("scenario").values_list("scenario", flat=True)
    alerts = dict(
        Alert.objects.filter(kind__startswith=ALERT_PREFIX, mode=mode, raised_at__date__gte=since)
        .values_list("kind")
        .annotate(count=Count("id"))
    )
    hits = dict(
        ShadowHit.objects.filter(version__state="shadow", mode=mode, day__gte=since)
        .values_list("version__scenario")
        .annotate(count=Count("id"))
    )
    return [
        Standing(
            scenario=name,
            live=by.get((name, "live")),
            shadow=by.get((name, "shadow")),
            draft=by.get((name, "draft")),
            alerts=alerts.get(ALERT_PREFIX + name, 0),
            hits=hits.get(name, 0),
        )
        for name in dict.fromkeys(names)
    ]


def scenario_names() -> list[str]:
    """Of every scenario that there is or was, in order. One query."""
    names = ScenarioVersion.objects.order_by("scenario").values_list("scenario", flat=True)
    return list(names.distinct())


def version_to_begin_from(scenario: str, number: str = "") -> ScenarioVersion:
    """The one of that number; without one, the newest that stands, else the newest. One query.

    Raises:
        ScenarioUnknown
    """
    versions = versions_of(scenario)
    if number:
        found = [one for one in versions if str(one.number) == number]
        if not found:
            raise ScenarioUnknown
        return found[0]
    return next((one for one in versions if one.state != "retired"), versions[0])


def versions_of(scenario: str) -> list[ScenarioVersion]:
    """All, the newest first. One query.

    Raises:
        ScenarioUnknown: it has none.
    """
    rows = list(ScenarioVersion.objects.filter(scenario=scenario).order_by("-number"))
    if not rows:
        raise ScenarioUnknown
    return rows


def version_get(version_id: UUID) -> ScenarioVersion:
    """Raises ScenarioUnknown. One query."""
    version = ScenarioVersion.objects.filter(id=version_id).first()
    if version is None:
        raise ScenarioUnknown
    return version


def version_numbered(scenario: str, number: int) -> ScenarioVersion:
    """Raises ScenarioUnknown. One query."""
    version = ScenarioVersion.objects.filter(scenario=scenario, number=number).first()
    if version is None:
        raise ScenarioUnknown
    return version


def hits_of(version_ids: Collection[UUID], *, mode: str) -> dict[UUID, int]:
    """Of each version how often it would have alerted while it was in shadow. One query."""
    found = ShadowHit.objects.filter(version_id__in=list(version_ids), mode=mode)
    return dict(found.values_list("version_id").annotate(count=Count("id")))


def backtest_get(test_id: UUID) -> Backtest:
    """Raises BacktestUnknown. One query."""
    test = Backtest.objects.select_related("version").filter(id=test_id).first()
    if test is None:
        raise BacktestUnknown
    return test


def backtests_of(scenario: str) -> list[Backtest]:
    """The latest, the newest first. One query."""
    rows = Backtest.objects.filter(version__scenario=scenario).select_related("version")
    return list(rows.order_by("-id")[:SHOWN])


def days_of(test: Backtest) -> list[BacktestDay]:
    """The days on which it found something, in order. One query."""
    return list(BacktestDay.objects.filter(test=test).order_by("day"))


def sums_of(tests: Sequence[Backtest]) -> dict[UUID, dict[str, int]]:
    """Of each backtest what its days add up to. One query."""
    names = ("above", "below", "alerted", "confirmed", "dismissed")
    rows = (
        BacktestDay.objects.filter(test__in=tests)
        .values("test")
        .annotate(**{f"sum_{name}": Sum(name) for name in names})
    )
    return {
        row["test"]: {name: int(row[f"sum_{name}"]) for name in names}  # type: ignore[literal-required]
        for row in rows
    }


def waiting_count() -> int:
    """How many observations are still to be looked at. One query."""
    return WaitingObservation.objects.count()
