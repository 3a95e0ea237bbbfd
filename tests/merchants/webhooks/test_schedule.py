"""When a failed attempt is made again."""

from datetime import UTC, datetime, timedelta

import pytest

from merchants.webhooks.catalogue import FILTERS, SHOP_EVENTS, wants
from merchants.webhooks.schedule import ATTEMPTS, RETRY_SECONDS, Result, judge

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def _judge(status: int | None, *, attempt: int = 1, jitter: float = 0.0, **headers: str):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return judge(status=status, response_headers=sent, attempt=attempt, now=NOW, jitter=jitter)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_only_2xx_is_success(status: int) -> None:
    assert _judge(status).result is Result.SUCCEEDED


@pytest.mark.parametrize("status", [None, 100, 199, 301, 302, 400, 404, 409, 500, 503, 600])
def test_everything_else_is_tried_again(status: int | None) -> None:
    assert _judge(status).result is Result.RETRY


def test_the_schedule_is_that_of_standard_webhooks_and_then_ends() -> None:
    waits = [_judge(500, attempt=n).next_at for n in range(1, ATTEMPTS)]
    assert [wait - NOW for wait in waits if wait] == [timedelta(seconds=s) for s in RETRY_SECONDS]
    assert RETRY_SECONDS[0] == 5
    assert RETRY_SECONDS[-1] == 24 * 3600
    assert _judge(500, attempt=ATTEMPTS).result is Result.GAVE_UP


def test_jitter_spreads_retries_and_never_brings_them_forward() -> None:
    assert _judge(500, attempt=2, jitter=1.0).next_at == NOW + timedelta(seconds=300 * 1.2)


def test_410_means_gone() -> None:
    assert _judge(410).result is Result.GONE


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("Tue, 24 Nov 2026 12:10:00 GMT", 600),
        ("1", 5),  # never sooner than our own schedule
        ("-5", 5),
        ("soon", 5),
        ("", 5),
        ("٣", 5),
        ("99999999999999", 24 * 3600),
        ("Tue, 24 Nov 2020 12:10:00 GMT", 5),
    ],
)
def test_retry_after_is_respected_within_reason(value: str, seconds: int) -> None:
    assert _judge(429, retry_after=value).next_at == NOW + timedelta(seconds=seconds)


def test_filters_choose_by_type_or_group() -> None:
    assert wants(["*"], "payout.sent")
    assert wants(["invoice.*"], "invoice.paid")
    assert wants(["invoice.paid"], "invoice.paid")
    assert not wants(["invoice.*"], "payout.sent")
    assert not wants(["invoice.paid"], "invoice.paid_late")
    assert not wants([], "invoice.paid")
    assert set(SHOP_EVENTS) < FILTERS
