"""What a house has when it is brought to settlement policies, and when it is taken back."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from tests.migrating import brought_back, migrated

BEFORE = [("shops", "0003_shop_time_zone"), ("settlement", "0004_withheld")]
AFTER = [("shops", "0005_threshold_in_policy"), ("settlement", "0005_settlement_policy")]


@pytest.fixture
def _brought_back(transactional_db: None) -> Iterator[None]:
    with brought_back():
        yield


@pytest.mark.usefixtures("_brought_back")
def test_a_threshold_and_a_payout_are_carried_over_and_back() -> None:
    old = migrated(BEFORE)
    shop = {
        "pricing_currency": "EUR",
        "settlement_asset": "USDC@31337",
        "created_at": timezone.now(),
    }
    shops = old.get_model("shops", "Shop").objects
    by_threshold = shops.create(name="a", payout_threshold_units=12_500_000, **shop)
    by_hand = shops.create(name="b", **shop)
    old.get_model("settlement", "Payout").objects.create(
        shop_id=by_hand.id,
        mode="test",
        asset="USDC@31337",
        decimals=6,
        units=5,
        chain_id=31337,
        destination=b"\1" * 20,
        trigger="demand",
        idempotency_key="x",
        requested_at=timezone.now(),
    )

    new = migrated(AFTER)
    versions = new.get_model("shops", "PolicyVersion").objects
    kept = versions.get(shop_id=by_threshold.id)
    assert (kept.number, kept.schedule, kept.policy["threshold_units"]) == (
        1,
        "threshold",
        12_500_000,
    )
    assert kept.policy["split"] == [{"asset": "USDC@31337", "bps": 10_000}]
    assert versions.get(shop_id=by_hand.id).schedule == "on_demand"
    payout = new.get_model("settlement", "Payout").objects.get()
    assert (payout.taken_asset, payout.taken_decimals, payout.taken_units) == ("USDC@31337", 6, 5)
    payout.trigger, payout.status, payout.waiting_reason = (
        "daily",
        "awaiting_funds",
        "shop_suspended",
    )
    payout.save()

    back = migrated(BEFORE)
    shops = back.get_model("shops", "Shop").objects
    assert shops.get(id=by_threshold.id).payout_threshold_units == 12_500_000
    assert shops.get(id=by_hand.id).payout_threshold_units is None
    payouts = back.get_model("settlement", "Payout").objects
    assert (payouts.get().trigger, payouts.get().waiting_reason) == ("threshold", "payment_check")
    payouts.all().delete()
    shops.all().delete()
