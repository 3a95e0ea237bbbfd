"""The golden tests of the books, for the desk's own ranges."""

from gateway.events.ids import uuid7
from gateway.ledger.accounts import in_transit
from gateway.ledger.ranges import post_range_in, post_range_out
from gateway.ledger.selectors import owed_units
from tests.ledger.books import CHAIN, ETH, GAS, NOW, USDC, Books, eth, funded, usdc

RANGE = uuid7()
WAY = in_transit(f"range-{RANGE}")


def put_in() -> None:
    post_range_in(
        range_id=RANGE,
        chain_id=CHAIN,
        amounts=[eth(10**17), usdc(30_000_000)],
        gas=GAS,
        reason="worth_it",
        now=NOW,
    )


def test_range_in(books: Books) -> None:
    funded()
    owed = owed_units(asset=USDC.code)
    put_in()
    put_in()
    books.holds(
        hot={USDC: 70_000_000, ETH: 9 * 10**17 - GAS.units},
        gas={ETH: GAS.units},
        **{WAY: {USDC: 30_000_000, ETH: 10**17}},
    )
    # it is the house's own, wherever it lies
    assert owed_units(asset=USDC.code) == owed


def test_range_out_with_fees_and_what_the_pool_traded(books: Books) -> None:
    funded()
    put_in()
    post_range_out(
        range_id=RANGE,
        chain_id=CHAIN,
        put_in=[eth(10**17), usdc(30_000_000)],
        # the price rose: the pool sold 0.02 ETH for 59 USDC
        principal=[eth(8 * 10**16), usdc(89_000_000)],
        fees=[eth(10**14), usdc(250_000)],
        gas=GAS,
        reason="out_of_band",
        now=NOW,
    )
    books.holds(
        desk={ETH: -2 * 10**16, USDC: 59_000_000},
        hot={
            USDC: 70_000_000 + 89_250_000,
            ETH: 9 * 10**17 + 8 * 10**16 + 10**14 - 2 * GAS.units,
        },
        gas={ETH: 2 * GAS.units},
        fees={ETH: -(10**14), USDC: -250_000},
        **{WAY: {}},
    )


def test_a_range_that_came_back_as_it_went_moves_only_fees(books: Books) -> None:
    funded()
    put_in()
    post_range_out(
        range_id=RANGE,
        chain_id=CHAIN,
        put_in=[eth(10**17), usdc(30_000_000)],
        principal=[eth(10**17), usdc(30_000_000)],
        fees=[eth(0), usdc(1)],
        gas=eth(0),
        reason="not_allowed",
        now=NOW,
    )
    books.holds(
        hot={USDC: 100_000_001, ETH: 10**18 - GAS.units},
        gas={ETH: GAS.units},
        fees={USDC: -1},
        **{WAY: {}},
    )
