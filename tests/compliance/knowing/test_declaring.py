"""Who is behind a shop is screened by name, from the first word until they are erased."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from gateway.compliance.alerts.models import Alert
from gateway.compliance.cases.models import Case
from gateway.compliance.knowing.claims import Claims
from gateway.compliance.knowing.declaring import queries_of
from gateway.compliance.knowing.erasing import subject_erase
from gateway.compliance.knowing.files import subject_end
from gateway.compliance.knowing.proofs import proof_keep
from gateway.compliance.listed.entities import ListedEntity, ListedId, ListedName, PartialDate
from gateway.compliance.naming import rescreening, warm
from gateway.compliance.naming.models import NameVerdict, ScreenedParty
from gateway.compliance.services import list_take
from gateway.events import relay
from tests.compliance.knowing.place import ANN, NOW, named, opened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_index(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.STATE_DIR = tmp_path
    warm.forget()
    rescreening.changed_by.cache_clear()
    yield
    warm.forget()


def listed(*names: str) -> None:
    """A list of these people, in force."""
    list_take(
        entities=[
            ListedEntity(
                "ofac",
                str(number),
                "person",
                (ListedName(name),),
                birth_dates=(PartialDate(1980, 2, 29),),
            )
            for number, name in enumerate(names)
        ],
        source="ofac",
        loaded_by="test",
        now=timezone.now(),
        forced=True,
    )
    relay.drain(limit=1000)


def test_who_is_named_is_screened_and_a_match_opens_a_case() -> None:
    listed("Ann ARBOR", "Somebody ELSE")
    file = opened()
    ann = named(file.shop_id)
    relay.drain(limit=1000)
    verdict = NameVerdict.objects.get(about=f"subject:{ann.id}")
    assert (verdict.state, verdict.matches[0]["entity_id"]) == ("match", "0")
    assert Alert.objects.get(about=f"subject:{ann.id}").kind == "name_match"
    assert Case.objects.get(about=f"subject:{ann.id}").shop_id == file.shop_id
    company = NameVerdict.objects.get(about=f"subject:{file.company_id}")
    assert company.state == "clear", "the business itself is asked about, too"


def test_the_name_that_a_proof_found_is_screened_beside_the_one_that_was_told() -> None:
    listed("Hidden NAME")
    ann = named(opened().shop_id)
    proof_keep(
        subject_id=ann.id,
        how="ramp",
        reference="vs_1",
        state="verified",
        claims=Claims(name="Hidden Name", born="1980-02-29", country="DE"),
        now=NOW,
    )
    relay.drain(limit=1000)
    states = dict(NameVerdict.objects.order_by("id").values_list("query__name", "state"))
    assert states["Ann Arbor"] == "clear" and states["Hidden Name"] == "match"


def test_nobody_is_clear_without_a_list_and_each_is_asked_again_when_it_comes() -> None:
    ann = named(opened().shop_id)
    relay.drain(limit=1000)
    assert NameVerdict.objects.get(about=f"subject:{ann.id}").state == "unknown"
    listed("Ann ARBOR")
    latest = NameVerdict.objects.filter(about=f"subject:{ann.id}").latest("id")
    assert latest.state == "match"


def test_who_has_left_is_asked_about_no_more_and_who_is_erased_is_not_kept() -> None:
    listed("Somebody ELSE")
    file = opened()
    ann = named(file.shop_id)
    relay.drain(limit=1000)
    subject_end(shop_id=file.shop_id, subject_id=ann.id, now=NOW)
    relay.drain(limit=1000)
    assert not ScreenedParty.objects.get(about=f"subject:{ann.id}").active
    listed("Ann ARBOR", "Somebody ELSE")
    assert not Alert.objects.exists()
    subject_erase(subject_id=ann.id, now=NOW + timedelta(days=4_000))
    relay.drain(limit=1000)
    assert not ScreenedParty.objects.filter(about=f"subject:{ann.id}").exists()
    assert not NameVerdict.objects.filter(about=f"subject:{ann.id}").exists()


def test_a_question_says_all_that_is_known() -> None:
    fields = {**ANN, "document_number": "C01X00T47", "identity_name": "Ann Maria Arbor"}
    told, proven = queries_of("person", {**fields, "identity_country": "AT"})
    assert (told.name, proven.name) == ("Ann Arbor", "Ann Maria Arbor")
    assert told.birth_date == PartialDate(1980, 2, 29)
    assert told.countries == ("DE", "AT")
    assert told.ids == (ListedId(kind="", number="C01X00T47"),)
    assert queries_of("company", {"country": "DE"}) == [], "nobody is asked about without a name"
