"""The private way to a block: a relay that shows nothing to the public mempool.

It takes the same signed bytes as a node, by ``eth_sendRawTransaction``, or by
``eth_sendPrivateTransaction`` with ``[{"tx": …}]`` (Flashbots' RPC). Unlike the chain's nodes it
is somebody else's service, so its address is guarded like every target outside.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.chains.configuration import ChainSettings
from gateway.chains.errors import BadChainSettings
from gateway.chains.rpc_words import hex_of
from gateway.custody.policy import PURPOSE_NAMES
from gateway.outside import http
from gateway.outside.errors import NodeDown, NodeError, NodeMalformed, OutsideRefused
from gateway.outside.targets import check_url

METHODS = ("eth_sendRawTransaction", "eth_sendPrivateTransaction")
TIMEOUT_SECONDS = 5.0
CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """One chain's relay and what goes there.

    Attributes:
        seconds: by purpose, how long after its first signature the public mempool may have it;
            None: never.
        allow_loopback: on test chains a relay may be this machine's.
    """

    url: str
    method: str
    seconds: Mapping[str, int | None]
    allow_loopback: bool

    def takes(self, purpose: str) -> bool:
        return purpose in self.seconds

    def public_after(self, purpose: str) -> int | None:
        return self.seconds[purpose]

    def submit(self, raw: bytes, *, tx_hash: bytes) -> None:
        """Give it signed bytes; to do so again is harmless.

        Raises:
            NodeError: it refused them.
            NodeMalformed: it answered nonsense, or named another transaction.
            OutsideFailed, OutsideRefused: it could not be asked.
        """
        told = hex_of(raw)
        body = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": self.method,
            "params": [told] if self.method == METHODS[0] else [{"tx": told}],
        }
        answer = http.request(
            method="POST",
            url=self.url,
            body=orjson.dumps(body),
            headers={"content-type": "application/json"},
            timeout_seconds=TIMEOUT_SECONDS,
            allow_loopback=self.allow_loopback,
        )
        if answer.status >= 500 or answer.status == 429:
            raise NodeDown(f"The relay answers with status {answer.status}.")
        named = _result(answer.body)
        if named != hex_of(tx_hash):
            raise NodeMalformed(f"The relay names {str(named)[:80]!r}, another transaction.")


def relay_of(entry: ChainSettings) -> Relay | None:
    """The relay of a chain's settings."""
    told = entry.private_submit
    if told is None:
        return None
    return Relay(
        url=told.url,
        method=told.method,
        seconds=told.purposes,
        allow_loopback=entry.mode == "test",
    )


def check_relay(entry: ChainSettings) -> None:
    """Refuse settings of a relay that can't be meant. No network.

    Raises:
        BadChainSettings: with what is wrong.
    """
    told = entry.private_submit
    if told is None:
        return
    where = f"private_submit of {entry.key}"
    try:
        check_url(told.url, allow_loopback=entry.mode == "test")
    except OutsideRefused as refused:
        raise BadChainSettings(f"The url of {where}: {refused.message}") from refused
    if told.method not in METHODS:
        raise BadChainSettings(f"The method of {where} is none of {', '.join(METHODS)}.")
    for purpose, seconds in told.purposes.items():
        if purpose not in PURPOSE_NAMES - {CANCEL}:
            raise BadChainSettings(f"{where}: there is no purpose {purpose!r} to send privately.")
        if seconds is not None and seconds < 0:
            raise BadChainSettings(f"{where}: {purpose} needs seconds, or null for never.")


def _result(body: bytes) -> Any:
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise NodeMalformed("The relay answers nonsense.") from error
    if not isinstance(told, dict):
        raise NodeMalformed("The relay answers nonsense.")
    refusal = told.get("error")
    if refusal:
        message = refusal.get("message", "") if isinstance(refusal, dict) else refusal
        raise NodeError(rpc_code=0, rpc_message=str(message)[:300])
    return told.get("result")
