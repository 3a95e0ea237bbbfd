"""Raw JSON-RPC to a chain's node, for the paths where web3 is too slow.

The nodes are the operator's own configuration, so the guard against private targets
(``gateway.outside.http``) does not apply; `check --deploy` looks at their addresses instead.
"""

import time
from collections.abc import Sequence
from http.client import HTTPResponse
from itertools import count
from types import TracebackType
from typing import Any

import orjson

from gateway.outside.errors import NodeDown, NodeError, NodeMalformed
from gateway.outside.kept_connection import Failure, KeptConnection, parts

TIMEOUT_SECONDS = 10.0
SILENCES = 3
MAX_ANSWER_BYTES = 256 * 1024 * 1024

Call = tuple[str, Sequence[Any]]


class JsonRpc:
    """A connection to one node; used by one thread at a time.

    Args:
        timeout_seconds: of silence; a whole answer may take ``SILENCES`` times as long.
    """

    def __init__(self, url: str, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self.url = url
        self._ids = count(1)
        self._answer_seconds = SILENCES * timeout_seconds
        self._connection = KeptConnection(
            url, timeout_seconds=timeout_seconds, headers={"content-type": "application/json"}
        )

    def __enter__(self) -> "JsonRpc":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def call(self, method: str, params: Sequence[Any] = ()) -> Any:
        """The result of one call.

        Raises:
            NodeDown: no answer in time.
            NodeMalformed: the answer isn't JSON-RPC, or belongs to another request.
            NodeError: the node refused.
        """
        request_id = next(self._ids)
        answer = self._post(_request(request_id, method, params))
        return _result(answer, request_id)

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        """The results of several calls in one request, in their order. Raises like ``call``."""
        if not calls:
            return []
        requests = [_request(next(self._ids), method, params) for method, params in calls]
        answer = self._post(requests)
        if not isinstance(answer, list):
            _result(answer, None)  # a refusal of the whole batch
            raise NodeMalformed("A batch was answered by a single result.")
        by_id = {
            item["id"]: item
            for item in answer
            if isinstance(item, dict) and isinstance(item.get("id"), int)
        }
        results = []
        for request in requests:
            if request["id"] not in by_id:
                raise NodeMalformed("A batch was answered only in part.")
            results.append(_result(by_id[request["id"]], request["id"]))
        return results

    def call_bytes(self, method: str, params: Sequence[Any] = ()) -> bytes:
        """The node's whole answer unparsed, for callers that slice it themselves."""
        return self._send(_request(next(self._ids), method, params))

    def _post(self, payload: Any) -> Any:
        content = self._send(payload)
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise NodeMalformed from error

    def _send(self, payload: Any) -> bytes:
        until = time.monotonic() + self._answer_seconds
        try:
            with self._connection.posted(orjson.dumps(payload)) as response:
                if response.status >= 500 or response.status == 429:
                    raise NodeDown(f"The chain's node answers with status {response.status}.")
                return _content(response, until=until)
        except Failure as error:
            raise NodeDown(f"The chain's node does not answer: {type(error).__name__}.") from error


def _content(response: HTTPResponse, *, until: float) -> bytes:
    """The whole body, if it comes in time: a node that drips bytes must not keep a thread."""
    content: list[bytes] = []
    size = 0
    for part in parts(response):
        content.append(part)
        size += len(part)
        if size > MAX_ANSWER_BYTES:
            raise NodeMalformed("The chain's node answered more than we read.")
        if time.monotonic() > until:
            raise NodeDown("The chain's node answers too slowly.")
    return b"".join(content)


def _request(request_id: int, method: str, params: Sequence[Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": request_id, "method": method, "params": list(params)}


def _result(answer: Any, request_id: int | None) -> Any:
    if not isinstance(answer, dict):
        raise NodeMalformed
    error = answer.get("error")
    if error is not None:
        if not isinstance(error, dict) or not isinstance(error.get("code", 0), int):
            raise NodeMalformed
        raise NodeError(
            rpc_code=error.get("code", 0),
            rpc_message=str(error.get("message", ""))[:500],
            data=error.get("data"),
        )
    if "result" not in answer or (request_id is not None and answer.get("id") != request_id):
        raise NodeMalformed
    return answer["result"]
