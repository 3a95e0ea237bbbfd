"""A shop tells of itself: saved bit by bit, changed, handed in, and told what is due."""

from fractions import Fraction
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from gateway.compliance.knowing.claims import Claims
from gateway.compliance.knowing.errors import (
    FileIncomplete,
    FileRefused,
    FileUnknown,
    FileWithUs,
    NothingSubmitted,
    SubjectUnknown,
)
from gateway.compliance.knowing.facts import file_opened
from gateway.compliance.knowing.fields import subject_fields
from gateway.compliance.knowing.files import (
    file_open,
    file_say,
    file_submit,
    holding_put,
    subject_end,
    subject_put,
)
from gateway.compliance.knowing.models import BusinessFile, Holding, IdentityProof, Part, Subject
from gateway.compliance.knowing.proofs import proof_decide, proof_keep
from gateway.events.ids import uuid7
from gateway.events.models import Event
from tests.as_web import as_web
from tests.compliance.knowing.place import (
    ANN,
    NOW,
    again,
    filled,
    named,
    opened,
    submitted,
    told,
    verified,
)

pytestmark = pytest.mark.django_db


def test_a_file_is_begun_once_and_says_what_is_due() -> None:
    file = opened()
    assert file_open(shop_id=file.shop_id, now=NOW).id == file.id
    assert again(file).due == ["director:missing", "controller:missing", "owners:missing"]
    body = told(file)[-1]
    assert body["status"] == "draft" and body["kind"] == "business"
    assert [one["code"] for one in body["requirements"]["due"]] == [
        "director",
        "controller",
        "owners",
    ]


def test_the_whole_way_to_handing_in() -> None:
    file, ann = filled()
    assert file.due == []
    assert file_submit(shop_id=file.shop_id, by="user:o", now=NOW).status == "submitted"
    assert file_submit(shop_id=file.shop_id, by="user:o", now=NOW).status == "submitted"
    assert told(file)[-1]["status"] == "submitted"
    with pytest.raises(FileWithUs):
        file_say(shop_id=file.shop_id, columns={"mcc": "5411"}, now=NOW)
    with pytest.raises(FileWithUs):
        subject_end(shop_id=file.shop_id, subject_id=ann.id, now=NOW)


def test_nothing_is_handed_in_while_something_is_missing() -> None:
    file = opened()
    with pytest.raises(FileIncomplete):
        file_submit(shop_id=file.shop_id, by="user:o", now=NOW)
    with pytest.raises(FileUnknown):
        file_submit(shop_id=uuid7(), by="user:o", now=NOW)


def test_no_event_of_a_shop_tells_anything_of_anybody() -> None:
    filled()
    for event in Event.objects.all():
        text = str(event.body)
        assert "Ann" not in text and "1980" not in text and "HRB" not in text


def test_whoever_is_named_or_renamed_is_declared_for_screening() -> None:
    file = opened()
    Event.objects.all().delete()
    ann = named(file.shop_id)
    subject_put(
        shop_id=file.shop_id,
        kind="person",
        subject_id=ann.id,
        fields={"address": "elsewhere"},
        roles=("owner",),
        now=NOW,
    )
    subject_put(
        shop_id=file.shop_id,
        kind="person",
        subject_id=ann.id,
        fields={"name": "Ann Other"},
        roles=("owner",),
        now=NOW,
    )
    rows = Event.objects.filter(type="subject.declared").order_by("sequence")
    assert [row.body["roles"] for row in rows] == [["controller", "director", "owner"], ["owner"]]
    assert {row.subject for row in rows} == {f"subject:{ann.id}"}


def test_roles_are_added_and_ended_and_never_deleted() -> None:
    file = opened()
    ann = named(file.shop_id, "director")
    subject_put(
        shop_id=file.shop_id,
        kind="person",
        subject_id=ann.id,
        fields={},
        roles=("controller",),
        now=NOW,
    )
    rows = Part.objects.filter(subject=ann).order_by("role")
    assert [(row.role, row.ended_at is None) for row in rows] == [
        ("controller", True),
        ("director", False),
    ]


def test_who_leaves_takes_their_shares_along_and_is_erased_after_the_term() -> None:
    file, ann = filled()
    subject_end(shop_id=file.shop_id, subject_id=ann.id, now=NOW)
    assert "owners:missing" in again(file).due
    assert not Holding.objects.filter(ended_at__isnull=True).exists()
    until = Subject.objects.get(id=ann.id).retain_until
    assert until is not None and until.year == NOW.year + 5
    with pytest.raises(SubjectUnknown):
        subject_end(shop_id=file.shop_id, subject_id=ann.id, now=NOW)


def test_owners_are_found_through_a_chain_of_companies() -> None:
    file = opened(level_wanted="standard")
    ann, top = named(file.shop_id), named(file.shop_id, "owner", kind="company", name="Top AG")
    for holder, held, share in (
        (top.id, file.company_id, Fraction(1, 3)),
        (ann.id, top.id, Fraction(51, 100)),
    ):
        holding_put(shop_id=file.shop_id, holder_id=holder, held_id=held, share=share, now=NOW)
    found = file_opened(again(file)).ownership
    assert found is not None
    (owner,) = found.owners
    assert (owner.person, owner.interest, owner.controlled) == (
        str(ann.id),
        Fraction(17, 100),
        Fraction(1, 3),
    )
    assert [f["code"] for f in again(file).rated["factors"]] == ["owners_untraced"]


def test_a_share_is_replaced_and_taken_back() -> None:
    file, ann = filled()
    for share in (Fraction(1), Fraction(1, 3), Fraction(0)):
        holding_put(
            shop_id=file.shop_id, holder_id=ann.id, held_id=file.company_id, share=share, now=NOW
        )
    rows = Holding.objects.order_by("id")
    assert [(row.numerator, row.denominator) for row in rows] == [(1, 1), (1, 3)]
    assert all(row.ended_at for row in rows)


@pytest.mark.parametrize(
    "case", ["a person is held", "it holds itself", "of another file", "more than all"]
)
def test_a_holding_that_can_not_be_is_refused(case: str) -> None:
    file, ann = filled()
    _other, bob = filled()
    holder, held, share = {
        "a person is held": (file.company_id, ann.id, Fraction(1, 2)),
        "it holds itself": (file.company_id, file.company_id, Fraction(1, 2)),
        "of another file": (bob.id, file.company_id, Fraction(1, 2)),
        "more than all": (ann.id, file.company_id, Fraction(3, 2)),
    }[case]
    with pytest.raises((FileRefused, SubjectUnknown)):
        holding_put(shop_id=file.shop_id, holder_id=holder, held_id=held, share=share, now=NOW)


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"mcc": "54"}, "mcc"),
        ({"legal_form": "empire"}, "legal_form"),
        ({"currency": "XXX"}, "currency"),
        ({"sells_to": ["XX"]}, "sells_to"),
        ({"level_wanted": "none"}, "level_wanted"),
        ({"expected_monthly_units": -1}, "expected_monthly_units"),
        ({"status": "approved"}, "status"),
    ],
)
def test_what_can_not_be_told_is_refused_by_its_field(columns: Any, field: str) -> None:
    file = opened()
    with pytest.raises(FileRefused) as refused:
        file_say(shop_id=file.shop_id, columns=columns, now=NOW)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"country": "XX"}, "country"),
        ({"date_of_birth": "1.2.1980"}, "date_of_birth"),
        ({"date_of_birth": "2980-01-01"}, "date_of_birth"),
        ({"name": "x" * 301}, "name"),
        ({"politically_exposed": "perhaps"}, "politically_exposed"),
    ],
)
def test_what_can_not_be_of_a_person_is_refused_by_its_field(fields: Any, field: str) -> None:
    file = opened()
    with pytest.raises(FileRefused) as refused:
        named(file.shop_id, **fields)
    assert refused.value.field == field


def test_a_verified_identity_stays_so_whatever_comes_late() -> None:
    file = opened()
    ann = named(file.shop_id)
    keep: dict[str, Any] = {"subject_id": ann.id, "how": "ramp", "reference": "vs_1", "now": NOW}
    proof_keep(**keep, state="waiting")
    assert f"identity:{ann.id}:waiting" in again(file).due
    verified(ann)
    proof_keep(**keep, state="rejected", problem="document_expired")
    assert IdentityProof.objects.get().state == "verified"
    assert subject_fields(ann.id)["identity_name"] == "Ann Maria Arbor"


def test_claims_that_differ_from_what_was_told_wait_for_an_officer() -> None:
    file = opened()
    ann = named(file.shop_id)
    proof = proof_keep(
        subject_id=ann.id,
        how="ramp",
        reference="vs_1",
        state="verified",
        claims=Claims(name="Somebody Else"),
        now=NOW,
    )
    assert (proof.state, proof.problem) == ("waiting", "name_differs")
    proof_decide(proof_id=proof.id, accepted=True, by="user:officer", now=NOW)
    assert IdentityProof.objects.get().state == "verified"
    with pytest.raises(NothingSubmitted):
        proof_decide(proof_id=proof.id, accepted=False, by="user:officer", now=NOW)


@pytest.mark.parametrize(
    ("claimed", "found"),
    [
        (Claims(name="ARBOR, Ann María", born="1980-02-29"), ""),
        (Claims(name="Ann"), ""),
        (Claims(name="Ann Arbor", born="1980-03-01"), "born_differs"),
        (Claims(name="Anna Arbor"), "name_differs"),
        (Claims(), ""),
    ],
)
def test_names_are_compared_as_people_would(claimed: Claims, found: str) -> None:
    from gateway.compliance.knowing.claims import differs

    assert differs(claimed, name=ANN["name"], born=ANN["date_of_birth"]) == found


def test_a_shop_tells_of_itself_as_the_web_and_of_no_other() -> None:
    other = submitted()
    file = opened()
    with as_web(file.shop_id):
        named(file.shop_id)
        assert BusinessFile.objects.count() == 1
        with pytest.raises(FileUnknown):
            file_say(shop_id=other.shop_id, columns={"mcc": "5411"}, now=NOW)


def test_the_database_takes_no_file_that_is_approved_without_a_review() -> None:
    file = opened()
    with pytest.raises(IntegrityError, match="approved_is_reviewed"), transaction.atomic():
        BusinessFile.objects.filter(id=file.id).update(status="approved")
