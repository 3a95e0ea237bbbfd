"""The golden tests of the books: for each row of the table, what the shop is owed, what the desk
holds and what lies in custody after it. Here: cards.

The numbers: a coffee of 12.50 EUR on a card, of which the house keeps 0.10.
"""

import pytest

from gateway.events.ids import uuid7
from gateway.ledger import cards
from gateway.ledger.errors import LedgerError
from gateway.ledger.fiat import FeeBearer
from gateway.ledger.refunds import post_refund_lapsed, post_refund_made
from tests.ledger.books import NOW, Books
from tests.ledger.test_templates_of_fiat import RAMP, eur, holds_eur


def tendered(books: Books) -> None:
    cards.post_card_tendered(
        tender_id=uuid7(),
        invoice_id=books.invoice_id,
        shop_id=books.shop_id,
        ramp=RAMP,
        to_shop=eur(12_40),
        fee=eur(10),
        now=NOW,
    )


def settled() -> None:
    cards.post_card_settled(
        reference=str(uuid7()), ramp=RAMP, amount=eur(12_50), fee=eur(40), now=NOW
    )


def disputed(books: Books, reference: str, *, fee: int = 0, bearer: FeeBearer = "house") -> None:
    cards.post_card_disputed(
        reference=reference,
        tender_id=books.deposit_id,
        shop_id=books.shop_id,
        ramp=RAMP,
        amount=eur(12_50),
        fee=eur(fee),
        bearer=bearer,
        now=NOW,
    )


def test_card_tender(books: Books) -> None:
    tendered(books)
    holds_eur(books, shop=(12_40, 0), **{"receivable:ramp": 12_50, "fees": -10})
    books.holds()


def test_card_settled(books: Books) -> None:
    tendered(books)
    settled()
    holds_eur(
        books,
        shop=(12_40, 0),
        **{"receivable:ramp": 0, "bank:ramp": 12_10, "ramp_fees": 40, "fees": -10},
    )


@pytest.mark.parametrize(
    ("fee", "bearer", "available", "ramp_fees"),
    [(0, "house", -10, 0), (15_00, "house", -10, 15_00), (15_00, "shop", -15_10, 0)],
)
def test_card_disputed(
    books: Books, fee: int, bearer: FeeBearer, available: int, ramp_fees: int
) -> None:
    """The shop owes what it had been credited, the house's fee included: its next sales pay."""
    tendered(books)
    disputed(books, str(uuid7()), fee=fee, bearer=bearer)
    holds_eur(
        books, shop=(available, 0), **{"receivable:ramp": -fee, "ramp_fees": ramp_fees, "fees": -10}
    )


def test_a_dispute_won_gives_all_back_but_the_ramps_fee(books: Books) -> None:
    tendered(books)
    settled()
    reference, again = str(uuid7()), str(uuid7())
    for name in (reference, reference, again):
        disputed(books, name, fee=15_00)
    for name in (again, again):
        cards.post_card_dispute_won(
            reference=name,
            tender_id=books.deposit_id,
            shop_id=books.shop_id,
            ramp=RAMP,
            amount=eur(12_50),
            now=NOW,
        )
    holds_eur(
        books,
        shop=(-10, 0),
        **{"receivable:ramp": -42_50, "bank:ramp": 12_10, "ramp_fees": 30_40},
    )


def test_refund_back_to_the_card(books: Books) -> None:
    tendered(books)
    refund_id = uuid7()
    post_refund_made(refund_id=refund_id, shop_id=books.shop_id, taken=eur(5_00), now=NOW)
    holds_eur(books, shop=(7_40, 0), **{"receivable:ramp": 12_50, "refunds": -5_00})
    cards.post_card_paid_back(
        refund_id=refund_id, shop_id=books.shop_id, ramp=RAMP, amount=eur(5_00), now=NOW
    )
    holds_eur(books, shop=(7_40, 0), **{"receivable:ramp": 7_50, "refunds": 0})


def test_a_refund_that_the_cards_bank_would_not_have_is_the_shops_again(books: Books) -> None:
    """All as before it, but for the ramp's fee, which never comes back."""
    tendered(books)
    settled()
    refund_id = uuid7()
    post_refund_made(refund_id=refund_id, shop_id=books.shop_id, taken=eur(5_00), now=NOW)
    cards.post_card_paid_back(
        refund_id=refund_id, shop_id=books.shop_id, ramp=RAMP, amount=eur(5_00), now=NOW
    )
    cards.post_card_taken_off(reference="re_1", ramp=RAMP, amount=eur(5_00), now=NOW)
    holds_eur(
        books,
        shop=(7_40, 0),
        **{"receivable:ramp": 0, "bank:ramp": 7_10, "refunds": 0, "ramp_fees": 40, "fees": -10},
    )
    for _ in range(2):
        cards.post_card_back_failed(refund_id=refund_id, reference="re_1", ramp=RAMP, now=NOW)
        post_refund_lapsed(refund_id=refund_id, now=NOW)
    holds_eur(
        books,
        shop=(12_40, 0),
        **{"receivable:ramp": 0, "bank:ramp": 12_10, "refunds": 0, "ramp_fees": 40, "fees": -10},
    )


def test_a_tender_of_nothing_is_refused(books: Books) -> None:
    with pytest.raises(LedgerError):
        cards.card_tendered(ramp=RAMP, shop_id=books.shop_id, to_shop=eur(0), fee=eur(0))


def test_what_a_dispute_took_leaves_the_ramps_balance(books: Books) -> None:
    tendered(books)
    settled()
    disputed(books, "du_1", fee=15_00)
    for _ in range(2):
        cards.post_card_taken_off(reference="du_1", ramp=RAMP, amount=eur(27_50), now=NOW)
    holds_eur(
        books,
        shop=(-10, 0),
        **{
            "receivable:ramp": 0,
            "bank:ramp": 12_10 - 27_50,
            "ramp_fees": 40 + 15_00,
            "fees": -10,
        },
    )
