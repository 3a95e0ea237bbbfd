"""A reorg takes a payment back after its money left: who bears it is written down, in order."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.events import relay
from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.ledger import accounts
from gateway.ledger.checks import ledger_checks
from gateway.ledger.selectors import balance as account_balance
from gateway.ledger.selectors import trial_balance
from gateway.settlement.models import Payout, Shortfall
from gateway.settlement.shortfalls import (
    NETTING_DAYS,
    payment_came,
    shortfall_cover,
    shortfall_note,
    shortfalls_cover_due,
)
from gateway.shops.services import shop_set_status
from gateway.treasury.losses import insurance_fund
from tests.chain_rows import make_deposit
from tests.settlement.asking import balance, payable, request, status
from tests.settlement.conftest import USDC, World
from tests.settlement.test_payouts_at_once import in_threads


def paid_out(world: World, units: int) -> object:
    """A deposit whose money has left for good; its id."""
    world.fund(units)
    world.fund(10**18, asset="ETH@31337")
    deposit_id = world.paid(units)
    request(world)
    relay.drain(limit=1000)
    outgoing = world.queued()[-1]
    world.transaction_is(outgoing, "transaction.final", status="succeeded")
    assert balance(world) == (0, 0)
    return deposit_id


def orphan(world: World, deposit_id, units: int) -> None:
    world.say_deposit("deposit.orphaned", deposit_id)
    world.reversed(deposit_id, units)
    relay.drain(limit=1000)


def rows() -> list[tuple[str, int, int, int, int]]:
    return [
        (row.status, row.open_units, row.netted_units, row.by_insurance_units, row.lost_units)
        for row in Shortfall.objects.order_by("opened_at", "id")
    ]


def told() -> list[str]:
    return list(
        Event.objects.filter(subject__startswith="shortfall:")
        .order_by("id")
        .values_list("type", flat=True)
    )


def due():
    """Handlers take their time from the clock on the wall."""
    return timezone.now() + timedelta(days=NETTING_DAYS, seconds=1)


def books_hold() -> None:
    sums: dict[str, int] = {}
    for line in trial_balance():
        sums[line.asset] = sums.get(line.asset, 0) + line.units
    assert not any(sums.values())
    assert ledger_checks() == []


def pool() -> int:
    return -account_balance(account=accounts.insurance(), asset=USDC).units


def losses() -> int:
    return account_balance(account=accounts.losses(), asset=USDC).units


def test_next_credits_then_insurance_then_the_house_bear_it(world: World) -> None:
    insurance_fund(asset=USDC.code, units=25, reference=str(uuid7()), now=world.now)
    insured, lost_before = min(60, pool()), losses()
    first = paid_out(world, 100)
    orphan(world, first, 100)
    assert (balance(world), rows()) == ((-100, 0), [("open", 100, 0, 0, 0)])
    assert payable(world) == 0

    world.paid(40)
    assert (balance(world), rows()) == ((-60, 0), [("open", 60, 40, 0, 0)])
    assert shortfalls_cover_due(now=world.now) == 0

    pool_before = pool()
    assert shortfalls_cover_due(now=due()) == 1
    assert rows() == [("covered", 0, 40, insured, 60 - insured)]
    assert (pool_before - pool(), losses() - lost_before) == (insured, 60 - insured)
    assert balance(world) == (0, 0)
    assert told() == ["shortfall.opened", "shortfall.covered"]
    assert shortfalls_cover_due(now=due()) == 0
    world.paid(10)
    assert (balance(world), payable(world)) == ((10, 0), 10)
    books_hold()


def test_later_credits_alone_make_it_good(world: World) -> None:
    first = paid_out(world, 100)
    orphan(world, first, 100)
    world.paid(70)
    world.paid(70)
    assert (balance(world), payable(world)) == ((40, 0), 40)
    assert rows() == [("netted", 0, 100, 0, 0)]
    assert told() == ["shortfall.opened", "shortfall.netted"]
    assert shortfalls_cover_due(now=due()) == 0
    books_hold()


def test_a_payment_still_in_the_balance_leaves_nothing_short(world: World) -> None:
    first = world.paid(100)
    world.paid(50)
    orphan(world, first, 100)
    assert (balance(world), rows()) == ((50, 0), [])


def test_a_payout_that_was_not_sent_is_taken_back(world: World) -> None:
    first = world.paid(100)
    world.paid(50)
    small, large = request(world, 30), request(world, 120)
    relay.drain(limit=1000)  # the float is empty: both wait
    orphan(world, first, 100)
    # 120 back is enough; the older one may go
    assert (status(small), status(large)) == ("awaiting_funds", "cancelled")
    assert (balance(world), rows()) == ((20, 30), [])
    assert Payout.objects.get(id=large.id).failure_code == "payment_reverted"
    books_hold()


def test_a_payout_under_way_that_fails_makes_it_good(world: World) -> None:
    world.fund(100)
    first = world.paid(100)
    payout = request(world)
    relay.drain(limit=1000)
    (outgoing,) = world.queued()
    orphan(world, first, 100)
    assert (status(payout), rows()) == ("sending", [("open", 100, 0, 0, 0)])
    world.transaction_is(outgoing, "transaction.failed", status="reverted", fee=0)
    relay.drain(limit=1000)
    assert (balance(world), rows()) == ((0, 0), [("netted", 0, 100, 0, 0)])
    books_hold()


def test_a_reversal_told_twice_is_one_shortfall(world: World) -> None:
    first = paid_out(world, 100)
    orphan(world, first, 100)
    orphan(world, first, 100)
    for _ in range(2):
        shortfall_note(
            deposit_id=first, shop_id=world.shop_id, asset=USDC.code, units=100, now=world.now
        )
    assert rows() == [("open", 100, 0, 0, 0)]
    (row,) = Shortfall.objects.all()
    for _ in range(2):
        shortfall_cover(shortfall_id=row.id, now=world.now)
    assert balance(world) == (0, 0)
    books_hold()


def test_two_reversals_before_anyone_was_told_are_each_their_own(world: World) -> None:
    first, second = world.credited(60), world.credited(40)
    world.final(first)
    world.final(second)
    world.fund(100)
    request(world)
    relay.drain(limit=1000)
    # both are reversed in the books before the first of their events is handled
    world.reversed(first, 60)
    world.reversed(second, 40)
    relay.drain(limit=1000)
    assert sorted(rows()) == [("open", 40, 0, 0, 0), ("open", 60, 0, 0, 0)]
    assert {row.deposit_id: row.units for row in Shortfall.objects.all()} == {
        first: 60,
        second: 40,
    }


def test_what_the_house_bore_explains_no_other_payments_shortfall(world: World) -> None:
    world.open_shop(terms={"at_risk_cap_units": 10**6})
    first, second = world.credited(30), world.credited(40)
    relay.drain(limit=1000)
    request(world)
    Payout.objects.filter(shop_id=world.shop_id).update(status="sent", transaction_id=uuid7())
    whose = {"shop_id": world.shop_id, "asset": USDC.code}
    world.reversed(first, 30)
    world.reversed(second, 40)
    row = shortfall_note(deposit_id=first, units=30, now=due(), **whose)
    assert row is not None
    shortfall_cover(shortfall_id=row.id, now=due())
    # told of the first again, before anyone was told of the second
    assert shortfall_note(deposit_id=first, units=30, now=due(), **whose) is None
    assert shortfall_note(deposit_id=second, units=40, now=due(), **whose) is not None
    assert {row.deposit_id: row.units for row in Shortfall.objects.all()} == {
        first: 30,
        second: 40,
    }
    books_hold()


def test_a_credit_that_is_told_of_before_the_reversal_is_netted_at_once(world: World) -> None:
    first = paid_out(world, 100)
    world.reversed(first, 100)  # nobody was told yet
    world.credited(30)
    relay.drain(limit=1000)
    assert sum(row.open_units for row in Shortfall.objects.all()) == 70
    assert balance(world) == (-70, 0)


def test_a_closing_shop_is_not_waited_for(world: World) -> None:
    first = paid_out(world, 100)
    orphan(world, first, 100)
    shop_set_status(shop_id=world.shop_id, status="closing", now=world.now)
    assert shortfalls_cover_due(now=world.now) == 1
    assert balance(world) == (0, 0)


@pytest.mark.parametrize(
    ("credited", "left", "after"),
    [(100, 0, [("recovered", 0, 100, 0, 0)]), (120, 20, [("recovered", 0, 100, 0, 0)])],
)
def test_a_payment_that_comes_back_after_all_is_not_paid_twice(
    world: World, credited: int, left: int, after: list
) -> None:
    pool_before, lost_before = pool(), losses()
    first = paid_out(world, 100)
    orphan(world, first, 100)
    shortfalls_cover_due(now=due())
    assert balance(world) == (0, 0)
    make_deposit(units=100, at=world.now, id=first, state="orphaned")
    again = make_deposit(units=100, at=world.now, remined_from_id=first, state="confirmed")
    world.credited(credited, deposit_id=again.id)
    relay.drain(limit=1000)
    assert (balance(world), rows()) == ((left, 0), after)
    assert (pool(), losses()) == (pool_before, lost_before)
    assert told() == ["shortfall.opened", "shortfall.covered", "shortfall.recovered"]
    books_hold()


def test_one_that_comes_back_for_less_leaves_the_rest_short_again(world: World) -> None:
    first = paid_out(world, 100)
    orphan(world, first, 100)
    shortfalls_cover_due(now=due())
    make_deposit(units=100, at=world.now, id=first, state="orphaned")
    again = make_deposit(units=100, at=world.now, remined_from_id=first, state="confirmed")
    world.credited(90, deposit_id=again.id)
    relay.drain(limit=1000)
    assert balance(world) == (-10, 0)
    assert sorted(rows()) == [("open", 10, 0, 0, 0), ("recovered", 0, 100, 0, 0)]
    # and once more it is gone: what it had brought is short too
    orphan(world, again.id, 90)
    assert balance(world) == (-100, 0)
    assert sorted(rows())[:2] == [("open", 10, 0, 0, 0), ("open", 90, 0, 0, 0)]
    books_hold()


def test_another_payment_does_not_undo_what_the_house_bore(world: World) -> None:
    first = paid_out(world, 100)
    orphan(world, first, 100)
    shortfalls_cover_due(now=due())
    world.paid(80)
    assert (balance(world), [row[0] for row in rows()]) == ((80, 0), ["covered"])


def test_a_shop_that_was_never_short_pays_one_query_for_it(
    world: World, django_assert_num_queries
) -> None:
    with django_assert_num_queries(1):
        payment_came(deposit_id=uuid7(), shop_id=world.shop_id, asset=USDC.code, now=world.now)


def test_the_house_sets_money_aside_once_for_a_reference(world: World) -> None:
    before = pool()
    answers = []
    for _ in range(2):
        out = StringIO()
        call_command("insurance_fund", asset=USDC.code, units=500, reference="board-7", stdout=out)
        answers.append(out.getvalue().strip())
    assert answers == ["insurance:board-7 booked", "insurance:board-7 was booked before"]
    assert pool() - before == 500
    books_hold()


def test_reversals_and_covers_at_once_allocate_each_unit_once(committed_world: World) -> None:
    world = committed_world
    world.open_shop(terms={"at_risk_cap_units": 10**6})
    deposits = [(world.credited(units), units) for units in (10, 20, 30, 40)]
    relay.drain(limit=1000)
    request(world)
    for deposit_id, units in deposits:
        world.reversed(deposit_id, units)

    def work(number: int) -> None:
        deposit_id, units = deposits[number % 4]
        shortfall_note(
            deposit_id=deposit_id, shop_id=world.shop_id, asset=USDC.code, units=units, now=due()
        )
        for row in Shortfall.objects.filter(shop_id=world.shop_id):
            shortfall_cover(shortfall_id=row.id, now=due())

    Payout.objects.filter(shop_id=world.shop_id).update(status="sent", transaction_id=uuid7())
    outcomes = in_threads(8, work)
    assert outcomes == [None] * 8
    mine = Shortfall.objects.filter(shop_id=world.shop_id)
    assert sum(row.by_insurance_units + row.lost_units for row in mine) == 100
    assert [row.units for row in mine.order_by("units")] == [10, 20, 30, 40]
    assert balance(world) == (0, 100)
    books_hold()


steps = st.lists(
    st.tuples(
        st.sampled_from(["credit", "final", "reverse", "request", "sent", "failed", "cover"]),
        st.integers(min_value=1, max_value=50),
    ),
    max_size=14,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps)
def test_whatever_happens_what_is_open_is_what_is_short(
    world: World, happened: list[tuple[str, int]]
) -> None:
    world.open_shop(terms={"at_risk_cap_units": 10**6})
    world.fund(10_000)
    world.fund(10**18, asset="ETH@31337")
    standing: list = []
    for what, number in happened:
        match what:
            case "credit":
                standing.append((world.credited(number), number))
            case "final" if standing:
                world.final(standing[number % len(standing)][0])
            case "reverse" if standing:
                world.reversed(*standing.pop(number % len(standing)))
            case "request" if payable(world):
                request(world)
            case "sent" | "failed":
                under_way = Payout.objects.filter(shop_id=world.shop_id, status="sending")
                for outgoing in world.queued():
                    if under_way.filter(transaction_id=outgoing.id).exists():
                        name = "final" if what == "sent" else "failed"
                        state = "succeeded" if what == "sent" else "reverted"
                        world.transaction_is(outgoing, f"transaction.{name}", status=state, fee=0)
            case "cover":
                shortfalls_cover_due(now=due())
        relay.drain(limit=1000)
        available, _ = balance(world)
        mine = Shortfall.objects.filter(shop_id=world.shop_id, status="open")
        assert sum(row.open_units for row in mine) == max(0, -available)
    books_hold()
