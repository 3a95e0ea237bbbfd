"""Whether the market may be traded in now, and whether a price makes sense."""

from dataclasses import dataclass

from gateway.market.book.events import Side
from gateway.market.errors import DeskHalted, DeskReducesOnly, UnknownAsset
from gateway.market.orders.errors import MarketClosed, PriceFarOff
from gateway.market.orders.models import BookMarket
from gateway.market.orders.terms import PPM, MarketTerms
from gateway.market.quoting.values import agreed_value
from gateway.market.risk.states import RiskState
from gateway.market.risk.watch import EVERYTHING
from gateway.market.selectors import desk_states, halted_scopes
from gateway.market.snapshots import MarketSnapshot


@dataclass(frozen=True, slots=True)
class Standing:
    """What the market's status, the kill switch and the states of risk allow."""

    is_open: bool
    state: RiskState

    def check_trading(self) -> None:
        """Whether an order may be placed, amended or sent by a schedule. Cancelling always may.

        Raises:
            MarketClosed, DeskHalted
        """
        if not self.is_open:
            raise MarketClosed
        if self.state is RiskState.HALT:
            raise DeskHalted("This asset is halted: nothing is traded, orders can be cancelled.")

    def check_reducing(self, *, side: Side, units: int, position: int) -> None:
        """In REDUCE_ONLY the desk trades towards nothing, and no further.

        Others trade their own money: what they leave in the book is the desk's way out.

        Args:
            units: of all its open orders of this side, this one included.
            position: what it holds beyond its target.

        Raises:
            DeskReducesOnly
        """
        if self.state is RiskState.REDUCE_ONLY and units > (
            position if side is Side.SELL else -position
        ):
            raise DeskReducesOnly("The desk only reduces this asset for now.")


def standing_of(market: BookMarket) -> Standing:
    """Two queries."""
    codes = {market.base, market.quote}
    state = RiskState.NORMAL
    if {EVERYTHING, *codes} & halted_scopes():
        state = RiskState.HALT
    for code, row in desk_states().items():
        if code in codes:
            state = max(state, RiskState(row.state))
    return Standing(is_open=market.status == "open", state=state)


def fair_ticks(terms: MarketTerms, *, snapshot: MarketSnapshot, now_ms: int) -> int:
    """Our fair value of the base, in ticks.

    Raises:
        UnknownAsset, PriceNotFresh, SourcesDisagree
    """
    return terms.fair_ticks(
        base_usd=_usd(snapshot, terms.base.code, now_ms=now_ms),
        quote_usd=_usd(snapshot, terms.quote.code, now_ms=now_ms),
    )


def check_price(price: int, *, fair: int, bound_ppm: int) -> None:
    """Refuse a price that is further from ``fair`` ticks than a hand that slipped would be.

    Raises:
        PriceFarOff
    """
    if abs(price - fair) * PPM > fair * bound_ppm:
        raise PriceFarOff


def _usd(snapshot: MarketSnapshot, code: str, *, now_ms: int) -> int:
    state = snapshot.assets.get(code)
    if state is None:
        raise UnknownAsset
    policy = snapshot.policy
    value, _ = agreed_value(
        snapshot,
        key=code,
        sources=state.sources,
        now_ms=now_ms,
        min_sources=policy.min_stable_sources if state.peg else policy.min_sources,
        volatility_ppm=state.volatility_ppm or policy.initial_volatility_ppm,
    )
    return value.price
