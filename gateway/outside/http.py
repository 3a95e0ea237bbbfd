"""The one way out for requests whose target somebody else chose (webhooks, lists, callbacks)."""

import time
from dataclasses import dataclass

import httpx

from gateway.outside.deadlines import Deadline
from gateway.outside.errors import OutsideFailed
from gateway.outside.targets import Target, resolve
from gateway.outside.trust import trusted, trusted_as

TIMEOUT_SECONDS = 15.0
CUT_AFTER_SECONDS = 1.0
"""Past the timeout: what hangs by then hangs on purpose."""
MAX_ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: at most ``MAX_ANSWER_BYTES`` of the body are kept."""

    status: int
    headers: httpx.Headers
    body: bytes
    truncated: bool
    milliseconds: int


def request(
    *,
    method: str,
    url: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
    max_answer_bytes: int = MAX_ANSWER_BYTES,
    allow_loopback: bool = False,
    certificate: tuple[str, str] | None = None,
) -> Answer:
    """Send one request to a public target; redirects are answers, not instructions.

    Args:
        timeout_seconds: for the whole exchange, not for each byte: at the latest
            ``CUT_AFTER_SECONDS`` after it the connection is cut.
        certificate: files of the certificate that we come with, and of its key.

    Raises:
        OutsideRefused: the target may not be called.
        OutsideFailed: it can't be reached or did not answer in time.
    """
    target = resolve(url, allow_loopback=allow_loopback)
    started = time.monotonic()
    context = trusted_as(*certificate) if certificate else trusted()
    with (
        httpx.Client(
            verify=context, timeout=timeout_seconds, follow_redirects=False, trust_env=False
        ) as client,
        Deadline(timeout_seconds + CUT_AFTER_SECONDS) as deadline,
    ):
        outgoing = pinned_request(
            client, target=target, method=method, body=body, headers=headers or {}
        )
        outgoing.extensions["trace"] = deadline.trace
        try:
            response = client.send(outgoing, stream=True)
            try:
                kept, truncated = _read(
                    response, limit=max_answer_bytes, deadline=started + timeout_seconds
                )
            finally:
                response.close()
        except httpx.HTTPError as error:
            if deadline.is_over:
                raise _too_slow() from error
            raise OutsideFailed(f"{target.host} did not answer: {type(error).__name__}.") from error
        if deadline.is_over:
            raise _too_slow()  # an answer without a length ends where it is cut
    return Answer(
        status=response.status_code,
        headers=response.headers,
        body=kept,
        truncated=truncated,
        milliseconds=int((time.monotonic() - started) * 1000),
    )


def pinned_request(
    client: httpx.Client | httpx.AsyncClient,
    *,
    target: Target,
    method: str,
    body: bytes,
    headers: dict[str, str],
) -> httpx.Request:
    """A request that connects to the target's checked address under its original name."""
    scheme = httpx.URL(target.url).scheme
    address = f"[{target.address}]" if ":" in target.address else target.address
    default_port = 443 if scheme == "https" else 80
    host = target.host if target.port == default_port else f"{target.host}:{target.port}"
    return client.build_request(
        method,
        f"{scheme}://{address}:{target.port}{target.path}",
        content=body,
        headers={"host": host, "user-agent": "Tillway/1", **headers},
        extensions={"sni_hostname": target.host},
    )


def _read(response: httpx.Response, *, limit: int, deadline: float) -> tuple[bytes, bool]:
    kept = bytearray()
    for chunk in response.iter_raw():
        kept += chunk
        if len(kept) > limit:
            return bytes(kept[:limit]), True
        if time.monotonic() > deadline:
            raise _too_slow()
    return bytes(kept), False


def _too_slow() -> OutsideFailed:
    return OutsideFailed("The other side answered too slowly.", code="too_slow")
