"""Look at what was newly observed: live versions alert, versions in shadow are only counted."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from django.db import transaction
from django.db.models import F

from gateway.compliance.alerts.models import Alert
from gateway.compliance.alerts.services import alert_raise
from gateway.compliance.alerts.severities import Severity, is_more_severe
from gateway.compliance.scenarios.catalogue import Value
from gateway.compliance.scenarios.features import Sweep
from gateway.compliance.scenarios.history import Onwards, history_of
from gateway.compliance.scenarios.judging import Judge, Judgement, JudgingFailed, replay_part
from gateway.compliance.scenarios.models import (
    ObservationRow,
    ScenarioVersion,
    ShadowHit,
    WaitingObservation,
)
from gateway.compliance.scenarios.observed import Observation
from gateway.events.points import point

ALERT_PREFIX: Final = "scenario_"
RUNNING: Final = ("live", "shadow")
MAX_AT_ONCE: Final = 500
"""New observations of one subject that one pass looks at; more are the next pass's."""
_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Running:
    """A version that is asked now."""

    version: ScenarioVersion
    judge: Judge


class WatchingFailed(RuntimeError):
    """A table gave no answer about a subject; what it waits for still waits."""

    def __init__(self, *, mode: str, subject: str, problem: str) -> None:
        super().__init__(f"{subject}: {problem}")
        self.mode, self.subject, self.problem = mode, subject, problem


def alert_kind(scenario: str) -> str:
    return ALERT_PREFIX + scenario


def running_versions() -> list[Running]:
    """Those live and in shadow, compiled. One query."""
    rows = ScenarioVersion.objects.filter(state__in=RUNNING).order_by("scenario", "number")
    return [Running(row, Judge(row.table)) for row in rows]


@transaction.atomic
def subject_watch(
    *, running: list[Running], now: datetime, resting: Collection[str] = ()
) -> str | None:
    """Look at one subject's new observations; whose, or None if there is nothing to look at.

    Takes the one that waits longest and that nobody else is at. Alerts, counts and the end of the
    waiting are one transaction.

    Args:
        resting: subjects that are left for later.

    Raises:
        WatchingFailed
    """
    waiting_longest = WaitingObservation.objects.select_for_update(skip_locked=True)
    first = waiting_longest.exclude(subject__in=list(resting)).order_by("id").first()
    if first is None:
        return None
    mode, subject = first.mode, first.subject
    waiting = list(
        WaitingObservation.objects.select_for_update(skip_locked=True)
        .filter(mode=mode, subject=subject)
        .order_by("id")[:MAX_AT_ONCE]
    )
    asked = [one for one in running if subject.startswith(f"{one.version.subject}:")]
    if asked:
        new = {str(row.observation_id) for row in waiting}
        try:
            _sweep(mode, subject, new=new, asked=asked, now=now)
        except JudgingFailed as error:
            raise WatchingFailed(mode=mode, subject=subject, problem=str(error)) from error
    WaitingObservation.objects.filter(id__in=[row.id for row in waiting]).delete()
    point("scenarios.watched")
    return subject


def _sweep(mode: str, subject: str, *, new: set[str], asked: list[Running], now: datetime) -> None:
    moments = ObservationRow.objects.filter(id__in=new).values_list("at", flat=True)
    times = list(moments)
    wanted = frozenset().union(*(one.judge.table.wanted for one in asked))
    sweep = Sweep(subject, wanted=wanted, onwards=Onwards(mode))
    history = history_of(
        mode=mode, subject=subject, since=min(times), until=max(times) + _TICK, wanted=wanted
    )
    for seen in history:
        sweep.observe(seen)
        if seen.id not in new:
            continue
        heard = [one for one in asked if seen.kind in one.judge.table.triggers]
        if not heard:
            continue
        features = sweep.features(seen)
        for one in heard:
            judgement = one.judge.judge(features)
            if judgement.is_alert:
                _found(one, judgement, features, sweep=sweep, seen=seen, mode=mode, now=now)


def _found(
    one: Running,
    judgement: Judgement,
    features: Mapping[str, Value],
    *,
    sweep: Sweep,
    seen: Observation,
    mode: str,
    now: datetime,
) -> None:
    version = one.version
    if version.state == "shadow":
        _count(version, mode=mode, about=sweep.subject, seen=seen, severity=judgement.severity)
        return
    kind, severity = alert_kind(version.scenario), judgement.severity
    if _rests(kind, mode, sweep.subject, one, severity=severity, now=now):
        return
    alert_raise(
        kind=kind,
        about=sweep.subject,
        fingerprint=version.scenario,
        mode=mode,
        shop_id=_shop_of(sweep.subject),
        severity=cast(Severity, severity),  # none alerts nobody
        evidence={
            "scenario": version.scenario,
            "number": version.number,
            "sha256": one.judge.hash,
            "row": judgement.row,
            "reason": judgement.reason,
            "observation": seen.id,
            "kind": seen.kind,
            "at": seen.at,
            "features": {name: features[name] for name in one.judge.table.columns},
            "cycles": _cycles(sweep, one),
            "replay": replay_part(one.judge.table, features, judgement),
        },
        versions={version.scenario: f"{version.number} {one.judge.hash}"},
        now=now,
    )


@transaction.atomic
def failure_tell(failed: WatchingFailed, *, now: datetime) -> None:
    """Officers are told of whom nobody watches; counted in one alert while it is open."""
    alert_raise(
        kind="monitoring_failed",
        about=failed.subject,
        fingerprint="monitoring_failed",
        mode=failed.mode,
        shop_id=_shop_of(failed.subject),
        severity="high",
        evidence={"problem": failed.problem},
        versions={},
        now=now,
    )


def _rests(kind: str, mode: str, about: str, one: Running, *, severity: str, now: datetime) -> bool:
    """Whether people laid the same aside lately, and it is no worse. One query."""
    since = now - timedelta(days=one.judge.table.rest_days)
    laid = Alert.objects.filter(kind=kind, mode=mode, about=about, closed_at__gte=since)
    known = list(laid.values_list("severity", flat=True))
    return bool(known) and not all(is_more_severe(severity, before) for before in known)


def _count(
    version: ScenarioVersion, *, mode: str, about: str, seen: Observation, severity: str
) -> None:
    """A day's row, counted up, whoever else counts in it. Two statements."""
    day = {"version": version, "mode": mode, "about": about, "day": seen.at.date()}
    first = ShadowHit(**day, severity=severity, times=0)
    ShadowHit.objects.bulk_create([first], ignore_conflicts=True)
    ShadowHit.objects.filter(**day).update(times=F("times") + 1)


def _cycles(sweep: Sweep, one: Running) -> dict[str, Any]:
    """The hands that money went through, where a cycle was asked for."""
    return {
        name: {"path": list(found.path), "is_whole": found.is_whole}
        for name, found in sweep.cycles.items()
        if name in one.judge.table.columns
    }


def _shop_of(subject: str) -> UUID | None:
    kind, _, name = subject.partition(":")
    return UUID(name) if kind == "shop" else None
