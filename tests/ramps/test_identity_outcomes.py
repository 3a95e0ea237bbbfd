"""A person's check at the ramp: its outcome comes to their file, and the ramp forgets the rest."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.compliance.knowing.erasing import subject_erase
from gateway.compliance.knowing.fields import subject_fields
from gateway.compliance.knowing.files import subject_end
from gateway.compliance.knowing.models import BusinessFile, IdentityProof, Subject
from gateway.events import relay
from gateway.events.models import Event
from gateway.ramps.identity import identities_refresh, identity_link
from gateway.ramps.identity_wishes import identity_ramp
from gateway.ramps.models import IdentityCheck
from tests.as_web import as_web
from tests.compliance.knowing.place import again, named, opened
from tests.ramps.kit import RAMP, Killed, Place, killer, passing
from tests.stripe_fake import identity_sessions
from tests.stripe_fake.faults import Fault

SESSION = "/v1/identity/verification_sessions/vs_\\w+"


@pytest.fixture
def file() -> BusinessFile:
    return opened()


@pytest.fixture
def ann(file: BusinessFile, place: Place) -> Subject:
    return named(file.shop_id)


def asked(place: Place, subject: Subject) -> IdentityCheck:
    return identity_link(
        subject=f"subject:{subject.id}",
        mode="test",
        ramp=identity_ramp(),
        return_url="http://localhost/back",
        shop_id=subject.shop_id,
        now=place.now,
    )[0]


def becomes(place: Place, row: IdentityCheck, status: str, **told: Any) -> None:
    identity_sessions.becomes(place.fake.state, row.remote_id, status, **told)


def heard(place: Place, *, seed: int = 1, times: int = 2) -> None:
    """What waits at the ramp comes, shuffled and repeated; time passes, and what is due is looked
    at."""
    place.deliver(seed=seed, times=times)
    looked(place)
    looked(place)
    relay.drain(limit=1000)


def looked(place: Place) -> None:
    IdentityCheck.objects.filter(due_at__isnull=False).update(due_at=place.now)
    identities_refresh(now=place.now)


def state() -> tuple[str, str]:
    proof = IdentityProof.objects.get()
    return proof.state, proof.problem


def redactions(place: Place) -> int:
    return len(place.fake.sent(f"POST {SESSION}/redact"))


def test_the_outcome_comes_to_the_file_and_the_ramp_forgets(
    place: Place, file: BusinessFile, ann: Subject
) -> None:
    row = asked(place, ann)
    assert row.ramp == RAMP and row.shop_id == file.shop_id
    assert not IdentityProof.objects.exists()
    becomes(place, row, "processing")
    heard(place)
    assert f"identity:{ann.id}:waiting" in again(file).due
    becomes(place, row, "verified")
    heard(place)
    assert state() == ("verified", "")
    assert subject_fields(ann.id)["identity_name"] == "Ann Maria Arbor"
    row.refresh_from_db()
    assert (row.wish, row.redacted_at, redactions(place)) == ("redacting", None, 1)
    identity_sessions.forget(place.fake.state, row.remote_id)
    heard(place)
    row.refresh_from_db()
    assert (row.wish, row.redacted_at, row.due_at) == ("", place.now, None)
    assert subject_fields(ann.id)["identity_name"] == "Ann Maria Arbor"


def test_nothing_that_was_read_lies_in_an_event_or_with_the_ramps_rows(
    place: Place, file: BusinessFile, ann: Subject
) -> None:
    becomes(place, asked(place, ann), "verified", name=("Zoltan", "Arbor"))
    heard(place)
    assert "Zoltan" not in str(list(Event.objects.values_list("body", flat=True)))
    assert "Zoltan" not in str(list(IdentityCheck.objects.values()))


@pytest.mark.parametrize("seed", range(4))
def test_events_in_any_order_and_any_number_come_to_the_same(
    seed: int, place: Place, file: BusinessFile, ann: Subject
) -> None:
    row = asked(place, ann)
    becomes(place, row, "processing")
    becomes(place, row, "requires_input", problem="document_unverified_other")
    becomes(place, row, "processing")
    becomes(place, row, "verified")
    heard(place, seed=seed, times=3)
    assert state() == ("verified", "")
    assert redactions(place) == 1


def test_what_went_wrong_is_the_shops_to_try_again(
    place: Place, file: BusinessFile, ann: Subject
) -> None:
    row = asked(place, ann)
    becomes(place, row, "requires_input", problem="document_expired")
    heard(place)
    assert state() == ("rejected", "document_expired")
    assert f"identity:{ann.id}:rejected" in again(file).due
    assert asked(place, ann).id == row.id
    becomes(place, row, "verified")
    heard(place)
    assert state() == ("verified", "")


def test_a_document_of_somebody_else_waits_for_an_officer(
    place: Place, file: BusinessFile, ann: Subject
) -> None:
    becomes(place, asked(place, ann), "verified", name=("Carl", "Other"))
    heard(place)
    assert state() == ("waiting", "name_differs")


def test_who_leaves_the_file_need_show_nothing(
    place: Place, file: BusinessFile, ann: Subject
) -> None:
    row = asked(place, ann)
    subject_end(shop_id=file.shop_id, subject_id=ann.id, now=place.now)
    relay.drain(limit=1000)
    heard(place)
    row.refresh_from_db()
    assert row.status == "canceled" and redactions(place) == 1
    assert len(place.fake.sent(f"POST {SESSION}/cancel")) == 1


def test_a_check_that_went_on_before_it_was_cancelled_is_looked_at_instead(
    place: Place, file: BusinessFile, ann: Subject
) -> None:
    row = asked(place, ann)
    becomes(place, row, "processing")
    IdentityCheck.objects.update(wish="cancel", due_at=place.now)
    identities_refresh(now=place.now)
    row.refresh_from_db()
    assert row.status == "processing"


def test_of_who_was_erased_meanwhile_nothing_is_kept_and_the_ramp_forgets_too(
    place: Place, file: BusinessFile, ann: Subject
) -> None:
    row = asked(place, ann)
    becomes(place, row, "verified")
    subject_erase(subject_id=ann.id, now=place.now)
    heard(place)
    row.refresh_from_db()
    assert (row.status, row.problem) == ("verified", "subject_gone")
    assert redactions(place) == 1 and not IdentityProof.objects.exists()


@pytest.mark.parametrize("point", ["redacting", "redacted"])
def test_a_process_that_dies_while_it_has_forgotten_asks_again_under_its_key(
    point: str, place: Place, file: BusinessFile, ann: Subject
) -> None:
    row = asked(place, ann)
    becomes(place, row, "verified")
    place.deliver()
    looked(place)
    with pytest.raises(Killed), passing(killer(f"identity.{point}")):
        identities_refresh(now=place.now)
    heard(place)
    row.refresh_from_db()
    assert row.wish == "redacting"
    keys = {call.idempotency_key for call in place.fake.sent(f"POST {SESSION}/redact")}
    assert keys == {f"tillway:identity:{row.id}:redact"}


@pytest.mark.parametrize("fault", [Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.BUSY])
def test_a_ramp_that_does_not_answer_is_asked_again_to_forget(
    fault: Fault, place: Place, file: BusinessFile, ann: Subject
) -> None:
    row = asked(place, ann)
    becomes(place, row, "verified")
    place.deliver()
    looked(place)
    place.fake.faults.order(fault, on=f"POST {SESSION}/redact")
    identities_refresh(now=place.now)
    row.refresh_from_db()
    assert row.wish == "redact" and row.due_at is not None and row.due_at > place.now
    place.clock.advance(seconds=timedelta(minutes=6).total_seconds())
    heard(place)
    row.refresh_from_db()
    assert row.wish == "redacting"


def test_a_shop_opens_a_check_as_the_web(place: Place, file: BusinessFile, ann: Subject) -> None:
    with as_web(file.shop_id):
        assert asked(place, ann).status == "requires_input"
    with as_web(opened().shop_id):
        assert not IdentityCheck.objects.exists()
