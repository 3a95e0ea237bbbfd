"""The chains and tokens a shop's mode offers, kept in memory: they change when chains are
configured, invoices are issued all day."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection

from gateway.chains.addresses import checksum
from gateway.chains.create2 import Factory
from gateway.chains.errors import AmbiguousFactory
from gateway.chains.selectors import ChainView, TokenView, chains_for_mode, tokens_for_mode
from gateway.invoices.quotebook import OfferedChain, OfferedToken

KEPT_SECONDS = 30.0
"""A chain switched off is offered at most this much longer by a running process."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What can be offered in one mode, and how an invoice's book writes it down."""

    chains: Mapping[int, ChainView]
    tokens: Mapping[str, TokenView]
    factory: Factory
    offered_chains: dict[int, OfferedChain]
    offered_tokens: Mapping[str, OfferedToken]


_kept: dict[tuple[str, str], tuple[float, Catalogue]] = {}


def catalogue(mode: str) -> Catalogue:
    """The catalogue of a mode. No query while it is fresh, otherwise two.

    Raises:
        AmbiguousFactory: the mode has no chain, or its chains differ in their factory.
    """
    # The database is part of the key: a process may be pointed at another one.
    key = (str(connection.settings_dict["NAME"]), mode)
    kept = _kept.get(key)
    if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]
    chains = {chain.id: chain for chain in chains_for_mode(mode)}
    factories = {chain.factory for chain in chains.values()}
    if len(factories) != 1:
        raise AmbiguousFactory
    tokens = {token.code: token for token in tokens_for_mode(mode)}
    fresh = Catalogue(
        chains=chains,
        tokens=tokens,
        factory=factories.pop(),
        offered_chains={
            chain.id: OfferedChain(name=chain.name, grace_seconds=chain.grace_seconds)
            for chain in chains.values()
        },
        offered_tokens={code: _offered(token) for code, token in tokens.items()},
    )
    _kept[key] = (time.monotonic(), fresh)
    return fresh


def _offered(token: TokenView) -> OfferedToken:
    return OfferedToken(
        symbol=token.symbol,
        decimals=token.decimals,
        chain_id=token.chain_id,
        address="" if token.address is None else checksum(token.address),
    )


def forget() -> None:
    """Read everything again at the next question."""
    _kept.clear()
