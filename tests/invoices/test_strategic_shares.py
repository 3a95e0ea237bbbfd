"""The share of strategic payers, from real locks in a real database."""

from datetime import timedelta

import pytest

from gateway.market.desk import strategic
from gateway.market.models import MinutePrice, ShopStrategy
from gateway.market.quotes import QuoteParts
from gateway.market.strategy import strategic_shares_update
from tests.chain_rows import USDC, WETH

pytestmark = pytest.mark.django_db


def test_a_shop_whose_payers_pay_whatever_the_market_does_gets_cheaper_locks(
    world, clock, monkeypatch
):
    monkeypatch.setattr(strategic, "LOCKS_NEEDED", 2)
    monkeypatch.setattr(strategic, "PRIOR_LOCKS", 1)
    world.load_list()
    before = world.quote(world.issue(4_200), WETH)
    start = clock().replace(second=0, microsecond=0)
    for minutes in range(3):
        MinutePrice.objects.create(
            asset=WETH,
            minute=start + timedelta(minutes=minutes),
            buy_usd_e18=(3_000 + minutes) * 10**18,
        )
    for asset in (WETH, WETH, WETH, USDC):
        world.confirmed(world.issue(4_200), asset=asset, at=clock() + timedelta(minutes=1))
    assert strategic_shares_update(now=clock()) == 1
    found = ShopStrategy.objects.get()
    assert found.locks == 3, "what is paid at par tells nothing"
    assert found.mean_ppm < 0, "the token rose: they gained nothing by waiting"
    assert world.view.strategic_share_ppm == found.share_ppm < 10**6
    after = world.quote(world.issue(4_200), WETH)
    assert after.parts.lock_premium_ppm < before.parts.lock_premium_ppm
    assert isinstance(after.parts, QuoteParts)
    assert after.parts.strategic_share_ppm == found.share_ppm


def test_without_a_market_or_locks_nothing_changes(world, clock):
    assert strategic_shares_update(now=clock()) == 0
    assert world.view.strategic_share_ppm is None
