"""Money does not leave for a shop whose people are called like somebody on a list."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone

from gateway.compliance.alerts.models import Alert
from gateway.compliance.cases.models import Case
from gateway.compliance.knowing.behind import Behind, names_behind
from gateway.compliance.knowing.files import file_open, file_say
from gateway.compliance.knowing.models import ShopLevel
from gateway.compliance.naming.asking_again import parties_ask_again
from gateway.compliance.naming.models import NameChange
from gateway.compliance.naming.services import good_guy_add
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


def level_of(world: World) -> None:
    """That two officers approved it by its file."""
    ShopLevel.objects.create(
        shop_id=world.shop_id,
        level="basic",
        review_on=world.now.date() + timedelta(days=365),
        set_by="x",
        set_at=world.now,
    )


def ann_of(world: World) -> str:
    about = f"subject:{named(world.shop_id).id}"
    relay.drain(limit=1000)
    return about


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
    good_guy_add(
        mode="test",
        about=ann,
        source="ofac",
        entity_id="0",
        by="user:ada",
        second="user:bob",
        why="born elsewhere",
        now=timezone.now(),
    )
    parties_ask_again(now=timezone.now())
    assert payouts_recheck(now=filed.now) == 1
    assert status(payout) == "sending"


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
