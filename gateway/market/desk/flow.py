"""What recent trades say of the next ones: order-flow imbalance, and VPIN.

Statistics, and floating-point as such; what a quote reads is an integer of millionths. Both start
at nothing known, which is charged as nothing.
"""

from dataclasses import dataclass, replace
from math import exp, log

from gateway.market.desk.lock import PPM

FLOW_HALF_LIFE_SECONDS = 300
# As many trades as this count as half a proof: a lone trade is always one-sided.
FLOW_PRIOR_TRADES = 10
BUCKET_TRADES = 20
BUCKETS_KEPT = 50
BUCKETS_NEEDED = 10


@dataclass(frozen=True, slots=True)
class Trade:
    """A taker's trade of a token: e18 of whole tokens, bought above zero and sold below."""

    code: str
    at_ms: int
    bought_e18: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Signed and whole volume of recent trades, halved every ``FLOW_HALF_LIFE_SECONDS``."""

    signed: float = 0.0
    volume: float = 0.0
    trades: float = 0.0
    at_ms: int = 0

    def after(self, trade: Trade) -> "Flow":
        """With one more trade; one told late counts as of the newest."""
        kept = self._kept(trade.at_ms)
        return Flow(
            self.signed * kept + trade.bought_e18,
            self.volume * kept + abs(trade.bought_e18),
            self.trades * kept + 1,
            max(self.at_ms, trade.at_ms),
        )

    def imbalance_ppm(self, *, at_ms: int) -> int:
        """From -1e6, all sold, to 1e6, all bought; towards zero while few trades were seen."""
        if self.volume <= 0:
            return 0
        seen = self.trades * self._kept(at_ms)
        return round(self.signed / self.volume * seen / (seen + FLOW_PRIOR_TRADES) * PPM)

    def _kept(self, at_ms: int) -> float:
        seconds = max(0, at_ms - self.at_ms) / 1000
        return exp(-seconds / FLOW_HALF_LIFE_SECONDS * log(2))


@dataclass(frozen=True, slots=True)
class Toxicity:
    """VPIN: how one-sided the last buckets of volume were.

    A bucket closes once it holds the usual volume of ``BUCKET_TRADES`` trades, and as many trades:
    with fewer, chance alone would look like knowledge.
    """

    buckets: tuple[tuple[float, float], ...] = ()
    signed: float = 0.0
    volume: float = 0.0
    trades: int = 0
    usual: float = 0.0

    def after(self, trade: Trade) -> "Toxicity":
        size = abs(trade.bought_e18)
        usual = size * 1.0 if self.usual <= 0 else self.usual * 0.99 + size * 0.01
        grown = replace(
            self,
            signed=self.signed + trade.bought_e18,
            volume=self.volume + size,
            trades=self.trades + 1,
            usual=usual,
        )
        if grown.trades < BUCKET_TRADES or grown.volume < usual * BUCKET_TRADES:
            return grown
        closed = (*self.buckets, (abs(grown.signed), grown.volume))[-BUCKETS_KEPT:]
        return Toxicity(buckets=closed, usual=usual)

    @property
    def vpin_ppm(self) -> int:
        """Σ|bought − sold| / Σ volume of the buckets; 0 until there are enough of them."""
        if len(self.buckets) < BUCKETS_NEEDED:
            return 0
        volume = sum(each for _, each in self.buckets)
        return round(sum(apart for apart, _ in self.buckets) / volume * PPM)
