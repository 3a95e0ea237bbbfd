"""The golden tests of the books: for each row of the table, what the shop is owed, what the desk
holds and what lies in custody after it. Here: deposits, applied and
held.
"""

from gateway.ledger.deposits import (
    post_blocked,
    post_held,
    post_payment,
    post_released,
    post_returned,
    post_surplus,
)
from tests.ledger.books import CREDIT, ETH, FEE, NOW, TOKEN, USDC, Books, eth, usdc


def test_deposit_confirmed(books: Books) -> None:
    books.confirmed()
    books.holds(deposits={ETH: TOKEN.units}, suspense={ETH: -TOKEN.units})


def test_applied_up_to_what_the_lock_covers(books: Books) -> None:
    books.confirmed()
    books.paid()
    books.holds(
        shop=(13_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        deposits={ETH: TOKEN.units},
        fees={USDC: -100_000},
        suspense={},
    )


def test_a_payment_in_the_settlement_asset_leaves_the_desk_its_spread_alone(books: Books) -> None:
    books.confirmed(usdc(13_500_000))
    books.paid(token=usdc(13_500_000))
    books.holds(
        shop=(13_300_000, 0),
        desk={USDC: 100_000},
        deposits={USDC: 13_500_000},
        fees={USDC: -100_000},
    )


def test_late_money_is_a_payment_at_its_own_rate(books: Books) -> None:
    books.confirmed()
    post_payment(
        deposit_id=books.deposit_id,
        invoice_id=books.invoice_id,
        shop_id=books.shop_id,
        token=TOKEN,
        credit=usdc(12_000_000),
        fee=FEE,
        kind="payment_late",
        now=NOW,
    )
    books.holds(
        shop=(12_000_000, 0),
        desk={ETH: TOKEN.units, USDC: -12_100_000},
        deposits={ETH: TOKEN.units},
    )


def test_late_money_that_the_shop_does_not_want_is_the_payers(books: Books) -> None:
    books.confirmed()
    post_surplus(deposit_id=books.deposit_id, amount=TOKEN, now=NOW)
    books.holds(deposits={ETH: TOKEN.units}, refunds={ETH: -TOKEN.units}, suspense={})


def test_surplus_stays_in_its_token(books: Books) -> None:
    books.confirmed(eth(TOKEN.units + 7))
    books.paid()
    post_surplus(deposit_id=books.deposit_id, amount=eth(7), now=NOW)
    books.holds(
        shop=(13_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        deposits={ETH: TOKEN.units + 7},
        refunds={ETH: -7},
        suspense={},
    )


def test_held(books: Books) -> None:
    books.confirmed()
    post_held(deposit_id=books.deposit_id, amount=TOKEN, now=NOW)
    books.holds(
        deposits={ETH: TOKEN.units},
        **{f"held:{books.deposit_id}": {ETH: -TOKEN.units}, "suspense": {}},
    )


def test_released(books: Books) -> None:
    books.confirmed(eth(TOKEN.units + 7))
    post_held(deposit_id=books.deposit_id, amount=eth(TOKEN.units + 7), now=NOW)
    post_released(
        deposit_id=books.deposit_id,
        invoice_id=books.invoice_id,
        shop_id=books.shop_id,
        token=TOKEN,
        credit=CREDIT,
        fee=FEE,
        surplus=eth(7),
        now=NOW,
    )
    books.holds(
        shop=(13_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        deposits={ETH: TOKEN.units + 7},
        refunds={ETH: -7},
        **{f"held:{books.deposit_id}": {}},
    )


def test_returned(books: Books) -> None:
    books.confirmed()
    post_held(deposit_id=books.deposit_id, amount=TOKEN, now=NOW)
    post_returned(deposit_id=books.deposit_id, amount=TOKEN, now=NOW)
    books.holds(
        deposits={ETH: TOKEN.units},
        refunds={ETH: -TOKEN.units},
        **{f"held:{books.deposit_id}": {}},
    )


def test_blocked(books: Books) -> None:
    books.confirmed()
    post_held(deposit_id=books.deposit_id, amount=TOKEN, now=NOW)
    post_blocked(deposit_id=books.deposit_id, amount=TOKEN, now=NOW)
    books.holds(
        deposits={ETH: TOKEN.units},
        blocked={ETH: -TOKEN.units},
        **{f"held:{books.deposit_id}": {}},
    )
