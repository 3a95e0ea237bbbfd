"""The guarded way out for a process that keeps many requests in flight."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

import httpx

from gateway.outside.errors import OutsideFailed
from gateway.outside.http import MAX_ANSWER_BYTES, TIMEOUT_SECONDS, Answer, pinned_request
from gateway.outside.targets import resolve


class GuardedClient:
    """As ``gateway.outside.http.request``, for asyncio.

    Args:
        lookups: names that may be looked up at one time. A look-up can't be cancelled and holds
            its thread, so this is no smaller than the requests that are to be in flight.
    """

    def __init__(self, *, lookups: int) -> None:
        self._names = ThreadPoolExecutor(max_workers=lookups, thread_name_prefix="names")
        self._client = httpx.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            # No connection is kept: a kept one is to an address, whatever name it was checked for.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )

    async def __aenter__(self) -> "GuardedClient":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()
        self._names.shutdown(wait=False, cancel_futures=True)

    async def request(
        self,
        *,
        method: str,
        url: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
        allow_loopback: bool = False,
    ) -> Answer:
        """Send one request to a public target; redirects are answers, not instructions.

        An answer whose body stops coming is an answer all the same, and is marked truncated.

        Args:
            timeout_seconds: for the whole exchange, look-up included.

        Raises:
            OutsideRefused: the target may not be called.
            OutsideFailed: it can't be reached or did not answer in time.
        """
        started = time.monotonic()
        response: httpx.Response | None = None
        kept = bytearray()
        truncated = False
        try:
            async with asyncio.timeout(timeout_seconds):
                target = await asyncio.get_running_loop().run_in_executor(
                    self._names, lambda: resolve(url, allow_loopback=allow_loopback)
                )
                outgoing = pinned_request(
                    self._client, target=target, method=method, body=body, headers=headers or {}
                )
                response = await self._client.send(outgoing, stream=True)
                async for chunk in response.aiter_raw():
                    kept += chunk
                    if len(kept) > max_answer_bytes:
                        truncated = True
                        break
        except TimeoutError as error:
            if response is None:
                raise OutsideFailed(
                    f"No answer within {timeout_seconds:g} seconds.", code="too_slow"
                ) from error
            truncated = True
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            if response is None:
                raise OutsideFailed(f"No answer: {type(error).__name__}.") from error
            truncated = True
        finally:
            if response is not None:
                await response.aclose()
        return Answer(
            status=response.status_code,
            headers=response.headers,
            body=bytes(kept[:max_answer_bytes]),
            truncated=truncated,
            milliseconds=int((time.monotonic() - started) * 1000),
        )
