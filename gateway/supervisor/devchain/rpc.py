"""JSON-RPC over HTTP, as little of it as provisioning needs: single calls and batches."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import httpx  # house: TW4 (a dev chain on loopback: nothing leaves the house)
import orjson

BATCH_CALLS = 100
"""Calls in one HTTP request at most."""


class RpcError(Exception):
    """A node answered with an error."""

    def __init__(self, *, method: str, code: int, message: str) -> None:
        super().__init__(f"{method}: {message} ({code})")
        self.method = method
        self.code = code
        self.message = message


class Rpc:
    """One node. Safe to share between threads as httpx's client is."""

    def __init__(self, *, url: str, timeout_seconds: float = 30.0) -> None:
        self.url = url
        # The dev chain is on loopback: a proxy from the environment must not get in between.
        self._http = httpx.Client(timeout=timeout_seconds, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def call(self, method: str, *params: object) -> Any:
        """The result of one call.

        Raises:
            RpcError: the node refused.
            httpx.HTTPError: the node did not answer.
        """
        answer = self._post(_request(1, method, params))
        return _result(method, answer)

    def batch(self, calls: Sequence[tuple[str, Sequence[object]]]) -> list[Any]:
        """The results of many calls, in their order. The first refusal is raised."""
        results: list[Any] = []
        for start in range(0, len(calls), BATCH_CALLS):
            part = calls[start : start + BATCH_CALLS]
            answers = self._post(
                [_request(i, method, params) for i, (method, params) in enumerate(part)]
            )
            by_id = {answer["id"]: answer for answer in answers}
            results += [_result(method, by_id[i]) for i, (method, _) in enumerate(part)]
        return results

    def integer(self, method: str, *params: object) -> int:
        """The result of a call that answers with a hexadecimal quantity."""
        return int(self.call(method, *params), 16)

    def wait_until_up(self, *, timeout_seconds: float) -> None:
        """Return once the node answers.

        Raises:
            TimeoutError: it did not within ``timeout_seconds``.
        """
        end = time.monotonic() + timeout_seconds
        while True:
            try:
                self.call("eth_chainId")
                return
            except httpx.HTTPError as error:
                if time.monotonic() > end:
                    raise TimeoutError(f"no node answers at {self.url}") from error
                time.sleep(0.02)

    def _post(self, body: object) -> Any:
        response = self._http.post(
            self.url, content=orjson.dumps(body), headers={"content-type": "application/json"}
        )
        response.raise_for_status()
        return orjson.loads(response.content)


def _request(number: int, method: str, params: Sequence[object]) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)}


def _result(method: str, answer: Any) -> Any:
    if "error" in answer:
        error = answer["error"]
        raise RpcError(method=method, code=error.get("code", 0), message=error.get("message", ""))
    return answer["result"]
