"""A part of each credit stays for some days, and what it is there for."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.events import relay
from gateway.ledger.checks import ledger_checks
from gateway.settlement.final_credits import credit_recorded
from gateway.settlement.life import payable as payable_of
from gateway.settlement.models import FinalCredit, ReserveDay, Shortfall
from gateway.settlement.reserve import released_at, reserve_days, reserve_units
from gateway.settlement.selectors import payable_balances
from gateway.settlement.shortfalls import shortfalls_cover_due
from gateway.shops.selectors import ReserveTerms, shop_view
from gateway.shops.services import shop_set_reserve
from gateway.treasury.losses import insurance_fund
from tests.settlement.asking import balance, payable, request
from tests.settlement.conftest import USDC, World


def keep(world: World, bps: int, days: int) -> None:
    shop_set_reserve(shop_id=world.shop_id, bps=bps, days=days, now=world.now, changed_by="desk")


def held(world: World, *, in_days: int = 0) -> int:
    now = datetime.now(UTC) + timedelta(days=in_days)
    return reserve_units(shop_id=world.shop_id, now=now).get(USDC.code, 0)


def test_a_part_of_each_credit_stays_and_is_let_go_by_day(world: World) -> None:
    keep(world, 1_000, 30)
    world.paid(1_005)
    world.paid(200)
    assert (payable(world), held(world)) == (1_005 + 200 - 100 - 20, 120)
    shop = shop_view(shop_id=world.shop_id)
    later = datetime.now(UTC) + timedelta(days=31)
    assert payable_balances(shop=shop, now=later)[USDC.code].units == 1_205
    ((until, units),) = reserve_days(shop_id=world.shop_id, asset=USDC.code, now=datetime.now(UTC))
    assert units == 120 and until.astimezone(UTC).hour == 0
    assert timedelta(days=30) <= until - datetime.now(UTC) <= timedelta(days=31)


def test_terms_agreed_later_change_nothing_that_is_kept(world: World) -> None:
    keep(world, 1_000, 30)
    world.paid(1_000)
    keep(world, 0, 0)
    world.paid(1_000)
    assert held(world) == 100


def test_a_credit_told_twice_is_kept_once_and_one_undone_not_at_all(world: World) -> None:
    keep(world, 1_000, 30)
    deposit_id = world.paid(1_000)
    whose = {"deposit_id": deposit_id, "shop_id": world.shop_id, "asset": USDC.code}
    for _ in range(2):
        credit_recorded(**whose, units=1_000, now=world.now)
    assert held(world) == 100
    world.reversed(deposit_id, 1_000)
    relay.drain(limit=1000)
    assert (held(world), FinalCredit.objects.get(deposit_id=deposit_id).reserve_units) == (0, 0)
    assert ReserveDay.objects.get(shop_id=world.shop_id).units == 0


def test_a_loss_is_borne_by_the_next_credits_then_the_reserve_then_insurance_then_the_house(
    world: World,
) -> None:
    keep(world, 1_000, 30)
    world.fund(10_000)
    lost = world.paid(1_000)
    request(world)  # 900 leave, 100 stay
    relay.drain(limit=1000)
    assert balance(world)[0] == 100
    world.reversed(lost, 1_000)
    relay.drain(limit=1000)
    # the reserve took 100 of it; what is short is the rest
    (short,) = Shortfall.objects.filter(shop_id=world.shop_id)
    assert (short.units, balance(world)[0]) == (900, -900)
    # then come the next credits, their own reserve with them
    world.paid(300)
    short.refresh_from_db()
    assert (short.open_units, balance(world)[0], payable(world)) == (600, -600, 0)
    # then the insurance pool, then the house
    insurance_fund(asset=USDC.code, units=200, reference="pool", now=world.now)
    shortfalls_cover_due(now=datetime.now(UTC) + timedelta(days=31))
    short.refresh_from_db()
    assert (short.by_insurance_units, short.lost_units, short.netted_units) == (200, 400, 300)
    assert balance(world)[0] == 0
    assert ledger_checks() == []


def test_the_next_credits_fill_the_reserve_before_anything_is_payable(world: World) -> None:
    keep(world, 5_000, 30)
    world.fund(10_000)
    world.paid(1_000)
    request(world)
    lost = world.paid(200)
    relay.drain(limit=1000)
    assert balance(world)[0] == 700 and payable(world) == 100
    request(world)
    relay.drain(limit=1000)
    world.reversed(lost, 200)
    relay.drain(limit=1000)
    # 400 are there, 500 should be: nothing is short, and 100 of what comes next is not payable
    assert balance(world)[0] == 400 and payable(world) == 0
    assert not Shortfall.objects.filter(shop_id=world.shop_id).exists()
    world.paid(400)
    assert payable(world) == 100


@given(
    available=st.integers(-1_000, 1_000),
    from_deposits=st.integers(0, 1_000),
    final=st.integers(0, 1_000),
    cap=st.integers(0, 500),
    withheld=st.integers(0, 500),
    reserve=st.integers(0, 500),
)
def test_what_is_payable_never_touches_what_stays(
    *, available: int, from_deposits: int, final: int, cap: int, withheld: int, reserve: int
) -> None:
    found = payable_of(
        available=available,
        reserved=0,
        from_deposits=from_deposits,
        final=final,
        at_risk_cap=cap,
        withheld=withheld,
        reserve=reserve,
    )
    assert 0 <= found.units <= max(0, available - withheld - reserve)
    assert 0 <= found.reserve <= max(0, available)


def test_days_of_a_reserve_are_the_shops_own() -> None:
    berlin = ReserveTerms(bps=1_000, days=1, time_zone="Europe/Berlin")
    evening = datetime(2026, 3, 27, 23, 30, tzinfo=UTC)  # the 28th in Berlin
    assert released_at(berlin, credited_at=evening) == datetime(2026, 3, 29, 22, tzinfo=UTC)
