"""What Prometheus hears of exchanges, makers, ranges and pools."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gateway.events.ids import uuid7
from gateway.market.hedges.exchange_models import ExchangeOrder, ExchangeStanding
from gateway.market.ranges.models import RangePosition, RangeStep
from gateway.supervisor.database_gauges import DatabaseGauges
from gateway.treasury.providers.models import LiquidityPool
from tests.merchants.desk.conftest import make_hedge
from tests.treasury.providers.conftest import DOLLAR, Providing
from tests.treasury.providers.conftest import providing as providing  # noqa: PLC0414 (a fixture)
from tests.treasury.providers.conftest import world as world  # noqa: PLC0414 (a fixture)

pytestmark = pytest.mark.django_db


def heard() -> dict[tuple[str, str], float]:
    return {
        (sample.name.removeprefix("tillway_"), "".join(sample.labels.values())): sample.value
        for family in DatabaseGauges().collect()
        for sample in family.samples
    }


def test_a_pool_that_differs_from_the_books_and_a_provider_who_waits(providing: Providing) -> None:
    asset = providing.pool.asset
    ann = providing.join("ann")
    providing.bring(ann, 100 * DOLLAR)
    told = heard()
    assert told["pool_off_the_books_units", asset] == 0
    assert told["withdrawal_oldest_seconds", asset] == 0
    providing.want(ann)
    LiquidityPool.objects.update(principal_units=99 * DOLLAR)
    providing.pool.queue.update(requested_at=timezone.now() - timedelta(hours=2))
    told = heard()
    assert told["pool_off_the_books_units", asset] == DOLLAR
    assert 7_200 <= told["withdrawal_oldest_seconds", asset] < 7_300


def test_an_order_without_an_end_ages(transactional_db: Any) -> None:
    now = timezone.now()
    ExchangeStanding.objects.create(exchange="paper")
    assert heard()["exchange_order_oldest_seconds", "paper"] == 0
    ExchangeOrder.objects.create(
        hedge=make_hedge(),
        exchange="paper",
        slice_number=0,
        status="asked",
        client_id="a",
        base="WETH@31337",
        quote="USDC@31337",
        sells=True,
        size=1,
        price=1,
        fair=1,
        units_in=1,
        expected_units=1,
        worth_units=1,
        worth_cents=1,
        deadline=now,
        created_at=now - timedelta(hours=1),
        asked_at=now,
    )
    assert 3_600 <= heard()["exchange_order_oldest_seconds", "paper"] < 3_700


def test_ranges_by_what_became_of_them(transactional_db: Any) -> None:
    now = timezone.now()

    def one(status: str, pool: str, **facts: Any) -> RangePosition:
        return RangePosition.objects.create(
            chain_id=31337,
            mode="test",
            pool=pool,
            manager=bytes(20),
            asset0="A",
            asset1="B",
            fee_ppm=500,
            lower=0,
            upper=10,
            status=status,
            reason="worth_it",
            parts={},
            offered0=1,
            offered1=1,
            token_id=1,
            next_at=now,
            decided_at=now - timedelta(hours=3),
            **facts,
        )

    one("open", "0x1")
    one("failed", "0x2")
    assert heard()["range_unfinished_oldest_seconds", "31337"] == 0
    closing = one("closing", "0x3")
    RangeStep.objects.create(
        position=closing,
        kind="collect",
        transaction_id=uuid7(),
        deadline=now,
        created_at=now - timedelta(hours=2),
    )
    told = heard()
    assert (told["ranges_open", "31337"], told["ranges_failed", "31337"]) == (1, 1)
    assert 7_200 <= told["range_unfinished_oldest_seconds", "31337"] < 7_300
