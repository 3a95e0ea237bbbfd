"""What Prometheus hears of makers and exchanges."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from gateway.market.hedges.exchange_models import ExchangeOrder, ExchangeStanding
from gateway.market.hedges.models import Hedge
from gateway.market.makers.models import MakerStanding, QuoteRequest
from gateway.supervisor.database_gauges import DatabaseGauges

pytestmark = pytest.mark.django_db

ASSETS = {"USDC@31337": {"currency": "USDC"}}


def told() -> dict[tuple[str, ...], float]:
    """Every sample of these gauges, by name and labels."""
    return {
        (sample.name.removeprefix("tillway_"), *sample.labels.values()): sample.value
        for family in DatabaseGauges().collect()
        for sample in family.samples
        if family.name.startswith(("tillway_maker_", "tillway_exchange_"))
    }


@pytest.fixture
def venues(settings: Any) -> None:
    settings.MAKERS = [
        {"name": name, "address": "0x" + digits * 20, "url": f"https://{name}.example/"}
        for name, digits in (("acme", "a1"), ("new", "b2"))
    ]
    settings.EXCHANGES = [
        {"name": "held", "kind": "ccxt", "exchange": "binance", "assets": ASSETS},
        {"name": "fresh", "kind": "ccxt", "exchange": "binance", "assets": ASSETS},
        {"name": "bare", "kind": "ccxt", "exchange": "binance"},
    ]


def question(milliseconds: int | None, *, age: timedelta = timedelta(minutes=1)) -> None:
    QuoteRequest.objects.create(
        reference=str(uuid4()),
        maker="acme",
        maker_address=b"\xa1" * 20,
        chain_id=31337,
        contract=b"\1" * 20,
        taker=b"\2" * 20,
        side="sell",
        pair="WETH/USDC",
        token_in=b"\3" * 20,
        token_out=b"\4" * 20,
        amounts_in=["1"],
        fair_numerator=1,
        fair_denominator=1,
        max_deviation_bps=500,
        least_expiry=1,
        status="asked" if milliseconds is None else "answered",
        milliseconds=milliseconds,
        asked_at=timezone.now() - age,
    )


def order(hedge: Hedge, status: str, *, age: timedelta = timedelta(0)) -> None:
    now = timezone.now()
    ExchangeOrder.objects.create(
        hedge=hedge,
        exchange="held",
        slice_number=0,
        status=status,
        client_id=str(uuid4()),
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
        created_at=now - age,
        asked_at=None if status == "planned" else now,
    )


def hedge() -> Hedge:
    now = timezone.now()
    return Hedge.objects.create(
        asset="WETH@31337",
        number=1,
        chain_id=31337,
        mode="test",
        side="sell",
        style="at_once",
        reason="beyond_band",
        asset_in="WETH@31337",
        asset_out="USDC@31337",
        exposure_units=1,
        band_units=1,
        units=1,
        slices=["1"],
        slice_seconds=30,
        snapshot_version=1,
        next_at=now,
        decided_at=now,
    )


@pytest.mark.usefixtures("venues")
def test_a_maker_is_told_of_by_outcome_pause_and_pace() -> None:
    now = timezone.now()
    MakerStanding.objects.create(
        maker="acme",
        answered=7,
        declined=2,
        late=1,
        invalid=3,
        filled=4,
        failed_on_chain=5,
        excluded_until=now + timedelta(seconds=300),
        updated_at=now,
    )
    for milliseconds in range(1, 101):
        question(milliseconds * 10)
    question(None)
    question(60_000, age=timedelta(hours=2))
    found = told()
    assert [
        found["maker_questions", "acme", outcome]
        for outcome in ("answered", "declined", "late", "refused")
    ] == [7, 2, 1, 3]
    assert [found["maker_orders", "acme", outcome] for outcome in ("filled", "failed")] == [4, 5]
    until = found["maker_excluded_until_timestamp_seconds", "acme"]
    assert until == pytest.approx(now.timestamp() + 300, abs=0.01)
    assert 290 < found["maker_excluded_seconds", "acme"] <= 300
    assert found["maker_answer_p95_seconds", "acme"] == pytest.approx(0.9505)  # linear, of 1 to 100


@pytest.mark.usefixtures("venues")
def test_a_pause_that_is_over_is_none() -> None:
    past = timezone.now() - timedelta(seconds=5)
    MakerStanding.objects.create(maker="acme", excluded_until=past, updated_at=past)
    assert told()["maker_excluded_seconds", "acme"] == 0


@pytest.mark.usefixtures("venues")
def test_whoever_was_never_asked_has_rows_all_the_same() -> None:
    found = told()
    assert {key: value for key, value in found.items() if key[1] == "new"} == {
        ("maker_questions", "new", "answered"): 0,
        ("maker_questions", "new", "declined"): 0,
        ("maker_questions", "new", "late"): 0,
        ("maker_questions", "new", "refused"): 0,
        ("maker_orders", "new", "filled"): 0,
        ("maker_orders", "new", "failed"): 0,
        ("maker_excluded_until_timestamp_seconds", "new"): 0,
        ("maker_excluded_seconds", "new"): 0,
        ("maker_answer_p95_seconds", "new"): 0,
    }
    assert found["exchange_compared_age_seconds", "fresh"] == float("inf")
    assert found["exchange_balances_differing", "fresh"] == 0
    assert ("exchange_compared_age_seconds", "bare") not in found  # nothing of ours lies there
    assert found["exchange_day_orders", "bare", "done"] == 0


@pytest.mark.usefixtures("venues")
def test_orders_are_counted_by_state_for_the_day_and_comparisons_by_age() -> None:
    made = hedge()
    for status in ("planned", "asked", "asked", "done", "refused", "lost"):
        order(made, status)
    order(made, "done", age=timedelta(days=2))
    ExchangeStanding.objects.create(
        exchange="held", checked_at=timezone.now() - timedelta(seconds=90), differing=2
    )
    found = told()
    assert [
        found["exchange_day_orders", "held", state]
        for state in ("planned", "asked", "done", "refused", "lost")
    ] == [1, 2, 1, 1, 1]
    assert found["exchange_balances_differing", "held"] == 2
    assert 90 <= found["exchange_compared_age_seconds", "held"] < 100
    assert found["exchange_orders_open", "held"] == 3


def test_settings_that_cannot_be_read_leave_the_other_gauges(settings: Any) -> None:
    settings.MAKERS = [{"nonsense": 1}]
    settings.EXCHANGES = [{"nonsense": 1}]
    families = {family.name: family for family in DatabaseGauges().collect()}
    assert families["tillway_database_up"].samples[0].value == 1
    assert families["tillway_maker_orders"].samples == []
