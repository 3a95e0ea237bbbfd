"""Mails that waited before one mechanism sent them all still leave, and on the way back too."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from tests.migrating import brought_back, migrated, newest

BEFORE = [("accounts", "0004_people")]
STATES = ("pending", "sending", "sent", "failed")


@pytest.fixture
def _brought_back(transactional_db: None) -> Iterator[None]:
    with brought_back():
        yield


@pytest.mark.usefixtures("_brought_back")
def test_what_waits_goes_on_waiting_and_what_ended_is_forgotten() -> None:
    after = newest()
    now = timezone.now()
    old = migrated(BEFORE)
    for state in STATES:
        old.get_model("accounts", "Letter").objects.create(
            kind="email_changed",
            detail={"to": "a…@new.example"},
            address=f"{state}@house.example",
            language="en",
            state=state,
            made_at=now,
            due_at=now,
            sent_at=now if state == "sent" else None,
        )

    rows = migrated(after).get_model("accounts", "Letter").objects.order_by("id")
    assert list(rows.values_list("state", "address", "due_at", "sent_at")) == [
        ("pending", "pending@house.example", now, None),
        ("sending", "sending@house.example", now, None),
        ("sent", "", now, now),
        ("failed", "", now, None),
    ]
    assert [bool(letter.detail) for letter in rows] == [True, True, False, False]

    back = migrated(BEFORE).get_model("accounts", "Letter").objects.order_by("id")
    assert list(back.values_list("state", flat=True)) == list(STATES)
