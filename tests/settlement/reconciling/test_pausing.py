"""What a difference stops, and how payouts go on by themselves."""

from typing import Any

import pytest
from django.db import IntegrityError
from django.test import override_settings

from gateway.events import relay
from gateway.events.models import Event
from gateway.settlement.models import Payout
from gateway.settlement.reconciling.differing import (
    difference_assign,
    difference_explain,
    difference_follow,
    difference_note,
    proposal_withdraw,
)
from gateway.settlement.reconciling.errors import DifferenceClosed, ReasonMissing, SamePerson
from gateway.settlement.reconciling.explaining import Cause
from gateway.settlement.reconciling.judging import Item
from gateway.settlement.reconciling.lines import Line
from gateway.settlement.reconciling.models import (
    Difference,
    ReconciliationLine,
    ReconciliationRun,
)
from tests.settlement.asking import request, status
from tests.settlement.conftest import CHAIN_ID, USDC, World
from tests.settlement.reconciling.seeing import place_seen

pytestmark = pytest.mark.django_db
HOT = f"custody:hot:{CHAIN_ID}"


def seen(world: World, units: int, *causes: Cause, items: tuple[Item, ...] = ()) -> None:
    """A run that saw the treasury off by so many base units."""
    place_seen(units, *causes, now=world.now, account=HOT, asset=USDC.code, items=items)


def waiting(world: World) -> str:

    return Payout.objects.get(shop_id=world.shop_id).waiting_reason


def test_missing_money_stops_payouts_until_it_is_back(world: World) -> None:
    world.fund(100_000_000)
    world.paid(5_000_000)
    seen(world, -1)
    payout = request(world)
    relay.drain(limit=1000)
    assert (status(payout), waiting(world)) == ("awaiting_funds", "books_differ")
    assert world.queued() == []
    seen(world, 0)
    assert status(payout) == "sending"
    assert Difference.objects.get().closed_by == "books"


def test_what_is_there_beyond_the_books_stops_nothing(world: World) -> None:
    world.fund(100_000_000)
    world.paid(5_000_000)
    seen(world, 1_000, Cause("unknown_incoming", "0x1", 1_000))
    payout = request(world)
    relay.drain(limit=1000)
    assert status(payout) == "sending"


def test_a_theft_behind_a_gift_stops_payouts_all_the_same(world: World) -> None:
    world.fund(100_000_000)
    world.paid(5_000_000)
    gift, theft = Cause("unknown_incoming", "0x1", 50), Cause("unknown_outgoing", "0x2", -20)
    seen(world, 30, gift, theft)
    request(world)
    relay.drain(limit=1000)
    assert waiting(world) == "books_differ"


@override_settings(RECONCILIATION={"stop_above": {"test": {USDC.code: 2_000_000}}})
def test_payouts_up_to_the_limit_go_on(world: World) -> None:
    world.fund(100_000_000)
    world.paid(5_000_000)
    seen(world, -1)
    small, large = request(world, units=2_000_000), request(world, units=2_000_001)
    relay.drain(limit=1000)
    assert (status(small), status(large)) == ("sending", "awaiting_funds")


def test_two_people_explain_a_difference_and_payouts_go_on(world: World) -> None:
    world.fund(100_000_000)
    world.paid(5_000_000)
    seen(world, -7)
    payout = request(world)
    relay.drain(limit=1000)
    found = Difference.objects.get()
    difference_assign(difference_id=found.id, to="ann", by="bob", now=world.now)
    difference_note(difference_id=found.id, text="asking the bank", by="ann", now=world.now)
    with pytest.raises(ReasonMissing):
        difference_explain(difference_id=found.id, because=" ", by="ann", now=world.now)
    difference_explain(difference_id=found.id, because="a fee", by="ann", now=world.now)
    with pytest.raises(SamePerson):
        difference_explain(difference_id=found.id, because="a fee", by="ann", now=world.now)
    relay.drain(limit=1000)
    assert waiting(world) == "books_differ"
    difference_explain(difference_id=found.id, because="yes", by="bob", now=world.now)
    relay.drain(limit=1000)
    assert status(payout) == "sending"
    with pytest.raises(DifferenceClosed):
        difference_explain(difference_id=found.id, because="yes", by="cy", now=world.now)
    assert [note.by for note in found.notes.order_by("id")] == ["bob", "ann", "ann", "bob"]


def test_a_proposal_does_not_cover_another_amount(world: World) -> None:
    seen(world, -7)
    found = Difference.objects.get()
    difference_explain(difference_id=found.id, because="a fee", by="ann", now=world.now)
    seen(world, -9_000)
    found.refresh_from_db()
    assert (found.units, found.proposed_by, found.status) == (-9_000, "", "open")
    difference_explain(difference_id=found.id, because="a fee", by="ann", now=world.now)
    proposal_withdraw(difference_id=found.id, by="bob", now=world.now)
    found.refresh_from_db()
    assert found.proposed_by == ""


@override_settings(RECONCILIATION={"close_alone_below": {USDC.code: 100}})
def test_below_the_limit_one_person_closes_it(world: World) -> None:
    seen(world, 99)
    found = Difference.objects.get()
    difference_explain(difference_id=found.id, because="dust", by="ann", now=world.now)
    found.refresh_from_db()
    assert (found.status, found.closed_by) == ("explained", "ann")
    # it stands, and is counted; once it is corrected the books say so
    known = Item("explained", f"difference:{found.id}", 99)
    seen(world, 0, items=(known,))
    found.refresh_from_db()
    assert found.status == "explained"
    seen(world, 0)
    found.refresh_from_db()
    assert found.status == "corrected"


def test_a_difference_is_said_once_however_often_it_is_seen(world: World) -> None:
    for units in (-5, -5, -6):
        seen(world, units)
    assert Event.objects.filter(type="reconciliation.differed").count() == 1
    seen(world, 0)
    seen(world, -5)
    assert Event.objects.filter(type="reconciliation.differed").count() == 2


def test_the_database_refuses_one_persons_closing(world: World) -> None:

    seen(world, -5)
    with pytest.raises(IntegrityError):
        Difference.objects.update(
            status="explained", proposed_by="ann", closed_by="ann", closed_at=world.now
        )


def test_nothing_is_said_of_a_place_that_was_not_compared(world: World) -> None:
    seen(world, -5)
    run = ReconciliationRun.objects.create(asked_by="test", version=1, started_at=world.now)
    facts: dict[str, Any] = {"mode": "test", "account": HOT, "asset": USDC.code, "decimals": 6}
    row = ReconciliationLine.objects.create(
        run=run, state="not_compared", reason="node_down", at=world.now, **facts
    )
    line = Line(**facts, state="not_compared", reason="node_down")
    assert difference_follow(line, row, now=world.now) is None
    assert Difference.objects.get().status == "open"
