"""A shop's account at a ramp: made once, and what is missing is told."""

from datetime import UTC, datetime

import pytest

from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.ramps.accounts import account_told
from gateway.ramps.errors import RampDown, RampNotReady
from gateway.ramps.models import RampAccount
from gateway.ramps.onboarding import onboarding_link
from gateway.ramps.presenters import account_as_dict
from gateway.ramps.selectors import account_ready
from gateway.ramps.terms import AccountStatus
from tests.ramps.kit import RAMP, Killed, Place, killer, passing
from tests.stripe_fake import accounts
from tests.stripe_fake.faults import Fault

SHOP = uuid7()


def _link(place: Place, **changes: object) -> str:
    return onboarding_link(
        shop_id=SHOP,
        mode="test",
        ramp=RAMP,
        return_url="http://localhost/back",
        refresh_url="http://localhost/again",
        now=place.now,
        **changes,
    ).url


def _changes() -> list[dict[str, object]]:
    rows = Event.objects.filter(type="shop.requirements_changed").order_by("sequence")
    return [row.body for row in rows]


def test_each_click_brings_a_new_link_to_the_same_account(place: Place) -> None:
    assert _link(place) != _link(place)
    assert len(place.fake.state.objects["account"]) == 1


@pytest.mark.parametrize("point", ["account.asked", "account.answered"])
def test_a_process_that_dies_makes_no_second_account(point: str, place: Place) -> None:
    for _ in range(5):
        with pytest.raises(Killed), passing(killer(point)):
            _link(place)
    _link(place)
    assert len(place.fake.state.objects["account"]) == 1


@pytest.mark.parametrize("fault", [Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.ERROR_AFTER])
def test_an_unanswered_request_makes_no_second_account(fault: Fault, place: Place) -> None:
    place.fake.faults.order(fault, on="POST /v1/accounts")
    with pytest.raises(RampDown):
        _link(place)
    _link(place)
    assert len(place.fake.state.objects["account"]) == 1


def test_a_shop_is_told_what_is_missing_and_when_that_changes(place: Place) -> None:
    row = place.account(SHOP)
    assert [change["status"] for change in _changes()] == ["incomplete", "ready"]
    deadline = int(datetime(2026, 12, 24, tzinfo=UTC).timestamp())
    accounts.demand(
        place.fake.state, row.remote_id, due=["person.verification.document"], deadline=deadline
    )
    place.deliver()
    _refresh(place)
    assert _changes()[-1]["status"] == "due_soon"
    assert _changes()[-1]["requirements"]["deadline"] == "2026-12-24T00:00:00+00:00"
    accounts.demand(
        place.fake.state, row.remote_id, due=["person.verification.document"], past=True
    )
    place.deliver()
    _refresh(place)
    assert _changes()[-1]["status"] == "restricted"
    with pytest.raises(RampNotReady):
        account_ready(shop_id=SHOP, ramp=RAMP, currency="EUR")
    place.deliver(times=3)
    _refresh(place)
    assert len(_changes()) == 4


def _refresh(place: Place) -> None:
    from gateway.ramps.onboarding import accounts_refresh

    RampAccount.objects.filter(due_at__isnull=False).update(due_at=place.clock.advance(seconds=5))
    accounts_refresh(now=place.now)


def test_what_was_asked_for_earlier_does_not_undo_what_is_known(place: Place) -> None:
    row = place.account(SHOP)
    before = row.told_at
    assert before is not None
    old = AccountStatus(remote_id=row.remote_id)
    earlier = before.replace(microsecond=0).replace(year=2025)
    kept = account_told(account_id=row.id, status=old, asked_at=earlier, now=place.now)
    assert kept.is_ready


def test_no_money_goes_to_an_account_without_a_bank_in_that_currency(place: Place) -> None:
    place.account(SHOP)
    assert account_ready(shop_id=SHOP, ramp=RAMP, currency="EUR").is_ready
    with pytest.raises(RampNotReady):
        account_ready(shop_id=SHOP, ramp=RAMP, currency="USD")


def test_a_shop_never_sees_the_ramps_own_names(place: Place) -> None:
    row = place.account(SHOP)
    assert row.remote_id not in str(account_as_dict(row))
