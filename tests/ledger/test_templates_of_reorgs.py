"""The golden tests of the books: for each row of the table, what the shop is owed, what the desk
holds and what lies in custody after it. Here: what a reorg
takes back, and who bears what is short.
"""

import pytest

from gateway.events.ids import uuid7
from gateway.ledger.deposits import post_deposit_orphaned, post_surplus
from gateway.ledger.errors import EntryConflict, InsufficientBalance
from gateway.ledger.house import post_fill, post_shortfall_covered, post_shortfall_recovered
from gateway.ledger.payouts import post_payout_left, post_payout_reserved
from gateway.ledger.selectors import shop_balance
from tests.ledger.books import CHAIN, CREDIT, ETH, NOW, TOKEN, USDC, Books, eth, funded, usdc


def test_deposit_orphaned_takes_back_everything_and_leaves_the_fill(books: Books) -> None:
    funded()
    books.confirmed(eth(TOKEN.units + 7))
    books.paid()
    post_surplus(deposit_id=books.deposit_id, amount=eth(7), now=NOW)
    post_fill(reference=str(uuid7()), chain_id=CHAIN, sold=TOKEN, bought=usdc(13_500_000), now=NOW)
    reversed_keys = [
        entry.key.split(":")[2]
        for entry in post_deposit_orphaned(deposit_id=books.deposit_id, now=NOW)
    ]
    assert reversed_keys == ["surplus", "payment", "confirmed"]
    # the desk is short of the ETH it sold, and long the USDC it got
    books.holds(
        desk={ETH: -TOKEN.units, USDC: 13_500_000},
        hot={USDC: 113_500_000, ETH: 10**18 - TOKEN.units},
        refunds={},
        suspense={},
        fees={},
    )
    assert post_deposit_orphaned(deposit_id=books.deposit_id, now=NOW) == []


def test_a_deposit_that_a_second_reorg_brings_back_is_credited_again(books: Books) -> None:
    for _ in range(3):
        books.confirmed()
        books.confirmed()
        books.paid()
        books.holds(
            shop=(13_300_000, 0),
            desk={ETH: TOKEN.units, USDC: -13_400_000},
            deposits={ETH: TOKEN.units},
            suspense={},
        )
        assert len(post_deposit_orphaned(deposit_id=books.deposit_id, now=NOW)) == 2
        books.holds()
    books.confirmed()
    books.paid()
    with pytest.raises(EntryConflict):
        books.paid(credit=usdc(1))


def test_a_shop_left_negative_is_netted_against_its_next_credits(books: Books) -> None:
    books.confirmed()
    books.paid()
    post_payout_reserved(payout_id=uuid7(), shop_id=books.shop_id, amount=CREDIT, now=NOW)
    post_deposit_orphaned(deposit_id=books.deposit_id, now=NOW)
    assert shop_balance(shop_id=books.shop_id, asset=USDC.code).available == -13_300_000
    with pytest.raises(InsufficientBalance):
        post_payout_reserved(payout_id=uuid7(), shop_id=books.shop_id, amount=usdc(1), now=NOW)


def test_a_shop_left_negative_by_more_is_made_whole_by_the_house(books: Books) -> None:
    funded()
    books.confirmed()
    books.paid()
    payout_id = uuid7()
    post_payout_reserved(payout_id=payout_id, shop_id=books.shop_id, amount=CREDIT, now=NOW)
    post_payout_left(
        payout_id=payout_id,
        shop_id=books.shop_id,
        chain_id=CHAIN,
        amount=CREDIT,
        gas=eth(0),
        now=NOW,
    )
    post_deposit_orphaned(deposit_id=books.deposit_id, now=NOW)
    post_shortfall_covered(
        reference=str(books.deposit_id),
        shop_id=books.shop_id,
        by_insurance=usdc(10_000_000),
        lost=usdc(3_300_000),
        now=NOW,
    )
    books.holds(
        hot={USDC: 86_700_000, ETH: 10**18},
        insurance={USDC: 10_000_000},
        losses={USDC: 3_300_000},
    )
    # the payment came back after all
    for _ in range(2):
        post_shortfall_recovered(reference=str(books.deposit_id), now=NOW)
    books.holds(shop=(-13_300_000, 0), hot={USDC: 86_700_000, ETH: 10**18}, insurance={}, losses={})
