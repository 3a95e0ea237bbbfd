"""Who somebody is: asked for once, looked at when told, and nothing personal kept."""

import pytest

from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.ramps.errors import IdentityCheckUnknown, RampDown
from gateway.ramps.identity import identities_refresh, identity_get, identity_link
from gateway.ramps.models import IdentityCheck
from tests.ramps.kit import RAMP, Killed, Place, killer, passing
from tests.stripe_fake import identity_sessions
from tests.stripe_fake.faults import Fault

SESSIONS = "POST /v1/identity/verification_sessions"
SUBJECT = "shop:1"


def _link(place: Place, **changes: object) -> tuple[IdentityCheck, str]:
    return identity_link(
        subject=SUBJECT,
        mode="test",
        ramp=RAMP,
        return_url="http://localhost/back",
        now=place.now,
        **changes,  # type: ignore[arg-type]
    )


def _told() -> list[str]:
    rows = Event.objects.filter(type="identity.changed").order_by("sequence")
    return [row.body["status"] for row in rows]


def _refresh(place: Place) -> None:
    IdentityCheck.objects.filter(due_at__isnull=False).update(due_at=place.now)
    identities_refresh(now=place.now)


def test_a_check_is_opened_once_and_told_of(place: Place) -> None:
    row, url = _link(place)
    assert url.startswith("https://verify.stripe.com/")
    assert _link(place)[0].id == row.id
    identity_sessions.becomes(
        place.fake.state, row.remote_id, "requires_input", problem="document_expired"
    )
    place.deliver(times=2, seed=1)
    _refresh(place)
    assert identity_get(check_id=row.id).problem == "document_expired"
    identity_sessions.becomes(place.fake.state, row.remote_id, "verified")
    place.deliver(times=2, seed=2)
    _refresh(place)
    assert identity_get(check_id=row.id).status == "verified"
    assert _told() == ["requires_input", "verified"]


def test_an_event_has_it_looked_at(place: Place) -> None:
    row, _ = _link(place)
    IdentityCheck.objects.update(due_at=None)
    identity_sessions.becomes(place.fake.state, row.remote_id, "processing")
    place.deliver()
    assert IdentityCheck.objects.get().due_at is not None


def test_what_is_verified_stays_so_and_another_check_may_follow(place: Place) -> None:
    row, _ = _link(place)
    identity_sessions.becomes(place.fake.state, row.remote_id, "verified")
    _refresh(place)
    identity_sessions.becomes(place.fake.state, row.remote_id, "canceled")
    IdentityCheck.objects.update(due_at=place.now)
    identities_refresh(now=place.now)
    assert identity_get(check_id=row.id).status == "verified"
    assert _link(place)[0].id != row.id


@pytest.mark.parametrize("point", ["planned", "asked", "answered"])
def test_a_process_that_dies_opens_no_second_one(point: str, place: Place) -> None:
    for _ in range(5):
        with pytest.raises(Killed), passing(killer(f"identity.{point}")):
            _link(place)
    _link(place)
    assert len(place.fake.state.objects["identity_session"]) == 1


@pytest.mark.parametrize("fault", [Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.BUSY])
def test_an_unanswered_request_opens_no_second_one(fault: Fault, place: Place) -> None:
    place.fake.faults.order(fault, on=SESSIONS)
    with pytest.raises(RampDown):
        _link(place)
    _link(place)
    assert len(place.fake.state.objects["identity_session"]) == 1


def test_a_check_that_there_is_none_of_is_unknown(place: Place) -> None:
    with pytest.raises(IdentityCheckUnknown):
        identity_get(check_id=uuid7())
