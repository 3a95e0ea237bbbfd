"""When an attempt that failed is made again, and what its answer means. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from gateway.outside.retry_after import retry_after_seconds

MINUTE: Final = 60
HOUR: Final = 3_600
RETRY_SECONDS: Final = (
    5,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
)
ATTEMPTS: Final = 1 + len(RETRY_SECONDS)
JITTER_SHARE: Final = 0.2
"""A receiver that comes back is not met by everything at the same second."""
RETRY_AFTER_LIMIT_SECONDS: Final = 24 * HOUR

WARN_AFTER: Final = timedelta(days=1)
"""Of an endpoint that accepted nothing for so long its people are told."""
DISABLE_AFTER: Final = timedelta(days=5)
"""An endpoint that accepted nothing for so long is switched off."""
LOG_KEPT: Final = timedelta(days=100)
"""How far back deliveries are known, and what happened can be sent again."""


class Result(StrEnum):
    SUCCEEDED = "succeeded"
    RETRY = "retry"
    GAVE_UP = "gave_up"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a delivery after an attempt; ``next_at`` only for a retry."""

    result: Result
    next_at: datetime | None = None


def judge(
    *,
    status: int | None,
    response_headers: Mapping[str, str],
    attempt: int,
    now: datetime,
    jitter: float,
) -> Verdict:
    """What the answer to attempt number ``attempt`` (1, 2, …) means.

    Only 2xx is success: a redirect is not followed and counts as failure. ``status`` is None
    when there was no answer. ``jitter`` is a random number from 0 to 1. A receiver may put the
    next attempt off with Retry-After, never bring it forward.
    """
    if status is not None and 200 <= status < 300:
        return Verdict(Result.SUCCEEDED)
    if status == 410:
        return Verdict(Result.GONE)
    if attempt >= ATTEMPTS:
        return Verdict(Result.GAVE_UP)
    seconds = RETRY_SECONDS[attempt - 1] * (1 + JITTER_SHARE * jitter)
    if status in (429, 502, 503, 504):
        asked = retry_after_seconds(response_headers.get("retry-after", ""), now=now)
        seconds = max(seconds, min(asked, RETRY_AFTER_LIMIT_SECONDS))
    return Verdict(Result.RETRY, now + timedelta(seconds=seconds))
