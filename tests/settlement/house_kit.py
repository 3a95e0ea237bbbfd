"""A house on the dev chain: a desk, the sender with a signer of its own, and a shop."""

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
from gateway.custody.journal import Journal
from gateway.custody.keystore import key_from_secret
from gateway.custody.policy_file import parse_policy
from gateway.custody.policy_terms import Limit
from gateway.custody.signer import Signer
from gateway.events import leases, relay
from gateway.events.ids import uuid7
from gateway.events.services import emit
from gateway.settlement.models import Payout
from gateway.settlement.requesting import payout_request
from gateway.shops.services import shop_open
from gateway.supervisor.dev_policy import dev_policy
from tests.chains.send_kit import Clock, LocalSigner
from tests.market.execution.conftest import USDC, Desk

OPERATOR_KEY = "59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
WALLET = bytes.fromhex("15d34aaf54267db7d7c367839aaf71a00a2c6a65")


@dataclass
class House:
    desk: Desk
    sender: Sender
    signer: LocalSigner
    clock: Clock
    allow: Callable[..., None]

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
        payout = payout_request(
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

    def signer_with(per_day: int, *, without: str = "") -> Signer:
        policy = dev_policy(
            [chain_entry],
            account=key.address,
            now=clock(),
            payouts=Limit(per_day, per_day),
        )
        for chain in policy["chains"].values():
            for purposes in chain["accounts"].values():
                purposes[:] = [purpose for purpose in purposes if purpose != without]
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
        allow=lambda per_day, **changes: signer.use(signer_with(per_day, **changes)),
    )
    node.close()
    journal.close()
