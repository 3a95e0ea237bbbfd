"""How long it is known what a device was told."""

from datetime import timedelta

from merchants.notices.forgetting import PUSHES_KEPT, notices_forget
from merchants.notices.models import Notice, Push
from tests.merchants.notices.conftest import Town
from tests.merchants.notices.push.conftest import push, stall, turn_on
from tests.merchants.notices.push.push_service import PushService


def test_a_push_is_forgotten_a_month_after_it_was_of_use(town: Town, pushes: PushService) -> None:
    operator = town.person("operator")
    turn_on(town, operator, pushes, "phone")
    stall(town)
    town.tell()
    push(town)
    told = Push.objects.get()
    town.happen("chain.resumed", subject="chain:1", of_shop=False)
    push(town)  # tells the device that it is over, so that it shows nothing any more
    assert notices_forget(now=told.until + PUSHES_KEPT) == 0
    town.now = max(each.until for each in Push.objects.all()) + PUSHES_KEPT
    town.wait(seconds=1)
    assert notices_forget(now=town.now) == 2
    assert not Push.objects.exists() and Notice.objects.count() == 1


def test_a_push_that_never_left_is_forgotten_too(town: Town, pushes: PushService) -> None:
    """In a house that took its key away, say."""
    operator = town.person("operator")
    turn_on(town, operator, pushes, "phone")
    stall(town)
    town.tell()
    told = Push.objects.get(state="pending")
    assert notices_forget(now=told.until + PUSHES_KEPT) == 0
    assert notices_forget(now=told.until + PUSHES_KEPT + timedelta(seconds=1)) == 1
    assert not Push.objects.exists() and Notice.objects.count() == 1
