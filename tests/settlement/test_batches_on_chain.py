"""Leave, batches and a receiver that the issuer blocked, on real contracts and by the signer."""

from datetime import UTC, datetime

import pytest

from gateway.chains.addresses import checksum
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.ledger.checks import ledger_checks
from gateway.settlement.batch_ways import ways_tend
from gateway.settlement.models import BatchWay, Payout, PayoutBatch
from gateway.settlement.requesting import payout_request
from gateway.shops.models import Shop
from gateway.supervisor.devchain.calls import call_data
from tests.market.execution.conftest import Desk
from tests.settlement.house_kit import WALLET, House

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]

UNIT = 1_000_000


@pytest.fixture
def opened(house: House) -> House:
    """7 USDC owed to the shop, more than that in the float, and leave for the contract."""
    for _ in range(7):
        house.credited("USDC", 2 * UNIT)
    house.desk.batch()
    house.tick(mine=8)
    assert ways_tend(now=datetime.now(UTC)) == 1
    assert ways_tend(now=datetime.now(UTC)) == 0
    house.tick(mine=8)
    assert BatchWay.objects.get().status == "ready"
    house.desk.custody_agrees()
    return house


def ask(house: House, to: bytes, units: int) -> Payout:
    Shop.objects.filter(id=house.desk.shop_id).update(payout_address=to)
    return payout_request(
        shop_id=house.desk.shop_id,
        units=units,
        idempotency_key=str(uuid7()),
        now=datetime.now(UTC),
    )


def block(desk: Desk, receiver: bytes) -> None:
    """The issuer puts an address on its list."""
    till = desk.till
    till.rpc.call("anvil_impersonateAccount", [till.layout.admin])
    call = {
        "from": till.layout.admin,
        "to": till.layout.token("USDC").address,
        "data": "0x" + call_data("blacklist(address)", checksum(receiver)).hex(),
        "gas": hex(300_000),
    }
    till.mined(till.rpc.call("eth_sendTransaction", [call]))


def statuses(payouts: list[Payout]) -> list[str]:
    return [Payout.objects.get(id=each.id).status for each in payouts]


def test_three_wait_behind_one_and_are_paid_by_one_transaction_save_the_blocked_one(
    opened: House,
) -> None:
    desk = opened.desk
    receivers = [bytes([n]) * 20 for n in (0x51, 0x52, 0x53)]
    first = ask(opened, WALLET, UNIT)
    relay.drain(limit=1000)
    payouts = [ask(opened, to, n * UNIT) for n, to in enumerate(receivers, start=1)]
    relay.drain(limit=1000)
    assert statuses([first, *payouts]) == ["sending", "approved", "approved", "approved"]
    opened.tick(mine=1)
    (batch,) = PayoutBatch.objects.all()
    assert batch.size == 3
    block(desk, receivers[1])
    before = [desk.on_chain("USDC", to) for to in receivers]
    opened.tick(mine=1)
    assert statuses(payouts) == ["sent", "sending", "sent"]
    desk.till.rpc.call("anvil_reorg", [1, []])
    for _ in range(4):
        opened.tick(mine=4)
    assert statuses(payouts) == ["completed", "failed", "completed"]
    after = [desk.on_chain("USDC", to) for to in receivers]
    assert [a - b for a, b in zip(after, before, strict=True)] == [UNIT, 0, 3 * UNIT]
    assert "blacklisted" in Payout.objects.get(id=payouts[1].id).failure_reason
    sent = OutgoingTransaction.objects.get(id=batch.transaction_id)
    fees = [Payout.objects.get(id=each.id).fee_units for each in payouts]
    assert sum(fees) == sent.fee_units
    desk.custody_agrees()
    assert ledger_checks() == []


def test_what_the_signer_does_not_let_pass_together_goes_alone_as_far_as_it_does(
    opened: House,
) -> None:
    first = ask(opened, WALLET, UNIT)
    relay.drain(limit=1000)
    payouts = [ask(opened, WALLET, units) for units in (UNIT, 3 * UNIT)]
    relay.drain(limit=1000)
    opened.tick(mine=1)
    opened.allow(2 * UNIT)  # a day; the first one took half of it
    opened.tick(mine=8)
    opened.tick(mine=8)
    assert PayoutBatch.objects.get().status == "undone"
    assert statuses([first, *payouts])[:2] == ["completed", "completed"]
    assert Payout.objects.get(id=payouts[1].id).status in ("failed", "awaiting_funds")
    opened.desk.custody_agrees()
    assert ledger_checks() == []
