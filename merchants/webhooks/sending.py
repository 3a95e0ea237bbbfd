"""One attempt: the request that leaves the house, and what its answer means."""

import random
import time
from collections.abc import Mapping
from typing import Final

from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.outside.async_http import GuardedClient
from merchants.webhooks.queue import Claimed, Outcome
from merchants.webhooks.styles import style_named

TIMEOUT_SECONDS: Final = 15.0
SLOW_SECONDS: Final = 5.0
EXCERPT_BYTES: Final = 500


async def attempt(
    delivery: Claimed,
    *,
    client: GuardedClient,
    allow_loopback: bool,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Outcome:
    """Make one request and judge its answer. Never raises for what the other side does."""
    style = style_named(delivery.style)
    body, sent_headers = style.message(delivery.sending)
    status: int | None = None
    answer_headers: Mapping[str, str] = {}
    excerpt = error = ""
    started = time.monotonic()
    try:
        answer = await client.request(
            method="POST",
            url=delivery.url,
            body=body,
            headers=sent_headers,
            timeout_seconds=timeout_seconds,
            max_answer_bytes=EXCERPT_BYTES,
            allow_loopback=allow_loopback,
        )
    except TillwayError as refusal:
        error = refusal.message
    else:
        status, answer_headers = answer.status, answer.headers
        # PostgreSQL's text can't hold NUL.
        excerpt = answer.body.decode("utf-8", "replace").replace("\0", "�")
    seconds = time.monotonic() - started
    return Outcome(
        event_id=delivery.event_id,
        endpoint_id=delivery.endpoint_id,
        number=delivery.number,
        verdict=style.judge(
            delivery.sending,
            status=status,
            response_headers=answer_headers,
            now=timezone.now(),
            jitter=random.random(),  # noqa: S311 (spreads load; guards nothing)
        ),
        status=status,
        error=error,
        excerpt=excerpt,
        milliseconds=int(seconds * 1000),
        hung=seconds >= SLOW_SECONDS,
    )
