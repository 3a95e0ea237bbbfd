"""One attempt: the request that leaves the house, and what its answer means."""

import asyncio
import random
import time
from concurrent.futures import Executor
from typing import Final

import httpx
from django.utils import timezone

from gateway.events.errors import TillwayError
from gateway.outside.http import pinned_request
from gateway.outside.targets import resolve
from merchants.webhooks.queue import Claimed, Outcome
from merchants.webhooks.schedule import judge
from merchants.webhooks.signing import headers

TIMEOUT_SECONDS: Final = 15.0
SLOW_SECONDS: Final = 5.0
EXCERPT_BYTES: Final = 500


def client_make() -> httpx.AsyncClient:
    """Keeps no connection: a kept one is to an address, whatever name it was checked for."""
    return httpx.AsyncClient(
        follow_redirects=False,
        trust_env=False,
        timeout=TIMEOUT_SECONDS,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
    )


async def attempt(
    delivery: Claimed,
    *,
    client: httpx.AsyncClient,
    names: Executor,
    allow_loopback: bool,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Outcome:
    """Make one request and judge its answer. Never raises for what the other side does.

    Args:
        names: where names are looked up; a look-up can't be cancelled and holds its thread.
    """
    status: int | None = None
    answer_headers = httpx.Headers()
    excerpt = error = ""
    started = time.monotonic()
    try:
        async with asyncio.timeout(timeout_seconds):
            target = await asyncio.get_running_loop().run_in_executor(
                names, lambda: resolve(delivery.url, allow_loopback=allow_loopback)
            )
            request = pinned_request(
                client,
                target=target,
                method="POST",
                body=delivery.payload,
                headers=headers(
                    secrets_valid=delivery.secrets,
                    message_id=str(delivery.event_id),
                    timestamp=int(timezone.now().timestamp()),
                    body=delivery.payload,
                ),
            )
            response = await client.send(request, stream=True)
            status, answer_headers = response.status_code, response.headers
            try:
                excerpt = await _first_bytes(response)
            finally:
                await response.aclose()
    except TimeoutError:
        # A status without the rest of the answer is an answer all the same.
        error = "" if status is not None else f"No answer within {timeout_seconds:g} seconds."
    except TillwayError as refusal:
        error = refusal.message
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, OSError) as failure:
        error = "" if status is not None else f"{type(failure).__name__}: {failure}"[:300]
    seconds = time.monotonic() - started
    return Outcome(
        event_id=delivery.event_id,
        endpoint_id=delivery.endpoint_id,
        number=delivery.number,
        verdict=judge(
            status=status,
            response_headers=answer_headers,
            attempt=delivery.tries,
            now=timezone.now(),
            jitter=random.random(),  # noqa: S311 (spreads load; guards nothing)
        ),
        status=status,
        error=error,
        excerpt=excerpt,
        milliseconds=int(seconds * 1000),
        hung=seconds >= SLOW_SECONDS,
    )


async def _first_bytes(response: httpx.Response) -> str:
    kept = bytearray()
    async for chunk in response.aiter_raw():
        kept += chunk
        if len(kept) >= EXCERPT_BYTES:
            break
    # PostgreSQL's text can't hold NUL.
    return bytes(kept[:EXCERPT_BYTES]).decode("utf-8", "replace").replace("\0", "�")
