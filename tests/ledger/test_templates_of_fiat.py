"""The golden tests of the books: for each row of the table, what the shop is owed, what the desk
holds and what lies in custody after it. Here: payouts in another asset and through banks.

The numbers: a shop that settles in USDC is paid 9.20 EUR for 10 USDC, through the ramp ``ramp``.
"""

from uuid import UUID

import pytest

from gateway.events.ids import uuid7
from gateway.ledger import accounts, fiat
from gateway.ledger.checks import ledger_checks
from gateway.ledger.conversions import post_payout_converted
from gateway.ledger.errors import InsufficientBalance, LedgerError
from gateway.ledger.house import post_funding
from gateway.ledger.payouts import post_payout_cancelled, post_payout_left
from gateway.ledger.selectors import balance, shop_balance
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.money.assets import fiat as currency
from tests.ledger.books import CHAIN, ETH, EURC, GAS, NOW, TOKEN, USDC, Books, funded, usdc

EUR = currency("EUR")
RAMP = "ramp"
OTHER_CHAIN = 31338
USDC_THERE = Asset(f"USDC@{OTHER_CHAIN}", 6)
AFTER_THE_SALE = {ETH: TOKEN.units, USDC: -13_400_000}


def eur(units: int) -> Amount:
    return Amount(units, EUR)


def holds_eur(
    books: Books, *, shop: tuple[int, int] = (0, 0), desk: int = 0, **others: int
) -> None:
    """Assert the shop's EUR (available, reserved), the desk's, and other accounts'; the books
    hold."""
    found = shop_balance(shop_id=books.shop_id, asset="EUR")
    assert (found.available, found.reserved) == shop
    for name, units in {"desk": -desk, **others}.items():
        before = books.before.get((name, "EUR"), 0)
        assert balance(account=accounts.AccountName(name), asset=EUR).units - before == units, name
    assert ledger_checks() == []


def banked(units: int = 100_00) -> None:
    post_funding(reference=str(uuid7()), custody=accounts.bank(RAMP), amount=eur(units), now=NOW)


def reserved_in_eur(books: Books) -> UUID:
    """10 USDC of the shop's are set aside as 9.20 EUR."""
    books.confirmed()
    books.paid()
    payout_id = uuid7()
    post_payout_converted(
        payout_id=payout_id,
        shop_id=books.shop_id,
        taken=usdc(10_000_000),
        paid=eur(9_20),
        quote_id="q1",
        now=NOW,
    )
    return payout_id


def left(books: Books) -> UUID:
    banked()
    payout_id = reserved_in_eur(books)
    fiat.post_fiat_left(
        payout_id=payout_id,
        shop_id=books.shop_id,
        ramp=RAMP,
        way=RAMP,
        amount=eur(9_20),
        now=NOW,
    )
    return payout_id


def arrived(books: Books, fee_within: Amount | None = None) -> UUID:
    payout_id = left(books)
    fiat.post_fiat_arrived(
        payout_id=payout_id,
        shop_id=books.shop_id,
        way=RAMP,
        amount=eur(9_20),
        fee_within=fee_within,
        now=NOW,
    )
    return payout_id


def test_bank_money_funded(books: Books) -> None:
    banked(50_00)
    holds_eur(books, **{"bank:ramp": 50_00, "capital": -50_00})


def test_fiat_bought_for_payouts(books: Books) -> None:
    funded()
    fiat.post_fiat_bought(
        reference=str(uuid7()),
        source=accounts.custody_hot(CHAIN),
        sold=usdc(20_000_000),
        ramp=RAMP,
        bought=eur(18_30),
        fee=eur(10),
        now=NOW,
    )
    books.holds(desk={USDC: -20_000_000}, hot={USDC: 80_000_000, ETH: 10**18})
    holds_eur(books, desk=18_40, **{"bank:ramp": 18_30, "venue_fees": 10})


def test_fiat_bought_with_what_lies_at_an_exchange(books: Books) -> None:
    post_funding(
        reference=str(uuid7()), custody=accounts.exchange("x"), amount=usdc(30_000_000), now=NOW
    )
    fiat.post_fiat_bought(
        reference=str(uuid7()),
        source=accounts.exchange("x"),
        sold=usdc(20_000_000),
        ramp=RAMP,
        bought=eur(18_40),
        now=NOW,
    )
    books.holds(desk={USDC: -20_000_000}, **{"exchange:x": {USDC: 10_000_000}})
    holds_eur(books, desk=18_40, **{"bank:ramp": 18_40})


def test_payout_in_another_asset(books: Books) -> None:
    payout_id = reserved_in_eur(books)
    books.holds(
        shop=(3_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -3_400_000},
        deposits={ETH: TOKEN.units},
    )
    holds_eur(books, shop=(0, 9_20), desk=-9_20)
    # taken back at the rate it was made at
    post_payout_cancelled(payout_id=payout_id, now=NOW)
    books.holds(shop=(13_300_000, 0), desk=AFTER_THE_SALE, deposits={ETH: TOKEN.units})
    holds_eur(books)


def test_payout_in_another_asset_with_a_fee(books: Books) -> None:
    books.confirmed()
    books.paid()
    post_payout_converted(
        payout_id=uuid7(),
        shop_id=books.shop_id,
        taken=usdc(10_000_000),
        paid=Amount(9_200_000, EURC),
        fee=usdc(50_000),
        quote_id="q1",
        now=NOW,
    )
    books.holds(
        shop=(3_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -3_450_000, EURC: -9_200_000},
        deposits={ETH: TOKEN.units},
        fees={USDC: -150_000},
    )


def test_payout_on_another_chain(books: Books) -> None:
    """The same dollar on another chain is another asset: the desk sells it there."""
    books.confirmed()
    books.paid()
    there = Amount(9_990_000, USDC_THERE)
    post_funding(
        reference=str(uuid7()),
        custody=accounts.custody_hot(OTHER_CHAIN),
        amount=Amount(50_000_000, USDC_THERE),
        now=NOW,
    )
    coin = Amount(GAS.units, Asset(f"ETH@{OTHER_CHAIN}", 18))
    post_funding(
        reference=str(uuid7()), custody=accounts.custody_hot(OTHER_CHAIN), amount=coin, now=NOW
    )
    payout_id = uuid7()
    post_payout_converted(
        payout_id=payout_id,
        shop_id=books.shop_id,
        taken=usdc(10_000_000),
        paid=there,
        quote_id="q1",
        now=NOW,
    )
    post_payout_left(
        payout_id=payout_id,
        shop_id=books.shop_id,
        chain_id=OTHER_CHAIN,
        amount=there,
        gas=coin,
        now=NOW,
    )
    books.holds(
        shop=(3_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -3_400_000},
        deposits={ETH: TOKEN.units},
    )
    reached = {
        name: balance(account=accounts.AccountName(name), asset=USDC_THERE).units
        - books.before.get((name, USDC_THERE.code), 0)
        for name in ("desk", f"custody:hot:{OTHER_CHAIN}", f"shop:{books.shop_id}:reserved")
    }
    assert list(reached.values()) == [9_990_000, 40_010_000, 0]


def test_payout_in_another_asset_beyond_the_balance_is_refused(books: Books) -> None:
    books.confirmed()
    books.paid()
    with pytest.raises(InsufficientBalance):
        post_payout_converted(
            payout_id=uuid7(),
            shop_id=books.shop_id,
            taken=usdc(13_300_001),
            paid=eur(9_20),
            quote_id="q1",
            now=NOW,
        )


def test_fiat_payout_left(books: Books) -> None:
    left(books)
    holds_eur(
        books,
        shop=(0, 9_20),
        desk=-9_20,
        **{"bank:ramp": 90_80, "in_transit:ramp": 9_20, "capital": -100_00},
    )
    books.holds(
        shop=(3_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -3_400_000},
        deposits={ETH: TOKEN.units},
    )


def test_fiat_payout_arrived(books: Books) -> None:
    arrived(books)
    holds_eur(books, desk=-9_20, **{"bank:ramp": 90_80, "in_transit:ramp": 0})


def test_its_fee_when_the_house_pays(books: Books) -> None:
    payout_id = arrived(books)
    fiat.post_fiat_fee(payout_id=payout_id, shop_id=books.shop_id, ramp=RAMP, fee=eur(25), now=NOW)
    holds_eur(books, desk=-9_20, **{"bank:ramp": 90_55, "in_transit:ramp": 0, "ramp_fees": 25})


def test_its_fee_when_the_shop_pays_lies_within_the_amount(books: Books) -> None:
    arrived(books, fee_within=eur(25))
    holds_eur(books, desk=-9_20, **{"bank:ramp": 90_80, "in_transit:ramp": 0, "ramp_fees": 0})


@pytest.mark.parametrize(
    ("bearer", "kept", "available", "ramp_fees"),
    [("house", 0, 9_20, 0), ("house", 15, 9_20, 15), ("shop", 15, 9_05, 0)],
)
def test_fiat_payout_failed(
    books: Books, bearer: fiat.FeeBearer, kept: int, available: int, ramp_fees: int
) -> None:
    payout_id = left(books)
    fiat.post_fiat_failed(
        payout_id=payout_id,
        shop_id=books.shop_id,
        ramp=RAMP,
        way=RAMP,
        amount=eur(9_20),
        kept=eur(kept),
        bearer=bearer,
        now=NOW,
    )
    holds_eur(
        books,
        shop=(available, 0),
        desk=-9_20,
        **{"bank:ramp": 100_00 - kept, "in_transit:ramp": 0, "ramp_fees": ramp_fees},
    )


@pytest.mark.parametrize(
    ("bearer", "kept", "available", "ramp_fees"),
    [("house", 0, 9_20, 0), ("house", 15, 9_20, 15), ("shop", 15, 9_05, 0)],
)
def test_fiat_payout_returned(
    books: Books, bearer: fiat.FeeBearer, kept: int, available: int, ramp_fees: int
) -> None:
    payout_id = arrived(books)
    fiat.post_fiat_returned(
        payout_id=payout_id,
        shop_id=books.shop_id,
        ramp=RAMP,
        amount=eur(9_20),
        kept=eur(kept),
        bearer=bearer,
        now=NOW,
    )
    holds_eur(
        books,
        shop=(available, 0),
        desk=-9_20,
        **{"bank:ramp": 100_00 - kept, "in_transit:ramp": 0, "ramp_fees": ramp_fees},
    )


def test_a_ramp_that_keeps_everything_is_no_return(books: Books) -> None:
    with pytest.raises(LedgerError):
        fiat.fiat_returned(
            shop_id=books.shop_id, ramp=RAMP, amount=eur(5), kept=eur(5), bearer="house"
        )
