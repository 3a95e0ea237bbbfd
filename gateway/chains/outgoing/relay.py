"""The private way to a block: a relay that shows nothing to the public mempool.

It takes the same signed bytes as a node, by ``eth_sendRawTransaction``, or by
``eth_sendPrivateTransaction`` with ``[{"tx": …, "maxBlockNumber": …}]`` (Flashbots' RPC), signed
where it wants to know who asks. Unlike the chain's nodes it is somebody else's service, so its
address is guarded like every target outside.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from gateway.chains.addresses import parse_address
from gateway.chains.configuration import ChainSettings
from gateway.chains.errors import BadChainSettings
from gateway.chains.outgoing.relay_signature import HEADER, RelayKey
from gateway.chains.rpc_words import hex_of
from gateway.custody.policy_terms import PURPOSE_NAMES
from gateway.outside import http
from gateway.outside.errors import NodeDown, NodeError, NodeMalformed, OutsideRefused
from gateway.outside.targets import check_url
from gateway.settings.environment import Environment

METHODS = ("eth_sendRawTransaction", "eth_sendPrivateTransaction")
TIMEOUT_SECONDS = 5.0
CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """One chain's relay and what goes there.

    Attributes:
        blocks: by purpose, in how many blocks it may be missing before the public mempool may
            have it; None: never.
        allow_loopback: on test chains a relay may be this machine's.
        key: what requests are signed with; None: they aren't.
    """

    url: str
    method: str
    blocks: Mapping[str, int | None]
    allow_loopback: bool
    key: RelayKey | None = None

    def takes(self, purpose: str) -> bool:
        return purpose in self.blocks

    def last_block(self, purpose: str, *, since: int) -> int | None:
        """The last block that is its own to get it into; None: there is no last one."""
        blocks = self.blocks[purpose]
        return None if blocks is None else since + blocks

    def submit(self, raw: bytes, *, tx_hash: bytes, last_block: int | None) -> None:
        """Give it signed bytes; to do so again is harmless.

        Args:
            last_block: the last one that it should put them into, where it can be told.

        Raises:
            NodeError: it refused them.
            NodeMalformed: it answered nonsense, or named another transaction.
            OutsideFailed, OutsideRefused: it could not be asked.
        """
        told = hex_of(raw)
        private = {"tx": told} | ({} if last_block is None else {"maxBlockNumber": hex(last_block)})
        asked = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": self.method,
            "params": [told if self.method == METHODS[0] else private],
        }
        body = orjson.dumps(asked)
        headers = {"content-type": "application/json"}
        if self.key is not None:
            headers[HEADER] = self.key.header(body)
        answer = http.request(
            method="POST",
            url=self.url,
            body=body,
            headers=headers,
            timeout_seconds=TIMEOUT_SECONDS,
            allow_loopback=self.allow_loopback,
        )
        if answer.status >= 500 or answer.status == 429:
            raise NodeDown(f"The relay answers with status {answer.status}.")
        named = _result(answer.body)
        if named != hex_of(tx_hash):
            raise NodeMalformed(f"The relay names {str(named)[:80]!r}, another transaction.")


def relay_of(entry: ChainSettings) -> Relay | None:
    """The relay of a chain's settings.

    Raises:
        BadChainSettings: it wants signatures, and there is no key for them that may be used.
    """
    told = entry.private_submit
    if told is None:
        return None
    return Relay(
        url=told.url,
        method=told.method,
        blocks=told.purposes,
        allow_loopback=entry.mode == "test",
        key=_key_of(entry) if told.signed else None,
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
    for purpose, blocks in told.purposes.items():
        if purpose not in PURPOSE_NAMES - {CANCEL}:
            raise BadChainSettings(f"{where}: there is no purpose {purpose!r} to send privately.")
        if blocks is not None and blocks < 0:
            raise BadChainSettings(f"{where}: {purpose} needs blocks, or null for never.")


def _key_of(entry: ChainSettings) -> RelayKey:
    """The key that a chain's requests are signed with; out of the environment, never of settings,
    which any process prints when it fails."""
    name = "RELAY_KEY_" + re.sub("[^A-Z0-9]", "_", entry.key.upper())
    try:
        key = RelayKey.of_text(Environment().str(name, default=""))
    except ValueError as wrong:
        raise BadChainSettings(f"{name}, for private_submit of {entry.key}: {wrong}.") from None
    if key.address in map(parse_address, (entry.treasury, entry.operator_or_treasury)):
        raise BadChainSettings(f"{name} holds money: whoever asks a relay needs a key of its own.")
    return key


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
