"""The whole way out on real contracts: swept, sold and paid by the house's sender and signer."""

import pytest

from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events.models import Event
from gateway.ledger.checks import ledger_checks
from gateway.ledger.selectors import shop_balance
from gateway.market.execution.models import FillBatch
from tests.market.execution.conftest import USDC
from tests.settlement.house_kit import WALLET, House

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]


def test_what_a_shopper_paid_in_weth_reaches_the_shop_in_usdc(house: House) -> None:
    desk = house.desk
    before = desk.on_chain("USDC", WALLET)
    house.credited("WETH", 5 * 10**15)
    desk.publish()
    (sale,) = desk.batch()
    house.tick(mine=8)
    sale.refresh_from_db()
    assert (sale.status, sale.failure_reason) == ("final", "")
    assert FillBatch.objects.get().bought_units > 14_000_000
    desk.custody_agrees()

    # the float was empty: what was just sold pays the shop
    payout = house.pay_out()
    house.tick(mine=8)
    payout.refresh_from_db()
    assert payout.status == "completed"
    assert desk.on_chain("USDC", WALLET) - before == 1_000_000
    found = shop_balance(shop_id=desk.shop_id, asset=USDC.code)
    assert (found.available, found.reserved) == (0, 0)
    desk.custody_agrees()
    assert ledger_checks() == []


def test_a_payout_waits_for_the_sweep_that_fills_the_float(house: House) -> None:
    desk = house.desk
    assert desk.on_chain("USDC") == 0
    house.credited("USDC", 2_000_000)
    payout = house.pay_out()
    payout.refresh_from_db()
    assert payout.status == "awaiting_funds"
    desk.batch()
    house.tick(mine=8)
    payout.refresh_from_db()
    assert payout.status == "sending"
    house.tick(mine=8)
    payout.refresh_from_db()
    assert payout.status == "completed"
    desk.custody_agrees()


def test_a_payout_over_the_signers_day_waits_and_goes_when_the_policy_is_raised(
    house: House,
) -> None:
    desk = house.desk
    before = desk.on_chain("USDC", WALLET)
    house.credited("USDC", 2_000_000)
    desk.batch()
    house.tick(mine=8)
    house.allow(999_999)
    payout = house.pay_out()
    house.tick(mine=8)
    payout.refresh_from_db()
    assert (payout.status, payout.waiting_reason) == ("awaiting_funds", "signer_limit")
    found = shop_balance(shop_id=desk.shop_id, asset=USDC.code)
    assert (found.available, found.reserved) == (0, 1_000_000)

    house.allow(1_000_000)
    house.clock.advance(61)
    house.tick(mine=8)
    payout.refresh_from_db()
    assert payout.status == "completed"
    assert desk.on_chain("USDC", WALLET) - before == 1_000_000
    desk.custody_agrees()
    assert ledger_checks() == []


def test_a_reorg_of_sweep_and_payout_books_each_once(house: House) -> None:
    desk = house.desk
    before = desk.on_chain("USDC", WALLET)
    house.credited("USDC", 2_000_000)
    desk.batch()
    house.tick(mine=1)
    assert FillBatch.objects.get().status == "queued"  # mined, and not final
    desk.till.rpc.call("anvil_reorg", [2, []])
    house.tick(mine=1)
    for _ in range(4):
        house.tick(mine=4)
    assert FillBatch.objects.get().status == "done"

    payout = house.pay_out()
    house.tick(mine=1)
    payout.refresh_from_db()
    assert payout.status == "sent"
    desk.till.rpc.call("anvil_reorg", [2, []])
    for _ in range(4):
        house.tick(mine=4)
    payout.refresh_from_db()
    assert payout.status == "completed"
    assert desk.on_chain("USDC", WALLET) - before == 1_000_000
    assert Event.objects.filter(subject=f"payout:{payout.id}", type="payout.sent").count() == 1
    assert OutgoingTransaction.objects.filter(purpose="payout").count() == 1
    desk.custody_agrees()
    assert ledger_checks() == []
