"""The market as the desk's pages show it: states, sources, chains. From a snapshot; no query."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.checkout.wording import asset_symbol
from gateway.market.errors import QuoteRefused
from gateway.market.models import DeskHalt, DeskState
from gateway.market.quoting.permits import marked_state
from gateway.market.quoting.pricing import value_of
from gateway.market.risk.states import RiskState
from gateway.market.risk.watch import EVERYTHING
from gateway.market.snapshots import AssetState, MarketSnapshot, Source
from merchants.dashboard.desk import figures
from merchants.dashboard.desk.wording import (
    measure_words,
    state_means,
    state_sign,
    trigger_word,
)
from merchants.dashboard.selectors import time_text

STALE_SNAPSHOT_MS = 15_000
"""A market process publishes about every second; a snapshot this old says that none does."""


@dataclass(frozen=True, slots=True)
class Clock:
    """When a page is drawn."""

    now: datetime

    @property
    def ms(self) -> int:
        return int(self.now.timestamp() * 1000)


def assets_of(snapshot: MarketSnapshot, *, mode: str) -> list[AssetState]:
    """The assets of a mode's chains, by chain and code."""
    return sorted(
        (
            state
            for state in snapshot.assets.values()
            if snapshot.chains[state.chain_id].simulated == (mode == "test")
        ),
        key=lambda state: (state.chain_id, state.code),
    )


def snapshot_line(snapshot: MarketSnapshot | None, *, clock: Clock) -> dict[str, Any]:
    """The snapshot's version and age, and whether somebody still publishes."""
    if snapshot is None:
        return {"missing": True, "stale": True}
    age = clock.ms - snapshot.at_ms
    return {
        "missing": False,
        "stale": age > STALE_SNAPSHOT_MS,
        "version": snapshot.version,
        "age": figures.duration(age),
    }


def state_now(snapshot: MarketSnapshot, state: AssetState, *, clock: Clock) -> RiskState:
    """The state that quotes obey now: one that nobody confirmed for too long is none."""
    silence = snapshot.policy.max_silence_ms
    return marked_state(state.risk, now_ms=clock.ms, max_silence_ms=silence)


def state_row(
    snapshot: MarketSnapshot,
    state: AssetState,
    *,
    kept: Mapping[str, DeskState],
    halts: Mapping[str, DeskHalt],
    clock: Clock,
) -> dict[str, Any]:
    """One asset's state of risk: why, measure against limit, since when, and its price."""
    halt = halts.get(state.code) or halts.get(EVERYTHING)
    # A person's word counts at once; the market process follows within a second.
    found = RiskState.HALT if halt else state_now(snapshot, state, clock=clock)
    sign, row = state_sign(found), kept.get(state.code)
    mark = state.risk
    trigger = mark.trigger if mark else ""
    since = datetime.fromtimestamp(mark.since_ms / 1000, clock.now.tzinfo) if mark else None
    if halt:
        trigger, since = "by_hand", halt.halted_at
    # What is published follows what is kept; the row has the measure where both speak of one thing.
    same = row is not None and mark is not None and row.state == mark.state
    return {
        "code": state.code,
        "symbol": asset_symbol(state.code),
        "chain_id": state.chain_id,
        "state": int(found),
        "tone": sign.tone,
        "icon": sign.icon,
        "word": sign.word,
        "means": state_means(found),
        "trigger": trigger_word(trigger) if trigger and found is not RiskState.NORMAL else "",
        "measure": measure_words(row.trigger, int(row.measure), int(row.limit))
        if row is not None and same and row.state == found and found is not RiskState.NORMAL
        else "",
        "since": time_text(since) if since else figures.NOTHING,
        "price": figures.price(state.value.price if state.value else None),
        "sources": state.value.sources if state.value else 0,
        "halt": halt.reason if halt else "",
        "halted_here": state.code in halts,
    }


def source_rows(
    sources: tuple[Source, ...], *, clock: Clock, fair: int = 0
) -> list[dict[str, Any]]:
    """The witnesses of a price: what each says, how old, how far from what was agreed."""
    return [
        {
            "name": source.name,
            "simulated": source.simulated,
            "price": figures.price(source.price),
            "average": figures.price(source.average),
            "age": figures.duration(clock.ms - source.at_ms),
            "limit": figures.duration(source.max_age_ms),
            "fresh": clock.ms - source.at_ms <= source.max_age_ms,
            "apart": figures.basis_points(
                (source.price - fair) * 1_000_000 // fair if fair else None, signed=True
            ),
        }
        for source in sorted(sources, key=lambda source: source.name)
    ]


def feed_rows(snapshot: MarketSnapshot, *, mode: str, clock: Clock) -> list[dict[str, Any]]:
    """Every witness of any price of the mode's assets and of currencies: how many, how old."""
    found: dict[str, list[Source]] = {}
    assets = assets_of(snapshot, mode=mode)
    told = [source for state in assets for source in state.sources]
    told += [source for sources in snapshot.currencies.values() for source in sources]
    for source in told:
        found.setdefault(source.name, []).append(source)
    rows = []
    for name, sources in sorted(found.items()):
        oldest = max(clock.ms - source.at_ms for source in sources)
        stale = sum(1 for source in sources if clock.ms - source.at_ms > source.max_age_ms)
        rows.append(
            {
                "name": name,
                "prices": len(sources),
                "age": figures.duration(oldest),
                "limit": figures.duration(min(source.max_age_ms for source in sources)),
                "stale": stale,
                "simulated": any(source.simulated for source in sources),
            }
        )
    return rows


def chain_rows(snapshot: MarketSnapshot, *, mode: str, clock: Clock) -> list[dict[str, Any]]:
    """The chains whose pools are read: block, age, gas price."""
    return [
        {
            "chain_id": chain.chain_id,
            "number": figures.count(chain.number),
            "age": figures.duration(clock.ms - chain.at_ms),
            "gas": figures.plain(chain.gas_price_wei, decimals=9),
            "pools": sum(1 for pool in snapshot.pools if pool.chain_id == chain.chain_id),
            "simulated": chain.simulated,
        }
        for chain in snapshot.chains.values()
        if chain.simulated == (mode == "test")
    ]


def fair_value_row(
    snapshot: MarketSnapshot, state: AssetState, *, clock: Clock
) -> dict[str, Any] | None:
    """The value agreed now, with what is open about it; None if there is none now."""
    try:
        value, oldest_ms = value_of(snapshot, state, now_ms=clock.ms)
    except QuoteRefused:
        return None
    return {
        "price": figures.price(value.price),
        "price_e18": value.price,
        "buy": figures.price(value.buy),
        "deviation": figures.basis_points(value.deviation_ppm),
        "apart": figures.basis_points(value.apart_ppm),
        "error": figures.basis_points(value.error_ppm),
        "oldest": figures.duration(oldest_ms),
        "sources": len(value.sources),
        "simulated": any(source.simulated for source in value.sources),
    }
