"""Try a version against history, subject by subject, in slices that each are kept."""

import time
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from gateway.compliance.scenarios.backtest_counting import SubjectTry, subject_try
from gateway.compliance.scenarios.errors import BandRefused, PeriodRefused
from gateway.compliance.scenarios.history import Onwards
from gateway.compliance.scenarios.judging import Judge, JudgingFailed
from gateway.compliance.scenarios.locks import version_for_update
from gateway.compliance.scenarios.models import MAX_BAND, Backtest, BacktestDay
from gateway.compliance.scenarios.tables import table_relaxed
from gateway.events.points import point

LONGEST: Final = timedelta(days=731)
SLICE_SUBJECTS: Final = 50
SLICE_SECONDS: Final = 5.0
"""After so long a slice is kept, and the next one is somebody's: nothing waits for a long test."""

SUBJECTS_SQL = """
SELECT subject FROM (
    SELECT target AS subject FROM compliance_scenarios_observationrow
     WHERE mode = %(mode)s AND at >= %(since)s AND at < %(until)s AND kind = ANY(%(kinds)s)
       AND target > %(after)s AND starts_with(target, %(prefix)s)
    UNION
    SELECT source FROM compliance_scenarios_observationrow
     WHERE mode = %(mode)s AND at >= %(since)s AND at < %(until)s AND kind = ANY(%(kinds)s)
       AND source > %(after)s AND starts_with(source, %(prefix)s)
) AS everybody
"""
COUNT_SQL: Final = f"SELECT count(*) FROM ({SUBJECTS_SQL}) AS counted"  # noqa: S608 (our own text)
NEXT_SQL: Final = f"{SUBJECTS_SQL} ORDER BY subject LIMIT {SLICE_SUBJECTS}"


@transaction.atomic
def backtest_ask(
    *,
    version_id: UUID,
    mode: str,
    since: datetime,
    until: datetime,
    band_percent: int,
    by: UUID | None,
    now: datetime,
) -> Backtest:
    """Have a version tried against what happened in a period; a task does it.

    Args:
        band_percent: how far under its lines still counts as nearly.

    Raises:
        ScenarioUnknown, PeriodRefused, BandRefused
    """
    version = version_for_update(version_id)
    if not since < until <= now + timedelta(days=1) or until - since > LONGEST:
        raise PeriodRefused
    if not 1 <= band_percent <= MAX_BAND:
        raise BandRefused
    return Backtest.objects.create(
        version=version,
        mode=mode,
        since=since,
        until=until,
        band_percent=band_percent,
        asked_by=by,
        asked_at=now,
    )


def backtests_continue(*, now: datetime) -> int:
    """One slice of the oldest test that nobody is at; how many subjects were looked at."""
    test = Backtest.objects.filter(state__in=("waiting", "running")).order_by("id").first()
    return backtest_continue(test_id=test.id, now=now) if test is not None else 0


@transaction.atomic
def backtest_continue(*, test_id: UUID, now: datetime) -> int:
    """The next slice of a test; 0 when it is over, or somebody is at it. What a slice found and how
    far it came are one transaction: if the process dies, the slice is done again and counts once.
    """
    test = (
        Backtest.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("version")
        .filter(id=test_id, state__in=("waiting", "running"))
        .first()
    )
    if test is None:
        return 0
    if test.subjects is None:
        test.state, test.subjects = "running", _count(test)
        test.save(update_fields=["state", "subjects"])
    found = _next(test)
    if not found:
        _end(test, "done", now=now)
        return 0
    try:
        looked = _slice(test, found)
    except JudgingFailed as failure:
        test.failure = str(failure)
        _end(test, "failed", now=now)
        return 0
    test.reached = looked[-1].subject
    test.done += len(looked)
    test.judged += sum(one.judged for one in looked)
    test.save(update_fields=["reached", "done", "judged"])
    _keep(test, looked)
    point("scenarios.backtested")
    return len(looked)


def _slice(test: Backtest, subjects: list[str]) -> list[SubjectTry]:
    table = test.version.table
    judge, nearly = Judge(table), Judge(table_relaxed(table, percent=test.band_percent))
    onwards = Onwards(test.mode)
    until = time.monotonic() + SLICE_SECONDS
    looked = []
    for subject in subjects:
        looked.append(subject_try(test, subject, judge=judge, nearly=nearly, onwards=onwards))
        if time.monotonic() > until:
            break
    return looked


def _keep(test: Backtest, looked: list[SubjectTry]) -> None:
    """Add what was found to its days. Two statements a day."""
    sums: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in looked:
        for day, counts in one.days.items():
            for name, number in counts.items():
                sums[day][name] += number
    for day, found in sorted(sums.items(), key=lambda pair: pair[0]):
        BacktestDay.objects.bulk_create([BacktestDay(test=test, day=day)], ignore_conflicts=True)
        changes = {name: F(name) + number for name, number in found.items()}
        BacktestDay.objects.filter(test=test, day=day).update(**changes)


def _end(test: Backtest, state: str, *, now: datetime) -> None:
    test.state, test.ended_at = state, now
    test.save(update_fields=["state", "ended_at", "failure"])


def _asked(test: Backtest) -> dict[str, Any]:
    return {
        "mode": test.mode,
        "since": test.since,
        "until": test.until,
        "kinds": list(test.version.table.triggers),
        "after": test.reached,
        "prefix": f"{test.version.subject}:",
    }


def _count(test: Backtest) -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT_SQL, _asked(test))
        return int(cursor.fetchone()[0])


def _next(test: Backtest) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(NEXT_SQL, _asked(test))
        return [subject for (subject,) in cursor.fetchall()]
