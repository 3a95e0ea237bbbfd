"""The shop, the people and the desk of these tests."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from gateway.events.ids import uuid7
from gateway.ledger import accounts
from gateway.ledger.journal import entry_post
from gateway.ledger.postings import credit, debit, entry_of
from gateway.market.hedges.models import Hedge, HedgeStep, InventoryMove
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from tests.chain_rows import DEV_CHAIN as CHAIN_ID
from tests.faces import Staff, open_shop, staff
from tests.invoices.conftest import World, chain, world

__all__ = ["chain", "open_shop", "staff", "world"]

WETH, USDC = Asset(f"WETH@{CHAIN_ID}", 18), Asset(f"USDC@{CHAIN_ID}", 6)
ETHER, DOLLAR = 10**18, 10**6


@pytest.fixture
def dora(staff: Staff) -> Client:
    """Who runs the desk."""
    return staff.client("desk")


@pytest.fixture
def post(open_shop: World) -> Callable[..., None]:
    """Book lines, as some verb would."""

    def book(*lines: Any, kind: str = "test", **refs: str) -> None:
        with transaction.atomic():
            entry_post(
                key=f"{kind}:{uuid7()}",
                kind=kind,
                postings=entry_of(*lines),
                refs=refs,
                now=timezone.now(),
            )

    return book


@pytest.fixture
def long_of_ether(post: Callable[..., None]) -> None:
    """The desk bought 2 WETH that lie in the treasury, and owes dollars for them."""
    hot = accounts.custody_hot(CHAIN_ID)
    post(
        debit(hot, Amount(2 * ETHER, WETH)),
        credit(accounts.desk(), Amount(2 * ETHER, WETH)),
        debit(accounts.desk(), Amount(6_000 * DOLLAR, USDC)),
        credit(accounts.capital(), Amount(6_000 * DOLLAR, USDC)),
    )


def make_hedge(**facts: Any) -> Hedge:
    """A hedge as the desk writes it."""
    now: datetime = facts.pop("now", timezone.now())
    told = {
        "asset": WETH.code,
        "number": Hedge.objects.count() + 1,
        "chain_id": CHAIN_ID,
        "mode": "test",
        "side": "sell",
        "style": "market",
        "reason": "beyond_band",
        "asset_in": WETH.code,
        "asset_out": USDC.code,
        "exposure_units": 2 * ETHER,
        "band_units": ETHER,
        "units": 2 * ETHER,
        "slices": [str(2 * ETHER)],
        "slice_seconds": 30,
        "snapshot_version": 7,
        "next_at": now,
        "decided_at": now,
    }
    return Hedge.objects.create(**{**told, **facts})


def make_step(hedge: Hedge, **facts: Any) -> HedgeStep:
    now = timezone.now()
    told = {
        "kind": "swap",
        "slice_number": 0,
        "router": bytes(20),
        "transaction_id": uuid7(),
        "units_in": 2 * ETHER,
        "expected_units": 5_990 * DOLLAR,
        "worth_units": 6_000 * DOLLAR,
        "worth_cents": 600_000,
        "min_out_units": 5_940 * DOLLAR,
        "deadline": now,
        "created_at": now,
    }
    return HedgeStep.objects.create(hedge=hedge, **{**told, **facts})


def make_move(**facts: Any) -> InventoryMove:
    told = {
        "key": str(uuid7()),
        "mode": "test",
        "chain_id": CHAIN_ID,
        "exchange": "sandbox",
        "is_deposit": True,
        "asset": USDC.code,
        "decimals": 6,
        "units": 500 * DOLLAR,
        "reason": "more on the exchange",
        "decided_by": "desk@shop.example",
        "due_after_seconds": 3_600,
        "planned_at": timezone.now(),
    }
    return InventoryMove.objects.create(**{**told, **facts})
