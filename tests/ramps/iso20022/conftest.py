"""A bank to try things on."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.conftest import Clock
from tests.ramps.iso20022.kit import BankPlace, ramp_setting


@pytest.fixture
def clock() -> Clock:
    """Begins now: handlers go by the real clock, and what they plan is to be due."""
    return Clock(timezone.now())


@pytest.fixture
def house(db: None, clock: Clock, settings: Any, tmp_path: Path) -> BankPlace:
    settings.RAMPS = [ramp_setting(outbox=str(tmp_path))]
    return BankPlace(clock, tmp_path)
