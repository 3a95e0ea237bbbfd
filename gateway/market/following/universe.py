"""What the settings say is traded: chains, tokens and pools, in the market's words. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.chains.configuration import ChainSettings
from gateway.chains.errors import BadChainSettings
from gateway.market.building import ChainInfo, TokenInfo

DOLLAR = "USD"
# Uniswap's own, for settings that leave the spacing out.
SPACING_OF_FEE = {100: 1, 500: 10, 3000: 60, 10_000: 200}


@dataclass(frozen=True, slots=True)
class V2Spec:
    address: str
    token0: str
    token1: str
    code0: str
    code1: str
    fee_bps: int


@dataclass(frozen=True, slots=True)
class V3Spec:
    address: str
    token0: str
    token1: str
    code0: str
    code1: str
    fee_ppm: int
    tick_spacing: int


@dataclass(frozen=True, slots=True)
class Universe:
    """One chain's market: what is known of it before its node is asked."""

    info: ChainInfo
    v2: tuple[V2Spec, ...]
    v3: tuple[V3Spec, ...]


def universe_of(chain: ChainSettings) -> Universe:
    """The market of a chain. Pools of tokens that the chain doesn't list are left out.

    Raises:
        BadChainSettings: a pool lacks something.
    """
    native = TokenInfo(f"{chain.native.symbol}@{chain.chain_id}", chain.native.decimals)
    tokens = tuple(
        TokenInfo(f"{token.symbol}@{chain.chain_id}", token.decimals, token.peg or "")
        for token in chain.tokens
    )
    codes = {
        token.address.lower(): info.code for token, info in zip(chain.tokens, tokens, strict=True)
    }
    venues = chain.venues
    try:
        v2 = tuple(_v2(entry, codes) for entry in venues.get("v2", ()) if _known(entry, codes))
        v3 = tuple(_v3(entry, codes) for entry in venues.get("v3", ()) if _known(entry, codes))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadChainSettings(f"A venue of {chain.key} can't be read: {error!r}") from error
    blocks = max((int(tier[1] or 0) for tier in chain.confirmations), default=1)
    return Universe(
        info=ChainInfo(
            chain_id=chain.chain_id,
            native=native,
            tokens=tokens,
            anchor=next((token.code for token in tokens if token.peg == DOLLAR), ""),
            wrapped=codes.get(str(venues.get("weth", "")).lower(), ""),
            block_seconds=chain.block_seconds,
            confirm_seconds=round(blocks * chain.block_seconds),
            grace_seconds=chain.grace_seconds,
            simulated=chain.mode != "live",
        ),
        v2=v2,
        v3=v3,
    )


def _known(entry: Mapping[str, Any], codes: Mapping[str, str]) -> bool:
    return entry["token0"].lower() in codes and entry["token1"].lower() in codes


def _v2(entry: Mapping[str, Any], codes: Mapping[str, str]) -> V2Spec:
    token0, token1 = entry["token0"].lower(), entry["token1"].lower()
    return V2Spec(
        entry["pair"].lower(), token0, token1, codes[token0], codes[token1], int(entry["fee_bps"])
    )


def _v3(entry: Mapping[str, Any], codes: Mapping[str, str]) -> V3Spec:
    token0, token1, fee = entry["token0"].lower(), entry["token1"].lower(), int(entry["fee"])
    return V3Spec(
        entry["pool"].lower(),
        token0,
        token1,
        codes[token0],
        codes[token1],
        fee,
        int(entry.get("tick_spacing") or SPACING_OF_FEE[fee]),
    )
