"""Mails that waited before one mechanism sent them all still leave, and on the way back too."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from merchants.accounts.models import User
from tests.migrating import brought_back, migrated, newest

BEFORE = [("accounts", "0004_people"), ("notices", "0011_shift_left_open")]
STATES = ("pending", "sending", "sent", "failed")


@pytest.fixture
def _brought_back(transactional_db: None) -> Iterator[None]:
    with brought_back():
        yield


@pytest.mark.usefixtures("_brought_back")
def test_what_waits_goes_on_waiting_and_what_ended_is_forgotten() -> None:
    after = newest()
    now = timezone.now()
    people = {
        state: User.objects.create(email=f"{state}@house.example", name=state) for state in STATES
    }
    old = migrated(BEFORE)
    for state, person in people.items():
        kept = {
            "address": person.email,
            "language": "en",
            "state": state,
            "made_at": now,
            "due_at": now,
            "sent_at": now if state == "sent" else None,
        }
        old.get_model("notices", "Mail").objects.create(user_id=person.pk, **kept)
        old.get_model("accounts", "Letter").objects.create(
            kind="email_changed", detail={"to": "a…@new.example"}, **kept
        )

    new = migrated(after)
    for room, model in (("notices", "Mail"), ("accounts", "Letter")):
        rows = new.get_model(room, model).objects.order_by("id")
        assert list(rows.values_list("state", "address", "due_at", "sent_at")) == [
            ("pending", "pending@house.example", now, None),
            ("sending", "sending@house.example", now, None),
            ("sent", "", now, now),
            ("failed", "", now, None),
        ]
    details = new.get_model("accounts", "Letter").objects.order_by("id")
    assert [bool(letter.detail) for letter in details] == [True, True, False, False]

    back = migrated(BEFORE)
    for room, model in (("notices", "Mail"), ("accounts", "Letter")):
        rows = back.get_model(room, model).objects.order_by("id")
        assert list(rows.values_list("state", flat=True)) == list(STATES)
