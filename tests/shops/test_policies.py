"""What a settlement policy may say, and what its versions remember."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.shops import services
from gateway.shops.errors import PolicyRefused, TermsRefused
from gateway.shops.models import PolicyVersion
from gateway.shops.policies import first_policy, policy_from
from gateway.shops.selectors import policies_of, policy_of, shop_view, shops_scheduled
from gateway.shops.zones import last_closing

pytestmark = pytest.mark.django_db

USDC = "USDC@31337"
WHOLE = [{"asset": USDC, "bps": 10_000}]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"split": []}, "split"),
        ({"split": [{"asset": USDC, "bps": 9_999}]}, "split"),
        ({"split": [{"asset": USDC, "bps": 5_000}] * 2}, "split"),
        ({"split": [{"asset": USDC, "bps": 10_001}, {"asset": "EUR", "bps": -1}]}, "split"),
        ({"split": [{"asset": "USDC", "bps": 10_000}]}, "split"),
        ({"split": [{"asset": "US DC@1", "bps": 10_000}]}, "split"),
        ({"schedule": "threshold"}, "threshold_units"),
        ({"schedule": "threshold", "threshold_units": -1}, "threshold_units"),
        ({"threshold_units": 5}, "threshold_units"),
        ({"schedule": "daily"}, "closes_at"),
        ({"schedule": "daily", "closes_at": "24:00"}, "closes_at"),
        ({"schedule": "daily", "closes_at": "9:00"}, "closes_at"),
        ({"closes_at": "22:00"}, "closes_at"),
        ({"minimum_units": -1}, "minimum_units"),
        ({"chains": [1, 1]}, "chains"),
        ({"chains": [0]}, "chains"),
        ({"reserve_bps": 100}, "reserve_days"),
        ({"reserve_bps": 5_001, "reserve_days": 1}, "reserve_bps"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(changes: dict, field: str) -> None:
    with pytest.raises(PolicyRefused) as refused:
        policy_from({"split": WHOLE, **changes})
    assert refused.value.field == field


@pytest.mark.parametrize("data", [{}, {"split": WHOLE, "more": 1}, {"split": 5}])
def test_what_is_no_policy_is_refused(data: dict) -> None:
    with pytest.raises(PolicyRefused):
        policy_from(data)


def test_euros_beside_tokens_are_a_policy() -> None:
    split = [{"asset": USDC, "bps": 4_000}, {"asset": "EUR", "bps": 6_000}]
    assert [share.asset for share in policy_from({"split": split}).split] == [USDC, "EUR"]


def test_versions_are_kept_and_the_same_again_is_none(shop, clock) -> None:
    begun = policy_of(shop=shop_view(shop_id=shop.id))
    assert (begun.number, begun.policy) == (1, first_policy(shop.settlement_asset))
    daily = {"schedule": "daily", "closes_at": "22:30"}
    for _ in range(2):
        services.shop_set_policy(shop_id=shop.id, changes=daily, now=clock(), changed_by="user:1")
    services.shop_set_reserve(shop_id=shop.id, bps=500, days=30, now=clock(), changed_by="desk")
    assert [(v.number, v.decided_by) for v in policies_of(shop_id=shop.id)] == [
        (3, "desk"),
        (2, "user:1"),
        (1, "opened"),
    ]
    policy = policy_of(shop=shop_view(shop_id=shop.id)).policy
    assert (policy.closing_time, policy.reserve_bps) == (time(22, 30), 500)
    assert PolicyVersion.objects.filter(shop=shop, is_current=True).count() == 1
    assert shops_scheduled("daily") == [shop.id] and shops_scheduled("instant") == []


def test_a_shop_does_not_change_its_own_reserve(shop, clock) -> None:
    with pytest.raises(PolicyRefused):
        services.shop_set_policy(shop_id=shop.id, changes={"reserve_bps": 0}, now=clock())
    assert len(policies_of(shop_id=shop.id)) == 1


def test_a_closed_shop_stays_closed(shop, clock) -> None:
    services.shop_set_status(shop_id=shop.id, status="closed", now=clock())
    with pytest.raises(TermsRefused):
        services.shop_set_status(shop_id=shop.id, status="active", now=clock())


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "closes_at", "day", "moment"),
    [
        ("2026-07-01T19:59:59", time(22), "2026-06-30", "2026-06-30T20:00:00"),
        ("2026-07-01T20:00:00", time(22), "2026-07-01", "2026-07-01T20:00:00"),
        # clocks go forward: 02:30 is skipped and is as much later
        ("2026-03-29T12:00:00", time(2, 30), "2026-03-29", "2026-03-29T01:30:00"),
        # clocks go back: 02:30 comes twice, and the first one counts
        ("2026-10-25T12:00:00", time(2, 30), "2026-10-25", "2026-10-25T00:30:00"),
        ("2026-10-25T22:30:00", time(22, 30), "2026-10-25", "2026-10-25T21:30:00"),
    ],
)
def test_a_shop_closes_by_its_own_clock(now: str, closes_at: time, day: str, moment: str) -> None:
    found = last_closing(datetime.fromisoformat(now).replace(tzinfo=UTC), closes_at, BERLIN)
    assert (found[0].isoformat(), found[1].strftime("%Y-%m-%dT%H:%M:%S")) == (day, moment)


@given(
    now=st.integers(1_577_836_800, 2_051_222_400).map(lambda s: datetime.fromtimestamp(s, UTC)),
    closes_at=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    zone=st.sampled_from(["Europe/Berlin", "Pacific/Apia", "America/Caracas", "Asia/Tokyo"]),
)
def test_the_last_closing_is_past_and_less_than_two_days_ago(now, closes_at, zone) -> None:
    _day, moment = last_closing(now, closes_at, ZoneInfo(zone))
    assert moment <= now and (now - moment).total_seconds() < 2 * 86_400
