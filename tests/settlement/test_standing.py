"""A shop's standing: suspended by one, the rest by two; its reserve, and its money's way out."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.compliance.loading import list_load
from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.errors import ActOpenAlready, ActReasonMissing
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_agree
from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.settlement.errors import (
    AssetNotPaidOut,
    NothingToPayOut,
    PayoutTooLarge,
    ReleaseRefused,
)
from gateway.settlement.models import Payout
from gateway.settlement.releasing import payout_release_propose
from gateway.settlement.reserve import reserve_days_of
from gateway.settlement.reserve_terms import shop_reserve_change
from gateway.settlement.standing import (
    NEXT,
    shop_status_propose,
    shop_suspend,
    standing_history,
)
from gateway.shops.errors import AddressRefused, PolicyRefused, ShopUnknown, TermsRefused
from gateway.shops.models import SHOP_STATUSES
from gateway.shops.selectors import reserve_terms_of, shop_view
from gateway.shops.services import shop_set_status, shop_set_terms
from tests.custody.approvals.conftest import ADA, BEA, delay_passed
from tests.settlement.asking import balance
from tests.settlement.conftest import USDC, World

CENT = 10_000
ELSEWHERE = b"\x77" * 20


def agreed(act: Act) -> Act:
    """Another person is for it, and its delay is over."""
    act_agree(act_id=act.id, by=BEA)
    assert acts_carry_out_due() == 0
    delay_passed(act.id)
    acts_carry_out_due()
    act.refresh_from_db()
    relay.drain(limit=1000)
    return act


def standing(world: World) -> str:
    return shop_view(shop_id=world.shop_id).status


def suspend(world: World, reason: str = "a complaint of the bank's") -> None:
    shop_suspend(shop_id=world.shop_id, reason=reason, by=ADA, now=world.now)


def test_one_person_suspends_at_once_and_two_let_it_go_on(world: World) -> None:
    suspend(world)
    assert standing(world) == "suspended"
    (event,) = standing_history(shop_id=world.shop_id)
    assert (event.body["reason"], event.body["by"]) == ("a complaint of the bank's", str(ADA))
    assert event.shop_id is None  # no shop reads why
    act = shop_status_propose(shop_id=world.shop_id, status="active", reason="solved", by=ADA)
    assert act.shop_id is None
    assert agreed(act).state == "carried_out"
    assert standing(world) == "active"


@pytest.mark.parametrize("before", SHOP_STATUSES)
@pytest.mark.parametrize("wanted", [*SHOP_STATUSES, "nonesuch"])
def test_two_people_bring_a_shop_where_it_may_go_only(
    world: World, before: str, wanted: str
) -> None:
    shop_set_status(shop_id=world.shop_id, status=before, now=world.now)
    if wanted in NEXT[before]:
        shop_status_propose(shop_id=world.shop_id, status=wanted, reason="x", by=ADA)
    else:
        with pytest.raises(TermsRefused):
            shop_status_propose(shop_id=world.shop_id, status=wanted, reason="x", by=ADA)
    if before in {"suspended", "closed"}:
        with pytest.raises(TermsRefused):
            suspend(world)


def test_a_shop_suspended_meanwhile_is_not_closed_by_an_older_proposal(world: World) -> None:
    act = shop_status_propose(shop_id=world.shop_id, status="closing", reason="it asks", by=ADA)
    with pytest.raises(ActOpenAlready):
        shop_status_propose(shop_id=world.shop_id, status="closing", reason="again", by=BEA)
    suspend(world)
    assert agreed(act).state == "failed"
    assert standing(world) == "suspended"


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_nothing_is_done_at_once_without_a_reason(world: World, reason: str) -> None:
    with pytest.raises(ActReasonMissing):
        suspend(world, reason)
    with pytest.raises(ActReasonMissing):
        keep(world, 500, 30, reason=reason)
    assert standing(world) == "active"
    assert reserve_terms_of(shop_id=world.shop_id).bps == 0
    assert not Event.objects.filter(type__startswith="standing.").exists()


def keep(world: World, bps: int, days: int, reason: str = "chargebacks") -> Act | None:
    return shop_reserve_change(
        shop_id=world.shop_id, bps=bps, days=days, reason=reason, by=ADA, now=world.now
    )


def terms(world: World) -> tuple[int, int]:
    found = reserve_terms_of(shop_id=world.shop_id)
    return found.bps, found.days


def test_more_is_kept_at_once_and_less_by_two(world: World) -> None:
    assert keep(world, 500, 30) is None
    assert terms(world) == (500, 30)
    (event,) = standing_history(shop_id=world.shop_id)
    assert (event.body["bps"], event.body["days"]) == (500, 30)
    mixed = keep(world, 1_000, 10)
    assert mixed is not None and mixed.shop_id == world.shop_id
    assert terms(world) == (500, 30)
    assert agreed(mixed).state == "carried_out"
    assert terms(world) == (1_000, 10)
    none = keep(world, 0, 0)
    assert none is not None
    assert keep(world, 2_000, 10) is None  # meanwhile
    assert agreed(none).state == "failed"
    assert terms(world) == (2_000, 10)


@pytest.mark.parametrize(
    ("bps", "days"), [(0, 0), (5_001, 1), (1, 181), (-1, 5), (100, 0), (0, 3), (100, -1)]
)
def test_a_reserve_out_of_range_or_that_it_is_already_is_refused(
    world: World, bps: int, days: int
) -> None:
    with pytest.raises(PolicyRefused):
        keep(world, bps, days)


def test_what_is_kept_is_found_by_asset_and_day(
    world: World, django_assert_num_queries: Any
) -> None:
    keep(world, 1_000, 30)
    world.paid(1_000)
    with django_assert_num_queries(1):
        found = reserve_days_of(shop_id=world.shop_id, now=datetime.now(UTC))
    ((_until, units),) = found[USDC.code]
    assert units == 100


def release(world: World, **changes: Any) -> Act:
    return payout_release_propose(
        **{
            "shop_id": world.shop_id,
            "asset": USDC.code,
            "units": None,
            "destination": ELSEWHERE,
            "reason": "the court's order 7/26",
            "by": ADA,
            "now": world.now,
            **changes,
        }
    )


def load(*addresses: bytes) -> None:
    lines = [f"0x{address.hex()}" for address in (*addresses, b"\x01" * 20)]
    list_load(lines=lines, source="ofac", loaded_by="test", now=datetime.now(UTC), forced=True)
    relay.drain(limit=1000)


@pytest.fixture
def frozen(world: World) -> World:
    load()
    world.fund(100 * CENT)
    world.paid(50 * CENT)
    suspend(world)
    relay.drain(limit=1000)
    return world


def test_a_suspended_shops_money_goes_where_two_people_say_once(frozen: World) -> None:
    shop_set_terms(shop_id=frozen.shop_id, changes={"payout_limit_units": 1}, now=frozen.now)
    act = release(frozen)
    assert act.body["payable_units"] == str(50 * CENT)
    assert agreed(act).state == "carried_out"
    (payout,) = Payout.objects.filter(shop_id=frozen.shop_id)
    assert (payout.trigger, payout.units) == ("release", 50 * CENT)
    assert payout.status != "requested"  # nobody has to agree once more
    assert bytes(payout.destination or b"") == ELSEWHERE
    assert "the court's order 7/26" in payout.reason and str(BEA) in payout.reason
    assert balance(frozen) == (0, 50 * CENT)


def test_an_address_that_a_list_names_gets_nothing_then_or_by_then(frozen: World) -> None:
    act = release(frozen, units=CENT)
    load(ELSEWHERE)
    with pytest.raises(ReleaseRefused):
        release(frozen, units=CENT)
    assert agreed(act).state == "failed"
    assert not Payout.objects.exists()


def test_a_release_that_can_not_be_is_refused_when_it_is_proposed(frozen: World) -> None:
    for changes, error in (
        ({"destination": bytes(20)}, AddressRefused),
        ({"destination": b"\x01"}, AddressRefused),
        ({"units": 50 * CENT + 1}, PayoutTooLarge),
        ({"units": 0}, NothingToPayOut),
        ({"asset": "XYZ@1"}, AssetNotPaidOut),
        ({"asset": "ETH@31337"}, NothingToPayOut),
        ({"reason": ""}, ActReasonMissing),
    ):
        with pytest.raises(error):
            release(frozen, **changes)
    shop_set_status(shop_id=frozen.shop_id, status="active", now=frozen.now)
    with pytest.raises(ReleaseRefused):
        release(frozen)
    assert not Act.objects.exists()


def test_a_shop_let_go_on_meanwhile_keeps_its_money(frozen: World) -> None:
    act = release(frozen)
    shop_set_status(shop_id=frozen.shop_id, status="active", now=frozen.now)
    assert agreed(act).state == "failed"
    assert not Payout.objects.filter(trigger="release").exists()


def test_of_a_shop_that_is_not_there_nothing_is_proposed(world: World) -> None:
    with pytest.raises(ShopUnknown):
        shop_status_propose(shop_id=uuid7(), status="closing", reason="x", by=ADA)
