"""Notices that were open before officers' acts, and the desk's, had kinds of their own."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from merchants.accounts.models import User
from tests.migrating import brought_back, migrated, newest

BEFORE = [("notices", "0008_report_kinds")]


@pytest.fixture
def _brought_back(transactional_db: None) -> Iterator[None]:
    with brought_back():
        yield


@pytest.mark.usefixtures("_brought_back")
def test_what_is_open_is_told_to_who_may_open_it_and_who_wanted_none_hears_of_none() -> None:
    after = newest()
    old, now = migrated(BEFORE), timezone.now()
    ana = User.objects.create(email="ana@house.example", name="Ana")
    for kind in ("scenario_live", "desk_resume", "manual_entry"):
        old.get_model("notices", "Notice").objects.create(
            kind="approval_waits_at_house",
            subject=f"approval:{kind}",
            mode="live",
            body={"kind": kind, "decider": "house"},
            opened_at=now,
            last_at=now,
            told_from=now,
        )
    old.get_model("notices", "Silence").objects.create(
        user_id=ana.pk, kind="approval_waits_at_house"
    )
    kinds = {"approval_waits_at_house", "approval_waits_for_officers", "approval_waits_at_desk"}

    new = migrated(after)
    notices = new.get_model("notices", "Notice").objects
    assert dict(notices.values_list("subject", "kind")) == {
        "approval:scenario_live": "approval_waits_for_officers",
        "approval:desk_resume": "approval_waits_at_desk",
        "approval:manual_entry": "approval_waits_at_house",
    }
    silences = new.get_model("notices", "Silence").objects
    assert set(silences.values_list("kind", flat=True)) == kinds

    back = migrated(BEFORE)
    told = back.get_model("notices", "Notice").objects.values_list("kind", flat=True)
    assert set(told) == {"approval_waits_at_house"}
    assert back.get_model("notices", "Silence").objects.count() == 1
