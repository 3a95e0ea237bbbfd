"""Pools with nothing in them: no witness, no venue, no trouble."""

import msgspec
import pytest

from gateway.market.building import chain_prices, with_depths
from gateway.market.errors import QuoteRefused
from gateway.market.execution.planning import sale_of
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from tests.market.dev_market import DAI, NOW, USDC, WETH, dev_market, v2, v3

EMPTY = tuple(
    msgspec.structs.replace(pool, address=f"{pool.address} empty")
    for pool in (
        v2(WETH, USDC, 0, 0),
        v2(DAI, WETH, 1, 0),
        v3(WETH, USDC, tick=-196_256, liquidity=0, fee_ppm=100),
        # Its price says a hundred times as much, and nothing stands behind it.
        v3(WETH, USDC, tick=-150_204, liquidity=0, fee_ppm=3000),
    )
)


def markets():
    """The same market without the empty pools and with them."""
    plain = dev_market()
    return plain, with_depths(msgspec.structs.replace(plain, pools=(*EMPTY, *plain.pools)))


def test_an_empty_pool_is_no_witness_and_adds_no_depth():
    plain, other = markets()
    decimals = {code: state.decimals for code, state in plain.assets.items()}
    said, meant = (
        chain_prices(market.pools, decimals=decimals, anchor=USDC, bridge=WETH)
        for market in (other, plain)
    )
    assert said == meant
    assert other.assets == plain.assets


@pytest.mark.parametrize("units", [1, 10**18, 5 * 10**19])
def test_nothing_is_sold_to_an_empty_pool(units):
    answers = []
    for market in markets():
        try:
            answers.append(
                sale_of(
                    snapshot=market,
                    token=Amount(units, Asset(WETH, 18)),
                    settlement_asset=USDC,
                    now=NOW,
                )
            )
        except QuoteRefused as refused:
            answers.append(refused.code)
    assert answers[0] == answers[1]
