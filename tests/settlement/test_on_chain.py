"""The whole way out on real contracts: swept, sold and paid by the house's sender and signer."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from gateway.chains.node_line import NodeLine
from gateway.chains.outgoing.sender import Sender
from gateway.chains.outgoing_models import OutgoingTransaction
from gateway.custody.journal import Journal
from gateway.custody.keystore import key_from_secret
from gateway.custody.policy import Limit
from gateway.custody.policy_file import draft_policy, parse_policy
from gateway.custody.signer import Signer
from gateway.events import leases, relay
from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.events.services import emit
from gateway.ledger.checks import ledger_checks
from gateway.ledger.selectors import shop_balance
from gateway.market.execution.models import FillBatch
from gateway.settlement import services
from gateway.settlement.models import Payout
from gateway.shops.services import shop_open
from tests.chains.send_kit import Clock, LocalSigner
from tests.market.execution.conftest import USDC, Desk

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]

OPERATOR_KEY = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
WALLET = bytes.fromhex("15d34aaf54267db7d7c367839aaf71a00a2c6a65")


@dataclass
class House:
    desk: Desk
    sender: Sender
    signer: LocalSigner
    clock: Clock
    allow: Callable[[int], None]

    def credited(self, symbol: str, units: int) -> None:
        """A deposit that is worth 1 USDC to the shop, credited and final."""
        address = self.desk.credited(symbol, units)
        for deposit in self.desk.deposits(address):
            with transaction.atomic():
                for type in ("payment.credited", "deposit.final"):
                    emit(
                        type=type,
                        subject=f"deposit:{deposit.id}",
                        body={
                            "deposit_id": str(deposit.id),
                            "shop_id": str(self.desk.shop_id),
                            "asset": USDC.code,
                            "credited_units": "1000000",
                        },
                        mode="test",
                        now=datetime.now(UTC),
                    )
        relay.drain(limit=1000)

    def tick(self, *, mine: int = 0) -> None:
        self.sender.tick()
        if mine:
            self.desk.till.mine(mine)
            self.sender.tick()
        relay.drain(limit=1000)

    def pay_out(self) -> Payout:
        payout = services.payout_request(
            shop_id=self.desk.shop_id,
            units=None,
            idempotency_key=str(uuid7()),
            now=datetime.now(UTC),
        )
        relay.drain(limit=1000)
        return payout


@pytest.fixture
def house(desk: Desk, chain_entry: Any, tmp_path: Path) -> Iterator[House]:
    key = key_from_secret(bytes.fromhex(OPERATOR_KEY), label="operator", demo=True)
    clock = Clock()
    clock.now = datetime.now(UTC)
    journal = Journal(tmp_path / "journal", master_key=bytes(32), now=clock())

    def signer_with(per_day: int) -> Signer:
        policy = draft_policy(
            [chain_entry], accounts=[key.address], limits={USDC.code: Limit(per_day, per_day)}
        )
        return Signer(
            keys={key.address: key},
            policy=parse_policy(json.dumps(policy).encode()),
            journal=journal,
            clock=clock,
        )

    signer = LocalSigner(signer_with(10**12))
    lease = leases.acquire(name="sender:31337", holder="test", ttl_seconds=600)
    assert lease is not None
    node = NodeLine(chain_id=31337, urls=chain_entry["rpc_urls"], timeout_seconds=5)
    shop = shop_open(
        name="Café Amélie",
        pricing_currency="EUR",
        settlement_asset=USDC.code,
        payout_address=WALLET,
        now=datetime.now(UTC),
    )
    desk.shop_id = shop.id
    yield House(
        desk,
        Sender(
            chain=desk.till.chain,
            node=node,
            signer=signer,
            lease=lease,
            clock=clock,
        ),
        signer=signer,
        clock=clock,
        allow=lambda per_day: signer.use(signer_with(per_day)),
    )
    node.close()
    journal.close()


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
