"""Celery entry points; beat calls them."""

import time
from typing import Final

from celery import shared_task
from django.utils import timezone

from gateway.compliance.scenarios import backtesting, versions, watching
from gateway.compliance.scenarios.models import ScenarioVersion

TURN_SECONDS: Final = 10
"""After so long a run looks at nobody further: the next run does."""


@shared_task
def watch_observations() -> int:
    """Every few seconds: whatever was newly observed. The first run ever loads the tables that
    come with the program."""
    if not ScenarioVersion.objects.exists():
        versions.shipped_load(now=timezone.now())
    until = time.monotonic() + TURN_SECONDS
    running = watching.running_versions()
    looked = 0
    while time.monotonic() < until:
        if watching.subject_watch(running=running, now=timezone.now()) is None:
            break
        looked += 1
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
