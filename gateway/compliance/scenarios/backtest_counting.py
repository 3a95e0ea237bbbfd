"""One subject of a backtest: the alerts that would have begun, and those that nearly would."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from gateway.compliance.alerts.models import Alert
from gateway.compliance.scenarios.endings import CONFIRMED, DISMISSED, Ending, endings_of
from gateway.compliance.scenarios.features import Sweep
from gateway.compliance.scenarios.history import Onwards, history_of
from gateway.compliance.scenarios.judging import Judge
from gateway.compliance.scenarios.models import Backtest

A_DAY: Final = timedelta(days=1)
"""An alert that people got up to a day before counts as told: live, it may have come first."""


@dataclass(slots=True)
class SubjectTry:
    """What one subject comes to: counts by name for each day, and how often a table was asked."""

    subject: str
    judged: int = 0
    days: dict[date, dict[str, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )


def subject_try(
    test: Backtest, subject: str, *, judge: Judge, nearly: Judge, onwards: Onwards
) -> SubjectTry:
    """Sweep one subject's history of the period.

    An alert begins with the first moment that the table fits, and takes up whatever it fits in the
    days for which the table lets it rest. So does one that nearly began; and one that came to be an
    alert within those days is no near miss.
    """
    table = judge.table
    found = SubjectTry(subject)
    above: list[datetime] = []
    below: list[datetime] = []
    rest = timedelta(days=table.rest_days)
    sweep = Sweep(subject, wanted=table.wanted, onwards=onwards)
    history = history_of(
        mode=test.mode, subject=subject, since=test.since, until=test.until, wanted=table.wanted
    )
    for seen in history:
        sweep.observe(seen)
        if seen.at < test.since or seen.kind not in table.triggers or _rests(above, seen.at, rest):
            continue
        features = sweep.features(seen)
        found.judged += 1
        # Whatever the table fits the relaxed one fits as well: most are asked about once.
        if not nearly.judge(features).is_alert:
            continue
        found.judged += 1
        if judge.judge(features).is_alert:
            if _rests(below, seen.at, rest):
                below.pop()  # it was on its way here
            above.append(seen.at)
        elif not _rests(below, seen.at, rest):
            below.append(seen.at)
    _sum_up(found, test, above=above, below=below, rest=rest)
    return found


def _rests(begun: Sequence[datetime], at: datetime, rest: timedelta) -> bool:
    return bool(begun) and at < begun[-1] + rest


def _sum_up(
    found: SubjectTry,
    test: Backtest,
    *,
    above: Sequence[datetime],
    below: Sequence[datetime],
    rest: timedelta,
) -> None:
    for at in below:
        found.days[at.date()]["below"] += 1
    if not above:
        return
    alerts = Alert.objects.filter(mode=test.mode, about=found.subject)
    told = list(alerts.values_list("raised_at", flat=True))
    endings = endings_of(test.mode, [found.subject])
    for at in above:
        counts = found.days[at.date()]
        counts["above"] += 1
        if any(at - A_DAY <= moment < at + rest for moment in told):
            counts["alerted"] += 1
        ended = {one.disposition for one in endings if _touches(one, at, rest)}
        # Looked at more than once: that it was worth it once is what counts.
        if ended & CONFIRMED:
            counts["confirmed"] += 1
        elif ended & DISMISSED:
            counts["dismissed"] += 1


def _touches(ending: Ending, at: datetime, rest: timedelta) -> bool:
    """Whether a case's time and an alert's days meet."""
    return ending.opened_at < at + rest and at - A_DAY <= ending.last_alert_at
