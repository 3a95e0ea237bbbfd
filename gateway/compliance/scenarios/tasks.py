"""Celery entry points; beat calls them."""

import time
from typing import Final

import structlog
from celery import shared_task
from django.utils import timezone

from gateway.compliance.scenarios import backtesting, versions, watching
from gateway.compliance.scenarios.models import ScenarioVersion

log = structlog.get_logger(__name__)

TURN_SECONDS: Final = 10
"""After so long a run looks at nobody further: the next run does."""
LONG_SECONDS: Final = 0.5
REST_TIMES: Final = 20
"""Whose history takes long to go through rests for so many times as long, and is then looked at
for all that came meanwhile: the busiest shop costs a process a twentieth of its time at most."""
FAILED_SECONDS: Final = 300
"""A subject about which a table gave no answer is tried again after so long; others go on."""
_rests_until: Final[dict[str, float]] = {}


@shared_task
def watch_observations() -> int:
    """Every few seconds: whatever was newly observed. The first run ever loads the tables that
    come with the program."""
    if not ScenarioVersion.objects.exists():
        versions.shipped_load(now=timezone.now())
    until = time.monotonic() + TURN_SECONDS
    running = watching.running_versions()
    looked = 0
    while (began := time.monotonic()) < until:
        for rested in [one for one, rests in _rests_until.items() if rests <= began]:
            del _rests_until[rested]
        try:
            subject = watching.subject_watch(
                running=running, now=timezone.now(), resting=_rests_until.keys()
            )
        except watching.WatchingFailed as failed:
            log.exception("scenario_not_judged", subject=failed.subject)
            watching.failure_tell(failed, now=timezone.now())
            _rests_until[failed.subject] = time.monotonic() + FAILED_SECONDS
            continue
        if subject is None:
            break
        looked += 1
        took = time.monotonic() - began
        if took > LONG_SECONDS:
            _rests_until[subject] = time.monotonic() + REST_TIMES * took
    return looked


@shared_task
def continue_backtests() -> int:
    """Every few seconds: the next slices of what is being tried."""
    until = time.monotonic() + TURN_SECONDS
    looked = 0
    while time.monotonic() < until:
        found = backtesting.backtests_continue(now=timezone.now())
        if not found:
            break
        looked += found
    return looked
