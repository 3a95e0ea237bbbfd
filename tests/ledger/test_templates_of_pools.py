"""The golden tests of the books, for the rows of a pool's providers."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from gateway.events.ids import uuid7
from gateway.ledger.accounts import held, losses, pool
from gateway.ledger.errors import EntryConflict, LedgerError
from gateway.ledger.house import post_shortfall_covered
from gateway.ledger.pools import (
    post_fees_shared,
    post_loss_borne,
    post_loss_recovered,
    post_provider_blocked,
    post_provider_held,
    post_provider_in,
    post_provider_out,
    post_provider_released,
)
from gateway.ledger.selectors import fees_earned, lost_units, owed_units
from tests.ledger.books import CHAIN, ETH, GAS, NOW, USDC, Books, eth, funded, usdc

POOL, DEPOSIT = uuid7(), uuid7()


def brought(units: int = 50_000_000) -> None:
    post_provider_in(deposit_id=uuid7(), pool_id=POOL, chain_id=CHAIN, amount=usdc(units), now=NOW)


def test_provider_in(books: Books) -> None:
    before = owed_units(asset=USDC.code)
    brought()
    books.holds(hot={USDC: 50_000_000}, **{pool(POOL): {USDC: -50_000_000}})
    # what is a provider's is not the house's to trade away
    assert owed_units(asset=USDC.code) - before == 50_000_000


def test_provider_share(books: Books) -> None:
    books.confirmed()
    books.paid()
    share = uuid7()
    for _ in range(2):
        post_fees_shared(share_id=share, pool_id=POOL, amount=usdc(25_000), now=NOW)
    books.holds(
        shop=(13_300_000, 0),
        desk={ETH: 5 * 10**15, USDC: -13_400_000},
        deposits={ETH: 5 * 10**15},
        fees={USDC: -75_000},
        **{pool(POOL): {USDC: -25_000}},
    )
    with pytest.raises(EntryConflict), transaction.atomic():
        post_fees_shared(share_id=share, pool_id=POOL, amount=usdc(24_999), now=NOW)


def test_provider_out(books: Books) -> None:
    funded()
    brought()
    post_provider_out(
        payment_id=uuid7(),
        pool_id=POOL,
        chain_id=CHAIN,
        amount=usdc(20_000_000),
        gas=GAS,
        now=NOW,
    )
    books.holds(
        hot={USDC: 130_000_000, ETH: 10**18 - GAS.units},
        gas={ETH: GAS.units},
        **{pool(POOL): {USDC: -30_000_000}},
    )


def test_a_loss_that_providers_bear_and_its_recovery(books: Books) -> None:
    brought()
    reference, loss = str(uuid7()), uuid7()
    post_shortfall_covered(
        reference=reference,
        shop_id=books.shop_id,
        by_insurance=usdc(0),
        lost=usdc(1_000),
        now=NOW,
    )
    assert lost_units(entry_key=f"shortfall:{reference}", asset=USDC.code) == 1_000
    assert lost_units(entry_key=f"shortfall:{reference}", asset=ETH.code) is None
    post_loss_borne(
        loss_id=loss, pool_id=POOL, amount=usdc(400), reason=f"shortfall:{reference}", now=NOW
    )
    books.holds(
        shop=(1_000, 0),
        hot={USDC: 50_000_000},
        **{losses(): {USDC: 600}, pool(POOL): {USDC: -49_999_600}},
    )
    post_loss_recovered(loss_id=loss, now=NOW)
    books.holds(
        shop=(1_000, 0),
        hot={USDC: 50_000_000},
        **{losses(): {USDC: 1_000}, pool(POOL): {USDC: -50_000_000}},
    )


def test_a_listed_providers_money_is_held_then_released_or_blocked(books: Books) -> None:
    for decided, account in (("released", pool(POOL)), ("blocked", "blocked")):
        deposit = uuid7()
        post_provider_held(deposit_id=deposit, chain_id=CHAIN, amount=usdc(5), now=NOW)
        if decided == "released":
            books.holds(hot={USDC: 5}, **{held(deposit): {USDC: -5}})
            post_provider_released(deposit_id=deposit, pool_id=POOL, amount=usdc(5), now=NOW)
            books.holds(hot={USDC: 5}, **{held(deposit): {}, account: {USDC: -5}})
        else:
            post_provider_blocked(deposit_id=deposit, amount=usdc(5), now=NOW)
            books.holds(hot={USDC: 10}, **{held(deposit): {}, account: {USDC: -5}})


def test_fees_of_a_period_leave_out_what_was_shared(books: Books) -> None:
    # Postings bear the time their transaction began, which is before the test.
    start = datetime.now(UTC) - timedelta(hours=1)
    books.confirmed()
    books.paid()
    post_fees_shared(share_id=uuid7(), pool_id=POOL, amount=usdc(60_000), now=NOW)
    end = datetime.now(UTC) + timedelta(seconds=1)
    assert fees_earned(asset=USDC.code, start=start, end=end) == 100_000
    assert fees_earned(asset=USDC.code, start=end, end=end + timedelta(days=1)) == 0
    assert fees_earned(asset="XXX@1", start=start, end=end) == 0


@pytest.mark.parametrize("units", [0, -1])
def test_nothing_and_less_are_not_posted(books: Books, units: int) -> None:
    with pytest.raises(LedgerError):
        brought(units)
    with pytest.raises(LedgerError):
        post_fees_shared(share_id=uuid7(), pool_id=POOL, amount=usdc(units), now=NOW)
    with pytest.raises(LedgerError):
        post_provider_out(
            payment_id=uuid7(),
            pool_id=POOL,
            chain_id=CHAIN,
            amount=usdc(1),
            gas=eth(-1),
            now=NOW,
        )
