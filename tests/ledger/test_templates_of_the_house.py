"""The golden tests of the books: for each row of the table, what the shop is owed, what the desk
holds and what lies in custody after it. Here: the house's
own work.
"""

from uuid import UUID

import pytest

from gateway.events.ids import uuid7
from gateway.ledger import accounts, postings
from gateway.ledger.closing import period_closed
from gateway.ledger.errors import LedgerError, Unbalanced
from gateway.ledger.hedges import post_exchange_fill
from gateway.ledger.house import post_fill, post_gas, post_insurance_funded, post_sweep
from gateway.ledger.journal import entry_post
from gateway.ledger.selectors import trial_balance
from gateway.money.amounts import Amount
from tests.ledger.books import CHAIN, ETH, EURC, GAS, NOW, TOKEN, USDC, Books, eth, funded, usdc


def test_funding(books: Books) -> None:
    funded(1_000)
    books.holds(hot={USDC: 1_000, ETH: 10**18}, capital={USDC: -1_000, ETH: -(10**18)})


def test_insurance_funded(books: Books) -> None:
    funded(1_000)
    post_insurance_funded(reference=str(uuid7()), amount=usdc(400), now=NOW)
    # what is set aside is no longer the desk's to trade with
    books.holds(
        hot={USDC: 1_000, ETH: 10**18},
        capital={USDC: -600, ETH: -(10**18)},
        insurance={USDC: -400},
    )


def test_sweep(books: Books) -> None:
    funded()
    books.confirmed()
    books.paid()
    post_sweep(reference=str(uuid7()), chain_id=CHAIN, swept=[TOKEN], gas=GAS, now=NOW)
    books.holds(
        shop=(13_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        hot={USDC: 100_000_000, ETH: 10**18 + TOKEN.units - GAS.units},
        gas={ETH: GAS.units},
    )


def test_failed_transaction(books: Books) -> None:
    funded()
    post_gas(reference=str(uuid7()), chain_id=CHAIN, gas=GAS, now=NOW)
    books.holds(hot={USDC: 100_000_000, ETH: 10**18 - GAS.units}, gas={ETH: GAS.units})


def test_fill(books: Books) -> None:
    books.confirmed()
    books.paid()
    post_sweep(reference=str(uuid7()), chain_id=CHAIN, swept=[TOKEN], gas=eth(0), now=NOW)
    post_fill(
        reference=str(uuid7()),
        chain_id=CHAIN,
        sold=TOKEN,
        bought=usdc(13_550_000),
        venue_fee=usdc(40_000),
        now=NOW,
    )
    # bought for 13.40, sold for 13.55 and 0.04 of fee: 0.19 is the desk's
    books.holds(
        shop=(13_300_000, 0),
        desk={USDC: 190_000},
        hot={USDC: 13_550_000},
        venue_fees={USDC: 40_000},
        fees={USDC: -100_000},
    )


def at_exchange(asset_units: Amount) -> None:
    entry_post(
        key=f"test:{uuid7()}",
        kind="test",
        postings=postings.funding(custody=accounts.exchange("x"), amount=asset_units),
        refs={},
        now=NOW,
    )


def fill_there(*, sold: Amount, bought: Amount, fee: Amount | None, trade_id: str) -> bool:
    return post_exchange_fill(
        exchange="x",
        market="ETH-USDC",
        trade_id=trade_id,
        sold=sold,
        bought=bought,
        fee=fee,
        order_id=UUID(int=1),
        hedge_id=UUID(int=2),
        reason="beyond_band",
        now=NOW,
    ).created


def test_sold_at_an_exchange_and_bought_back(books: Books) -> None:
    at_exchange(eth(10**18))
    sold = {"sold": eth(10**18), "bought": usdc(3_000_000_000), "fee": usdc(3_000_000)}
    assert fill_there(**sold, trade_id="1")
    assert not fill_there(**sold, trade_id="1")  # told twice, posted once
    books.holds(
        desk={ETH: -(10**18), USDC: 3_000_000_000},
        capital={ETH: -(10**18)},
        venue_fees={USDC: 3_000_000},
        **{"exchange:x": {USDC: 2_997_000_000}},
    )
    # bought back, the fee in what it brings, and once in a third asset that lies there
    back = {"sold": usdc(2_990_000_000), "bought": eth(10**18), "fee": eth(10**15)}
    fill_there(**back, trade_id="2")
    at_exchange(Amount(5, EURC))
    fill_there(sold=usdc(1), bought=eth(7), fee=Amount(2, EURC), trade_id="3")
    books.holds(
        desk={ETH: 7, USDC: 10_000_000 - 1},
        capital={ETH: -(10**18), EURC: -5},
        venue_fees={USDC: 3_000_000, ETH: 10**15, EURC: 2},
        **{"exchange:x": {USDC: 7_000_000 - 1, ETH: 10**18 - 10**15 + 7, EURC: 3}},
    )


def test_period_close(books: Books) -> None:
    funded()
    books.confirmed()
    books.paid()
    post_gas(reference=str(uuid7()), chain_id=CHAIN, gas=GAS, now=NOW)
    entry_post(
        key="period_closed:test",
        kind="period_closed",
        postings=period_closed(
            [
                postings.Posting(accounts.fees(), usdc(-100_000)),
                postings.Posting(accounts.gas(), GAS),
            ]
        ),
        refs={},
        now=NOW,
    )
    books.holds(
        shop=(13_300_000, 0),
        desk={ETH: TOKEN.units, USDC: -13_400_000},
        deposits={ETH: TOKEN.units},
        hot={USDC: 100_000_000, ETH: 10**18 - GAS.units},
        capital={USDC: -100_100_000, ETH: GAS.units - 10**18},
        fees={},
        gas={},
    )


def test_the_trial_balance_is_zero_in_each_asset(books: Books) -> None:
    funded()
    books.confirmed()
    books.paid()
    sums: dict[str, int] = {}
    for line in trial_balance():
        sums[line.asset] = sums.get(line.asset, 0) + line.units
    assert {ETH.code, USDC.code} <= set(sums)
    assert not any(sums.values())


@pytest.mark.parametrize("units", [0, -1])
def test_templates_refuse_to_move_nothing_or_less(units: int) -> None:
    with pytest.raises(LedgerError):
        postings.funding(custody=accounts.custody_hot(CHAIN), amount=usdc(units))
    with pytest.raises(LedgerError):
        postings.payout_reserved(shop_id=uuid7(), amount=usdc(units))


def test_an_unbalanced_entry_does_not_reach_the_database(db: None) -> None:
    with pytest.raises(Unbalanced):
        entry_post(
            key="x",
            kind="x",
            postings=[postings.debit(accounts.desk(), usdc(1))],
            refs={},
            now=NOW,
        )
