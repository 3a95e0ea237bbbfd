"""What a quote's rate held, beside the amounts themselves."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from gateway.market.quotes import Quote
from gateway.market.quoting.answers import QuoteParts
from gateway.settlement.reports.costs import rate_parts

PPM = st.integers(0, 100_000)


def test_parts_are_the_quote_s_own_millionths() -> None:
    quoted = _quote(units=10**18, gas=100, spread=1_200, lock=600, fill=0)
    parts = rate_parts(quoted, applied_units=quoted.units)
    assert parts.spread_units == (quoted.units - 100) * 1_200 // 1_000_000
    assert parts.lock_premium_units == (quoted.units - 100) * 600 // 1_000_000
    assert (parts.fill_units, parts.gas_units) == (0, 100)


@given(
    units=st.integers(10**3, 10**30),
    gas=st.integers(0, 10**3),
    ppm=st.tuples(PPM, PPM, PPM),
    applied=st.lists(st.integers(1, 10**30), min_size=1, max_size=4),
)
def test_parts_of_parts_never_pass_the_whole(
    units: int, gas: int, ppm: tuple[int, int, int], applied: list[int]
) -> None:
    spread, lock, fill = ppm
    quote = _quote(units=units, gas=gas, spread=spread, lock=lock, fill=fill)
    pieces, left = [], units
    for piece in applied:
        pieces.append(min(piece, left))
        left -= pieces[-1]
    told = [rate_parts(quote, applied_units=piece) for piece in pieces]
    whole = rate_parts(quote, applied_units=units)
    for name in ("spread_units", "lock_premium_units", "fill_units", "gas_units"):
        assert sum(getattr(part, name) for part in told) <= getattr(whole, name)
    held = whole.spread_units + whole.lock_premium_units + whole.fill_units + whole.gas_units
    assert 0 <= held <= units


def _quote(*, units: int, gas: int, spread: int, lock: int, fill: int) -> Quote:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    parts = QuoteParts(
        fair="1", spread_ppm=spread, lock_premium_ppm=lock, fill_ppm=fill, gas_units=gas
    )
    return Quote(
        asset="WETH@31337", decimals=18, units=units, places=6, pricing="EUR", pricing_units=100,
        settlement="USDC@31337", settlement_decimals=6, settlement_units=100,
        token_pricing=(100, units), pricing_settlement=(1, 1), parts=parts, snapshot_version=1,
        priced_at=at, lock_end=at,
    )  # fmt: skip
