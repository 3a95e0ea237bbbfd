"""Who is behind a shop is screened by name, from the first word until they are erased."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gateway.compliance.alerts.models import Alert
from gateway.compliance.cases.models import Case
from gateway.compliance.knowing.claims import Claims
from gateway.compliance.knowing.declaring import queries_of
from gateway.compliance.knowing.erasing import subject_erase
from gateway.compliance.knowing.files import subject_end
from gateway.compliance.knowing.proofs import proof_keep
from gateway.compliance.listed.entities import ListedId, PartialDate
from gateway.compliance.naming.asking_again import parties_ask_again
from gateway.compliance.naming.models import NameVerdict, ScreenedParty
from gateway.compliance.naming.sealed_names import matches_of, query_of
from gateway.compliance.naming.selectors import are_clear
from gateway.compliance.naming.services import good_guy_add, good_guy_end
from gateway.events import relay
from tests.compliance.knowing.conftest import Listed
from tests.compliance.knowing.place import ANN, NOW, named, opened

pytestmark = pytest.mark.django_db


def test_who_is_named_is_screened_and_a_match_opens_a_case(listed: Listed) -> None:
    listed("Ann ARBOR", "Somebody ELSE")
    file = opened()
    ann = named(file.shop_id)
    relay.drain(limit=1000)
    verdict = NameVerdict.objects.get(about=f"subject:{ann.id}")
    assert (verdict.state, matches_of(verdict)[0]["entity_id"]) == ("match", "0")
    assert Alert.objects.get(about=f"subject:{ann.id}").kind == "name_match"
    assert Case.objects.get(about=f"subject:{ann.id}").shop_id == file.shop_id
    company = NameVerdict.objects.get(about=f"subject:{file.company_id}")
    assert company.state == "clear", "the business itself is asked about, too"


def test_the_name_that_a_proof_found_is_screened_beside_the_one_that_was_told(
    listed: Listed,
) -> None:
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
    verdicts = NameVerdict.objects.order_by("id")
    states = {query_of(verdict).name: verdict.state for verdict in verdicts}
    assert states["Ann Arbor"] == "clear" and states["Hidden Name"] == "match"


def test_nobody_is_clear_without_a_list_and_each_is_asked_again_when_it_comes(
    listed: Listed,
) -> None:
    ann = named(opened().shop_id)
    relay.drain(limit=1000)
    assert NameVerdict.objects.get(about=f"subject:{ann.id}").state == "unknown"
    assert not are_clear([f"subject:{ann.id}"])
    listed("Somebody ELSE")
    assert parties_ask_again(now=timezone.now()) == 2, "the business, too"
    assert are_clear([f"subject:{ann.id}"])
    assert parties_ask_again(now=timezone.now()) == 0
    listed("Somebody ELSE", "Ann ARBOR")
    latest = NameVerdict.objects.filter(about=f"subject:{ann.id}").latest("id")
    assert latest.state == "match"
    assert not are_clear([f"subject:{ann.id}"])


def test_who_has_left_is_asked_about_no_more_and_who_is_erased_is_not_kept(listed: Listed) -> None:
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


def test_a_match_that_people_set_aside_is_clear_until_they_take_that_back(listed: Listed) -> None:
    listed("Ann ARBOR")
    about = f"subject:{named(opened().shop_id).id}"
    relay.drain(limit=1000)
    assert not are_clear([about]) and parties_ask_again(now=timezone.now()) == 0
    said = good_guy_add(
        mode="test",
        about=about,
        source="ofac",
        entity_id="0",
        by="user:ada",
        second="user:bob",
        why="born elsewhere",
        now=timezone.now(),
    )
    assert parties_ask_again(now=timezone.now()) == 1 and are_clear([about])
    good_guy_end(good_guy_id=said.id, by="user:ada", now=timezone.now())
    assert parties_ask_again(now=timezone.now()) == 1 and not are_clear([about])


def test_who_is_listed_no_more_is_clear_again(listed: Listed) -> None:
    listed("Ann ARBOR", "Somebody ELSE")
    about = f"subject:{named(opened().shop_id).id}"
    relay.drain(limit=1000)
    assert not are_clear([about])
    listed("Another PERSON", "Somebody ELSE")
    assert parties_ask_again(now=timezone.now()) == 1 and are_clear([about])


def test_a_question_says_all_that_is_known() -> None:
    fields = {**ANN, "document_number": "C01X00T47", "identity_name": "Ann Maria Arbor"}
    told, proven = queries_of("person", {**fields, "identity_country": "AT"})
    assert (told.name, proven.name) == ("Ann Arbor", "Ann Maria Arbor")
    assert told.birth_date == PartialDate(1980, 2, 29)
    assert told.countries == ("DE", "AT")
    assert told.ids == (ListedId(kind="", number="C01X00T47"),)
    assert queries_of("company", {"country": "DE"}) == [], "nobody is asked about without a name"
