"""The golden tests of the books: for each row of the table, what the shop is owed, what the desk
holds and what lies in custody after it. Here: payouts and
refunds.
"""

import pytest

from gateway.events.ids import uuid7
from gateway.ledger.conversions import post_refund_converted
from gateway.ledger.deposits import post_surplus
from gateway.ledger.errors import InsufficientBalance
from gateway.ledger.payouts import post_payout_cancelled, post_payout_left, post_payout_reserved
from gateway.ledger.refunds import post_refund_lapsed, post_refund_left, post_refund_made
from tests.ledger.books import (
    CHAIN,
    CREDIT,
    ETH,
    GAS,
    NOW,
    TOKEN,
    USDC,
    Books,
    eth,
    funded,
    usdc,
)


def test_payout_reserved_and_left_on_chain(books: Books) -> None:
    funded()
    books.confirmed()
    books.paid()
    payout_id = uuid7()
    post_payout_reserved(
        payout_id=payout_id, shop_id=books.shop_id, amount=usdc(13_000_000), now=NOW
    )
    books.holds(
        shop=(300_000, 13_000_000),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        deposits={ETH: TOKEN.units},
        hot={USDC: 100_000_000, ETH: 10**18},
    )
    post_payout_left(
        payout_id=payout_id,
        shop_id=books.shop_id,
        chain_id=CHAIN,
        amount=usdc(13_000_000),
        gas=GAS,
        now=NOW,
    )
    books.holds(
        shop=(300_000, 0),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        deposits={ETH: TOKEN.units},
        hot={USDC: 87_000_000, ETH: 10**18 - GAS.units},
        gas={ETH: GAS.units},
    )


def test_payout_cancelled(books: Books) -> None:
    books.confirmed()
    books.paid()
    payout_id = uuid7()
    post_payout_reserved(payout_id=payout_id, shop_id=books.shop_id, amount=CREDIT, now=NOW)
    post_payout_cancelled(payout_id=payout_id, now=NOW)
    post_payout_cancelled(payout_id=payout_id, now=NOW)
    books.holds(
        shop=(13_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        deposits={ETH: TOKEN.units},
    )


def test_refund_in_the_settlement_asset_made_and_left(books: Books) -> None:
    funded()
    books.confirmed()
    books.paid()
    refund_id = uuid7()
    post_refund_made(refund_id=refund_id, shop_id=books.shop_id, taken=usdc(3_000_000), now=NOW)
    books.holds(
        shop=(10_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        deposits={ETH: TOKEN.units},
        hot={USDC: 100_000_000, ETH: 10**18},
        refunds={USDC: -3_000_000},
    )
    post_refund_left(refund_id=refund_id, chain_id=CHAIN, amount=usdc(3_000_000), gas=GAS, now=NOW)
    books.holds(
        shop=(10_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        deposits={ETH: TOKEN.units},
        hot={USDC: 97_000_000, ETH: 10**18 - GAS.units},
        refunds={},
        gas={ETH: GAS.units},
    )


def test_refund_in_the_token_is_sold_by_the_desk(books: Books) -> None:
    books.confirmed()
    books.paid()
    post_refund_made(
        refund_id=uuid7(),
        shop_id=books.shop_id,
        taken=usdc(2_700_000),
        owed=eth(10**15),
        now=NOW,
    )
    books.holds(
        shop=(10_600_000, 0),
        desk={ETH: TOKEN.units - 10**15, USDC: -10_700_000},
        deposits={ETH: TOKEN.units},
        refunds={ETH: -(10**15)},
    )


def test_a_refund_owed_in_a_token_is_paid_in_a_stablecoin(books: Books) -> None:
    books.confirmed()
    post_surplus(deposit_id=books.deposit_id, amount=TOKEN, now=NOW)
    post_refund_converted(refund_id=uuid7(), owed=TOKEN, paid=usdc(13_350_000), now=NOW)
    books.holds(
        desk={ETH: TOKEN.units, USDC: -13_350_000},
        deposits={ETH: TOKEN.units},
        refunds={USDC: -13_350_000},
    )


def test_a_refund_that_lapses_is_the_shops_again(books: Books) -> None:
    books.confirmed()
    books.paid()
    refund_id = uuid7()
    post_refund_made(
        refund_id=refund_id,
        shop_id=books.shop_id,
        taken=usdc(2_700_000),
        owed=eth(10**15),
        now=NOW,
    )
    post_refund_lapsed(refund_id=refund_id, now=NOW)
    books.holds(
        shop=(13_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        deposits={ETH: TOKEN.units},
        refunds={},
    )


def test_a_refund_beyond_the_balance_is_refused(books: Books) -> None:
    books.confirmed()
    books.paid()
    with pytest.raises(InsufficientBalance):
        post_refund_made(refund_id=uuid7(), shop_id=books.shop_id, taken=usdc(13_300_001), now=NOW)
