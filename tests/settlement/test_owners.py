"""Money does not leave for a shop whose people are called like somebody on a list."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone

from gateway.compliance.alerts.models import Alert
from gateway.compliance.cases.models import Case
from gateway.compliance.knowing.behind import Behind, names_behind
from gateway.compliance.knowing.files import file_open, file_say, subject_end
from gateway.compliance.knowing.models import ShopLevel
from gateway.compliance.naming.asking_again import parties_ask_again
from gateway.compliance.naming.models import GoodGuy, NameChange, ScreenedParty
from gateway.compliance.naming.services import good_guy_add, good_guy_end
from gateway.events import relay
from gateway.settlement import owners
from gateway.settlement.models import Payout
from gateway.settlement.presenters import payout_as_dict
from gateway.settlement.sending import payouts_recheck
from tests.compliance.knowing.conftest import Listed, listed
from tests.compliance.knowing.place import COMPANY, named
from tests.settlement.asking import request, status
from tests.settlement.conftest import World

__all__ = ["listed"]


@pytest.fixture
def unfunded(world: World) -> World:
    """A shop with money and a file, of a house whose float is empty."""
    file_open(shop_id=world.shop_id, now=world.now)
    file_say(shop_id=world.shop_id, fields=COMPANY, columns={}, now=world.now)
    world.paid(1_000)
    return world


@pytest.fixture
def filed(unfunded: World) -> World:
    """The same, and there is enough to pay it out."""
    unfunded.fund(10_000)
    return unfunded


def level_of(world: World, *, at: datetime | None = None) -> None:
    """That two officers approved it by its file."""
    ShopLevel.objects.create(
        shop_id=world.shop_id,
        level="basic",
        review_on=world.now.date() + timedelta(days=365),
        set_by="x",
        set_at=at or world.now,
    )


def ann_of(world: World) -> str:
    about = f"subject:{named(world.shop_id).id}"
    relay.drain(limit=1000)
    return about


def id_of(about: str) -> UUID:
    return UUID(about.removeprefix("subject:"))


def set_aside(about: str) -> GoodGuy:
    """Two people said that they are not the listed one, and they were asked about again."""
    entry = good_guy_add(
        mode="test",
        about=about,
        source="ofac",
        entity_id="0",
        by="user:ada",
        second="user:bob",
        why="born elsewhere",
        now=timezone.now(),
    )
    parties_ask_again(now=timezone.now())
    return entry


def waits(payout: Payout) -> tuple[str, str]:
    found = Payout.objects.get(id=payout.id)
    return found.status, found.waiting_reason


def behind(shop_id: UUID) -> Behind:
    with transaction.atomic():
        return names_behind(shop_id)


def test_a_payout_waits_while_somebody_behind_its_shop_is_called_like_a_listed_one(
    filed: World, listed: Listed
) -> None:
    listed("Ann ARBOR", "Somebody ELSE")
    ann = ann_of(filed)
    payout = request(filed, 400)
    relay.drain(limit=1000)
    assert waits(payout) == ("awaiting_funds", "payment_check")
    assert filed.queued() == []
    alert = Alert.objects.get(kind=owners.ALERT_KIND)
    assert (alert.about, alert.facts["payout_id"]) == (ann, str(payout.id))
    assert Case.objects.filter(about=ann).count() == 1, "with the match, in one case"
    shown = str(payout_as_dict(Payout.objects.get(id=payout.id)))
    assert not any(word in shown for word in ("match", "list", "name", "subject"))


def test_it_goes_by_itself_once_people_said_that_it_is_somebody_else(
    filed: World, listed: Listed
) -> None:
    listed("Ann ARBOR")
    ann = ann_of(filed)
    payout = request(filed, 400)
    relay.drain(limit=1000)
    assert payouts_recheck(now=filed.now) == 0
    assert Alert.objects.filter(kind=owners.ALERT_KIND).count() == 1, "told once for a payout"
    set_aside(ann)
    assert payouts_recheck(now=filed.now) == 1
    assert status(payout) == "sending"


def test_what_they_said_taken_back_stops_money_at_once(filed: World, listed: Listed) -> None:
    listed("Ann ARBOR")
    entry = set_aside(ann_of(filed))
    assert behind(filed.shop_id).state == "clear"
    good_guy_end(good_guy_id=entry.id, by="user:ada", now=timezone.now())
    assert behind(filed.shop_id).state == "unknown"
    parties_ask_again(now=timezone.now())
    assert behind(filed.shop_id).state == "match"


def test_taking_ann_out_does_not_let_the_money_go(filed: World, listed: Listed) -> None:
    listed("Ann ARBOR", "Somebody ELSE")
    ann = ann_of(filed)
    payout = request(filed, 400)
    subject_end(shop_id=filed.shop_id, subject_id=id_of(ann), now=filed.now)
    assert behind(filed.shop_id) == Behind("match", (ann,))
    relay.drain(limit=1000)
    assert payouts_recheck(now=filed.now) == 0
    assert waits(payout) == ("awaiting_funds", "payment_check")
    level_of(filed, at=filed.now + timedelta(minutes=1))  # two people approved the file without her
    assert payouts_recheck(now=filed.now) == 1


def test_who_was_taken_out_can_still_be_called_somebody_else(filed: World, listed: Listed) -> None:
    listed("Ann ARBOR", "Somebody ELSE")
    ann = ann_of(filed)
    subject_end(shop_id=filed.shop_id, subject_id=id_of(ann), now=filed.now)
    relay.drain(limit=1000)
    set_aside(ann)
    assert behind(filed.shop_id).state == "clear"


def test_a_list_change_that_ends_while_we_ask_lets_no_match_go(
    filed: World, listed: Listed
) -> None:
    level_of(filed)
    ann = ann_of(filed)
    listed("Somebody ELSE")
    parties_ask_again(now=timezone.now())
    party, change = ScreenedParty.objects.filter(about=ann), NameChange.objects.filter(number=2)
    before = party.get().verdict_id
    listed("Somebody ELSE", "Ann ARBOR")
    match = party.get().verdict_id
    party.update(verdict=before)
    change.update(finished_at=None)
    seen: set[str] = set()

    def ends_in_between(execute: Any, sql: str, *told: Any) -> Any:
        table = next((one for one in ("screenedparty", "namechange") if f"_{one}" in sql), None)
        if sql.startswith("SELECT") and table and table not in seen:
            seen.add(table)
            if len(seen) == 2:
                party.update(verdict=match)
                change.update(finished_at=timezone.now())
        return execute(sql, *told)

    with connection.execute_wrapper(ends_in_between):
        assert behind(filed.shop_id).state == "match"
    assert len(seen) == 2


def test_who_came_to_be_listed_after_the_payout_was_asked_for_gets_nothing(
    unfunded: World, listed: Listed
) -> None:
    listed("Somebody ELSE")
    ann_of(unfunded)
    payout = request(unfunded, 400)
    relay.drain(limit=1000)
    assert waits(payout) == ("awaiting_funds", "float_short")
    listed("Somebody ELSE", "Ann ARBOR")
    unfunded.fund(10_000)
    assert waits(payout) == ("awaiting_funds", "payment_check")


def test_a_shop_without_a_file_is_paid(world: World, listed: Listed) -> None:
    listed("Ann ARBOR")
    world.fund(10_000)
    world.paid(1_000)
    payout = request(world, 400)
    relay.drain(limit=1000)
    assert status(payout) == "sending"


def test_nobody_is_clear_while_a_lists_change_is_not_brought_to_everybody(
    filed: World, listed: Listed
) -> None:
    level_of(filed)
    ann_of(filed)
    assert behind(filed.shop_id).state == "unknown", "there is no list"
    listed("Somebody ELSE")
    assert behind(filed.shop_id).state == "unknown", "nobody could be asked before it"
    parties_ask_again(now=timezone.now())
    assert behind(filed.shop_id).state == "clear"
    listed("Somebody ELSE", "Another PERSON")
    assert behind(filed.shop_id).state == "clear"
    NameChange.objects.filter(number=2).update(finished_at=None)
    assert behind(filed.shop_id).state == "unknown"
    NameChange.objects.filter(number=2).delete()
    assert behind(filed.shop_id).state == "unknown", "its event is on its way yet"


def test_live_money_waits_while_nobody_can_say_and_test_money_goes(
    filed: World, listed: Listed, settings: Any
) -> None:
    listed("Somebody ELSE")
    ann_of(filed)
    level_of(filed)
    payout = request(filed, 400)
    with transaction.atomic():
        assert owners.owners_let_pay(payout, now=filed.now)
        settings.LIVE_MODE = True  # its people were asked about in test mode: nobody was in this
        payout.mode = "live"
        assert not owners.owners_let_pay(payout, now=filed.now)
        payout.mode = "test"
        assert owners.owners_let_pay(payout, now=filed.now), "a test shop of a live house"


def test_officers_hear_of_live_money_that_waits_long_for_an_answer(
    filed: World, listed: Listed, settings: Any
) -> None:
    listed("Somebody ELSE")
    ann_of(filed)
    level_of(filed)
    payout = request(filed, 400)
    settings.LIVE_MODE = True
    payout.mode, payout.waiting_reason = "live", "payment_check"
    for hours, told in ((0, 0), (2, 1), (3, 1)):
        with transaction.atomic():
            assert not owners.owners_let_pay(payout, now=filed.now + timedelta(hours=hours))
        assert Alert.objects.filter(kind=owners.UNSAID_KIND).count() == told
    assert Alert.objects.get(kind=owners.UNSAID_KIND).about == f"payout:{payout.id}"
