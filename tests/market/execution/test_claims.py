"""What is a payer's is collected like the rest and kept for them; dust is counted where it lies."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from gateway.ledger import accounts
from gateway.ledger.checks import ledger_checks
from gateway.ledger.deposits import post_blocked, post_held
from gateway.ledger.selectors import balance
from gateway.market.execution import batching
from gateway.market.execution.models import FillBatch, FillRequest
from gateway.market.execution.outcomes import fill_withdraw
from gateway.market.execution.selectors import not_to_be_collected, uncollected
from gateway.market.snapshot_store import forget_snapshot
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from tests.market.execution.conftest import CHAIN_ID, ETH, USDC, Desk
from tests.market.execution.test_fills import statuses, weth

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]

DEPOSITS = accounts.custody_deposits(CHAIN_ID)
MILLI_ETH = 10**15
GWEI = 10**9


def owed(account: accounts.AccountName, asset: Asset) -> int:
    return -balance(account=account, asset=asset).units


def wake(desk: Desk) -> None:
    """What waits to be tried again is tried now, while prices are fresh."""
    waiting = FillRequest.objects.filter(status="pending")
    waiting.update(not_before=desk.now() - timedelta(seconds=1))


@pytest.mark.parametrize("reason", ["late", "cancelled", "surplus", "returned", "wrong_asset"])
def test_what_became_only_a_claim_is_swept_and_still_owed(desk: Desk, reason: str) -> None:
    owes = accounts.suspense() if reason == "wrong_asset" else accounts.refunds()
    before = owed(owes, weth())
    address = desk.pay(("WETH", 5 * MILLI_ETH))
    (deposit,) = desk.deposits(address)
    desk.claim(deposit, reason=reason)
    desk.publish()
    (queued,) = desk.batch()
    assert queued.purpose == "sweep"  # nobody sells what is a payer's
    desk.send(queued)
    assert statuses() == ["swept"]
    assert desk.booked(DEPOSITS, weth()) == 0
    assert owed(owes, weth()) - before == 5 * MILLI_ETH
    desk.custody_agrees()
    assert ledger_checks() == []


def test_a_claim_in_the_native_coin_is_swept(desk: Desk) -> None:
    address = desk.pay(("ETH", 5 * MILLI_ETH))
    desk.claim(desk.deposits(address)[0])
    desk.publish()
    (queued,) = desk.batch()
    desk.send(queued)
    assert (statuses(), desk.booked(DEPOSITS, ETH)) == (["swept"], 0)
    desk.custody_agrees()


def test_a_claim_beside_what_the_desk_bought_keeps_both_unsold(desk: Desk) -> None:
    address = desk.pay(("WETH", 5 * MILLI_ETH), ("WETH", 3 * MILLI_ETH))
    bought, late = desk.deposits(address)
    desk.credit(bought)
    desk.claim(late)
    desk.credited("WETH", 4 * MILLI_ETH)
    desk.publish()
    sweep, sale = desk.batch()
    assert (sweep.purpose, sale.purpose) == ("sweep", "fill")
    desk.send(sweep)
    desk.send(sale)
    assert statuses() == ["swept", "swept", "filled"]
    assert FillBatch.objects.get(kind="swap").sold_units == 4 * MILLI_ETH
    desk.custody_agrees()


@pytest.mark.parametrize("ends", ["held", "blocked"])
def test_held_and_blocked_money_keeps_a_claim_at_its_address(desk: Desk, ends: str) -> None:
    address = desk.pay(("USDC", 5_000_000), ("USDC", 6_000_000))
    late, held = desk.deposits(address)
    desk.claim(late)
    amount = Amount(held.units, desk.confirm(held))
    post_held(deposit_id=held.id, amount=amount, now=held.block_time)
    if ends == "blocked":
        post_blocked(deposit_id=held.id, amount=amount, now=held.block_time)
    desk.publish()
    assert desk.batch() == []
    assert FillRequest.objects.get().last_error == "not_decided"
    assert not_to_be_collected(chain_id=CHAIN_ID)[USDC.code] >= 6_000_000


def test_an_unjudged_native_coin_is_not_taken_along(desk: Desk) -> None:
    address = desk.pay(("USDC", 5_000_000), ("ETH", MILLI_ETH))
    token, native = sorted(desk.deposits(address), key=lambda row: row.asset, reverse=True)
    desk.claim(token)
    desk.publish()
    assert desk.batch() == []
    desk.claim(native, reason="wrong_asset")
    wake(desk)
    queued = desk.batch()
    assert len(queued) == 2  # one a token; the first takes the coin along
    for transaction in queued:
        desk.send(transaction)
    assert desk.booked(DEPOSITS, ETH) == desk.booked(DEPOSITS, USDC) == 0
    desk.custody_agrees()


def test_dust_stays_is_counted_and_goes_with_what_comes_after_it(desk: Desk) -> None:
    address = desk.pay(("USDC", 1_000_000))
    desk.claim(desk.deposits(address)[0])
    desk.credited("USDC", 2_000_000)
    desk.publish(gas_price_wei=20 * GWEI)  # 50,000 gas at 3,000 dollars: three dollars each
    assert desk.batch() == []
    assert statuses() == ["dust", "dust"]
    rows = [row for row in uncollected() if row.status == "dust"]
    assert [(row.is_bought, row.deposits, row.units) for row in rows] == [
        (True, 1, 2_000_000),
        (False, 1, 1_000_000),
    ]
    told = StringIO()
    call_command("uncollected", stdout=told)
    assert "USDC@31337 dust dust payers: 1000000 base units in 1 deposits" in told.getvalue()
    # nobody looks at it again for a while, whatever else is swept
    wake(desk)
    desk.publish()
    assert desk.batch() == []

    desk.pay(("USDC", 2_500_000), to=address)
    desk.credit(desk.deposits(address)[1])
    desk.publish(gas_price_wei=20 * GWEI)
    (queued,) = desk.batch()
    desk.send(queued)
    assert statuses() == ["swept", "dust", "swept"]
    assert desk.booked(DEPOSITS, USDC) == 2_000_000
    desk.custody_agrees()
    assert ledger_checks() == []


def test_dust_is_looked_at_again_after_a_day_and_swept_when_gas_is_cheap(desk: Desk) -> None:
    desk.credited("USDC", 1_000_000)
    desk.publish(gas_price_wei=20 * GWEI)
    assert desk.batch() == []
    assert batching.dust_reconsider(now=desk.now()) == 0
    FillRequest.objects.update(not_before=desk.now() - timedelta(seconds=1))
    assert batching.dust_reconsider(now=desk.now()) == 1
    desk.publish()
    (queued,) = desk.batch()
    desk.send(queued)
    assert statuses() == ["swept"]


def test_dust_that_a_reorg_took_is_no_longer_counted(desk: Desk) -> None:
    address = desk.credited("USDC", 1_000_000)
    desk.publish(gas_price_wei=20 * GWEI)
    desk.batch()
    fill_withdraw(deposit_id=desk.deposits(address)[0].id)
    assert (statuses(), uncollected()) == (["withdrawn"], [])


def test_without_a_price_a_claim_waits_and_says_why(desk: Desk, valkey: object) -> None:
    forget_snapshot()
    address = desk.pay(("USDC", 5_000_000))
    desk.claim(desk.deposits(address)[0])
    assert desk.batch() == []
    assert FillRequest.objects.get().last_error == "market_unavailable"


def test_a_speck_that_arrives_during_a_sweep_is_judged_by_what_is_left(desk: Desk) -> None:
    address = desk.credited("USDC", 5_000_000)
    desk.publish(gas_price_wei=20 * GWEI)
    (queued,) = desk.batch()
    receipt = desk.mine(queued)
    desk.pay(("USDC", 1), to=address)
    desk.credit(desk.deposits(address)[1])
    assert desk.batch() == []
    assert FillRequest.objects.get(units=1).last_error == "under_way"
    desk.say(queued, receipt)
    wake(desk)
    desk.publish(gas_price_wei=20 * GWEI)
    assert desk.batch() == []
    assert statuses() == ["swept", "dust"]
    assert desk.booked(DEPOSITS, USDC) == 1
    desk.custody_agrees()
