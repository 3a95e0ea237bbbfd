"""What lies between snapshots: volatilities from agreed prices, flow from the pools' trades."""

from collections.abc import Iterable
from dataclasses import replace

from gateway.market.desk.flow import Flow, Toxicity, Trade
from gateway.market.desk.volatility import Volatility
from gateway.market.snapshots import AssetState, DeskPolicy, MarketSnapshot


class Memory:
    """What the publisher remembers of each asset."""

    def __init__(self, *, policy: DeskPolicy) -> None:
        self._policy = policy
        self._before: MarketSnapshot | None = None
        self._volatilities: dict[str, Volatility] = {}
        self._flows: dict[str, Flow] = {}
        self._toxicities: dict[str, Toxicity] = {}

    def start_from(self, before: MarketSnapshot | None) -> None:
        """Go on from what was published last; flow is our own and stays."""
        self._before = before
        self._volatilities.clear()

    def hear(self, trades: Iterable[Trade], *, now_ms: int) -> None:
        """Count what takers traded, oldest first. None was later than now, whatever a block says:
        flow would not be forgotten until that time had come."""
        for told in trades:
            trade = replace(told, at_ms=min(told.at_ms, now_ms))
            self._flows[trade.code] = self._flows.get(trade.code, Flow()).after(trade)
            self._toxicities[trade.code] = self._toxicities.get(trade.code, Toxicity()).after(trade)

    def learn(self, snapshot: MarketSnapshot) -> None:
        """Feed the agreed prices of a snapshot to the volatilities."""
        policy = self._policy
        for code, state in snapshot.assets.items():
            if state.value is None:
                continue
            price, known = state.value.price, self._volatilities.get(code)
            if known is None:
                initial_ppm = (
                    policy.initial_stable_volatility_ppm
                    if state.peg
                    else policy.initial_volatility_ppm
                )
                self._volatilities[code] = Volatility.starting(
                    annual_ppm=state.volatility_ppm or initial_ppm,
                    price=price,
                    at_ms=snapshot.at_ms,
                )
            else:
                self._volatilities[code] = known.after(price=price, at_ms=snapshot.at_ms)
        self._before = snapshot

    def volatilities_ppm(self) -> tuple[dict[str, int], dict[str, int]]:
        """A year's volatility by asset code, slow and fast; fast ones only where measured."""
        before = self._before.assets if self._before else {}
        slow = {code: state.volatility_ppm for code, state in before.items()}
        fast: dict[str, int] = {}
        for code, volatility in self._volatilities.items():
            state = before.get(code)
            if state is not None:
                low, high = self._bounds(state)
                slow[code] = volatility.annual_ppm(low=low, high=high)
                fast[code] = volatility.fast_annual_ppm(low=low, high=high)
        return slow, fast

    def imbalances_ppm(self, *, at_ms: int) -> dict[str, int]:
        return {code: flow.imbalance_ppm(at_ms=at_ms) for code, flow in self._flows.items()}

    def toxicities_ppm(self) -> dict[str, int]:
        return {code: each.vpin_ppm for code, each in self._toxicities.items()}

    def _bounds(self, state: AssetState) -> tuple[int, int]:
        policy = self._policy
        low = policy.min_stable_volatility_ppm if state.peg else policy.min_volatility_ppm
        return low, policy.max_volatility_ppm
