"""What a push service's answer means, and how urgent a message is to it: RFC 8030. Pure."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from gateway.outside.retry_after import retry_after_seconds
from merchants.notices.rules import Rule

RETRIES: Final = tuple(timedelta(seconds=s) for s in (30, 120, 600, 1_800, 7_200))
SOON: Final = timedelta(hours=1)
"""A matter whose next people are told within this is one that a sleeping phone wakes up for."""


class Result(StrEnum):
    SENT = "sent"
    LATER = "later"
    GONE = "gone"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a push after an attempt.

    Attributes:
        next_at: of ``LATER`` alone.
        error: a code, empty when it was sent.
    """

    result: Result
    next_at: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a push service keeps a message for a device that sleeps, and whether it wakes it."""

    lifetime: timedelta
    urgency: str


def terms_of(rule: Rule | None, *, mode: str, over: bool) -> Terms:
    """Of a notice's message. What the next people are soon told of is no use to the first a day
    later; test money and what is over wake nobody.

    Args:
        rule: None of a trial.
    """
    if rule is None:
        return Terms(timedelta(minutes=5), "high")
    is_soon = len(rule.steps) > 1 and rule.steps[1].after <= SOON
    lifetime = timedelta(hours=4) if is_soon else timedelta(days=1)
    if over or mode == "test":
        return Terms(lifetime, "low")
    return Terms(lifetime, "high" if is_soon else "normal")


def topic_of(matter: UUID) -> str:
    """Under which a push service replaces what it has not delivered yet: 32 characters of
    base64url at most (RFC 8030 §5.4)."""
    return urlsafe_b64encode(matter.bytes).rstrip(b"=").decode()


def judge(
    *,
    status: int | None,
    response_headers: Mapping[str, str],
    attempt: int,
    now: datetime,
    until: datetime,
) -> Verdict:
    """What the answer to attempt number ``attempt`` (1, 2, …) means.

    A service may put the next attempt off with Retry-After, never bring it forward. What would come
    after ``until``, when the message is of no use any more, is given up.

    Args:
        status: None when there was no answer.
    """
    if status is not None and 200 <= status < 300:
        return Verdict(Result.SENT)
    if status in (404, 410):
        return Verdict(Result.GONE, error=f"http_{status}")
    error = "no_answer" if status is None else f"http_{status}"
    may_pass = status is None or status == 429 or status >= 500
    if not may_pass or attempt > len(RETRIES):
        return Verdict(Result.REFUSED, error=error)
    asked = timedelta(seconds=retry_after_seconds(response_headers.get("retry-after", ""), now=now))
    next_at = now + max(RETRIES[attempt - 1], asked)
    if next_at >= until:
        return Verdict(Result.REFUSED, error=error)
    return Verdict(Result.LATER, next_at=next_at, error=error)
