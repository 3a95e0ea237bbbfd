"""What the providers get of fees, and bear of losses."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.ledger import accounts
from gateway.ledger.postings import credit, debit
from gateway.ledger.selectors import balance
from gateway.money.amounts import Amount
from gateway.treasury.losses import loss_bear, loss_recover
from gateway.treasury.providers.errors import LossNotPossible, PeriodNotPossible
from gateway.treasury.providers.models import LiquidityPool, LossShare
from gateway.treasury.providers.selectors import positions
from gateway.treasury.providers.sharing import (
    fees_share,
    fees_share_due,
    loss_share,
    losses_follow,
)
from tests.settlement.conftest import USDC
from tests.treasury.providers.conftest import DOLLAR, Providing


@pytest.fixture
def current(providing: Providing) -> Providing:
    """At the database's own time, by which fees are booked."""
    providing.now = datetime.now(UTC)
    LiquidityPool.objects.update(fees_through=providing.now)
    return providing


def earn(providing: Providing, units: int) -> None:
    """The house books fees (below zero: a reorg takes them back)."""
    amount = Amount(units, USDC)
    providing.post(debit(accounts.desk(), amount), credit(accounts.fees(), amount))


def share(providing: Providing, *, minutes: int = 1) -> int:
    """Let a period end a little in the database's future; what was shared."""
    ends_at = datetime.now(UTC)
    providing.now = ends_at + timedelta(minutes=10)
    return fees_share(pool_id=providing.pool_id, ends_at=ends_at, now=providing.now).shared_units


def test_providers_get_their_part_of_the_fees_over_the_next_day(current: Providing) -> None:
    bob, eve = current.join("bob"), current.join("eve")
    current.bring(bob, 750 * DOLLAR)
    current.bring(eve, 250 * DOLLAR)
    before = balance(account=accounts.fees(), asset=USDC).units
    earn(current, 100_000)
    assert share(current) == 40_000
    assert balance(account=accounts.fees(), asset=USDC).units == before - 60_000
    assert (current.fees_of(bob), current.fees_of(eve)) == (0, 0)
    current.later(hours=12)
    assert current.fees_of(bob) in (14_999, 15_000)
    # who comes now gets nothing of what was earned before
    ann = current.join("ann")
    current.bring(ann, 1_000 * DOLLAR)
    current.later(hours=12)
    assert current.fees_of(bob) in (22_498, 22_499, 22_500)
    assert current.fees_of(ann) in (9_999, 10_000)
    current.holds()
    # and fees are paid out with the shares
    current.want(bob)
    payment = current.pay()
    assert payment is not None
    assert payment.principal_units == 750 * DOLLAR
    assert payment.fees_units in (22_498, 22_499, 22_500)
    current.transaction_is(payment, "transaction.final")
    current.holds()
    (view,) = [view for view in positions(now=current.now).items if view.provider == "bob"]
    assert view.profit_units == view.fees_taken_units == payment.fees_units
    assert view.points == 755  # a day and ten minutes


def test_fees_alone_can_be_taken(current: Providing) -> None:
    bob = current.join("bob")
    current.bring(bob, 1_000 * DOLLAR)
    earn(current, 100)
    share(current)
    current.later(days=1)
    current.want(bob, shares=0)
    payment = current.pay()
    assert payment is not None
    assert (payment.shares, payment.units) == (0, current.position(bob).fees_taken_units)
    assert payment.units in (39, 40)
    current.holds()


def test_a_small_pool_gets_as_much_less(current: Providing) -> None:
    current.bring(current.join("bob"), 10 * DOLLAR)
    earn(current, 100_000)
    assert share(current) == 400


def test_a_period_is_shared_once_and_periods_leave_no_gap(current: Providing) -> None:
    current.bring(current.join("bob"), 1_000 * DOLLAR)
    earn(current, 1_000)
    ends_at = datetime.now(UTC)
    later = ends_at + timedelta(minutes=11)
    one = fees_share(pool_id=current.pool_id, ends_at=ends_at, now=later)
    assert fees_share(pool_id=current.pool_id, ends_at=ends_at, now=later).id == one.id
    for wrong in (ends_at - timedelta(seconds=1), later):
        with pytest.raises(PeriodNotPossible):
            fees_share(pool_id=current.pool_id, ends_at=wrong, now=later)
    earn(current, 500)
    assert share(current) == 200
    current.holds()


def test_fees_that_a_reorg_took_back_are_made_up_for(current: Providing) -> None:
    current.bring(current.join("bob"), 1_000 * DOLLAR)
    earn(current, 1_000)
    assert share(current) == 400
    earn(current, -500)
    assert share(current) == 0
    earn(current, 700)
    assert share(current) == 80
    current.holds()


def test_while_nobody_has_a_share_the_house_keeps_its_fees(current: Providing) -> None:
    earn(current, 1_000)
    assert share(current) == 0
    current.bring(current.join("bob"), 1_000 * DOLLAR)
    earn(current, 1_000)
    assert share(current) == 400


def test_the_day_is_shared_by_itself(current: Providing) -> None:
    current.bring(current.join("bob"), 1_000 * DOLLAR)
    earn(current, 1_000)
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = midnight + timedelta(days=1, minutes=11)
    assert fees_share_due(now=tomorrow - timedelta(minutes=5)) == 0
    assert fees_share_due(now=tomorrow) == 1
    assert fees_share_due(now=tomorrow) == 0
    assert current.pool.fees_units == 400


def test_a_loss_is_borne_by_rule_also_by_who_waits_and_comes_back(providing: Providing) -> None:
    bob, eve = providing.join("bob"), providing.join("eve")
    providing.bring(bob, 750 * DOLLAR)
    providing.bring(eve, 250 * DOLLAR)
    providing.want(eve)
    loss_bear(
        reference="reorg",
        shop_id=providing.world.shop_id,
        short=Amount(200 * DOLLAR, USDC),
        now=providing.now,
    )
    terms = {"pool_id": providing.pool_id, "by": "ann", "now": providing.now}
    for _ in range(2):
        loss = loss_share(entry_key="shortfall:reorg", **terms)
    assert (loss.lost_units, loss.borne_units) == (200 * DOLLAR, 100 * DOLLAR)
    pool = providing.pool
    worth = [pool.value.units_for(providing.position(each).shares) for each in (bob, eve)]
    assert worth[0] in (675 * DOLLAR, 675 * DOLLAR - 1)
    assert worth[1] in (225 * DOLLAR, 225 * DOLLAR - 1)
    assert balance(account=accounts.losses(), asset=USDC).units == 100 * DOLLAR
    providing.holds()
    for key in ("shortfall:other", "nonsense"):
        with pytest.raises(LossNotPossible):
            loss_share(entry_key=key, **terms)

    assert losses_follow(now=providing.now) == 0
    loss_recover(reference="reorg", now=providing.now)
    assert losses_follow(now=providing.now) == 1
    assert losses_follow(now=providing.now) == 0
    assert providing.pool.principal_units == 1_000 * DOLLAR
    assert balance(account=accounts.losses(), asset=USDC).units == 0
    assert LossShare.objects.get().recovered_at is not None
    providing.holds()


def test_a_loss_larger_than_the_pool_takes_the_pool_and_no_more(providing: Providing) -> None:
    providing.world.fund(10_000 * DOLLAR)
    bob = providing.join("bob")
    providing.bring(bob, 1_000 * DOLLAR)
    withdrawal = providing.want(bob)
    loss_bear(
        reference="large",
        shop_id=providing.world.shop_id,
        short=Amount(10_000 * DOLLAR, USDC),
        now=providing.now,
    )
    loss = loss_share(
        pool_id=providing.pool_id, entry_key="shortfall:large", by="ann", now=providing.now
    )
    assert loss.borne_units == 1_000 * DOLLAR
    # there is nothing to wait for any more, and nobody behind it is held up
    assert providing.pay() is None
    withdrawal.refresh_from_db()
    assert withdrawal.status == "cancelled"
    eve = providing.join("eve")
    providing.bring(eve, 10 * DOLLAR)
    providing.want(eve)
    while (payment := providing.pay()) is not None:
        providing.transaction_is(payment, "transaction.final")
    assert providing.pool.value.units_for(providing.position(eve).shares) == 0
    providing.holds()
