"""What is known of somebody: sealed, found, wrapped anew, erased, and kept by law."""

import secrets
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from gateway.compliance.knowing import tasks
from gateway.compliance.knowing.erasing import (
    keys_rotate,
    subject_erase,
    subjects_erase_due,
)
from gateway.compliance.knowing.errors import (
    FieldUnknown,
    HoldLiftNotAsked,
    HoldReasonMissing,
    HoldSamePerson,
    HoldUnknown,
    SubjectErased,
    SubjectUnknown,
    UnderLegalHold,
)
from gateway.compliance.knowing.fields import (
    subject_declare,
    subject_fields,
    subject_say,
    subjects_named,
)
from gateway.compliance.knowing.legal_holds import (
    legal_hold_ask_lift,
    legal_hold_lift,
    legal_hold_place,
)
from gateway.compliance.knowing.models import LegalHold, SealedField, Subject, SubjectKey
from gateway.compliance.sealed.errors import KeyUnknown
from gateway.events.ids import uuid7

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ADA = {"name": "Ada Lovelace", "date_of_birth": "1815-12-10", "country": "GB"}


@pytest.fixture
def ada() -> Subject:
    return subject_declare(shop_id=uuid7(), kind="person", fields=ADA, now=NOW)


def test_what_is_told_can_be_read_and_lies_nowhere_in_clear(ada: Subject) -> None:
    assert subject_fields(ada.id) == ADA
    with connection.cursor() as cursor:
        for table in ("subject", "subjectkey", "sealedfield"):
            cursor.execute(f"SELECT t::text FROM compliance_knowing_{table} t")
            text = str(cursor.fetchall())
            assert "Lovelace" not in text and "1815" not in text
            assert b"Lovelace".hex() not in text


def test_it_takes_two_queries_however_much_is_known(
    ada: Subject, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        subject_fields(ada.id)


def test_a_name_is_found_by_its_index_and_an_older_one_no_longer(ada: Subject) -> None:
    assert subjects_named(name="name", value=" ada  LOVELACE") == [ada.id]
    assert subject_say(subject_id=ada.id, fields={"name": "Ada King"}, now=NOW)
    assert subjects_named(name="name", value="Ada Lovelace") == []
    assert subjects_named(name="name", value="ada king") == [ada.id]
    with pytest.raises(FieldUnknown):
        subjects_named(name="date_of_birth", value="1815-12-10")


def test_the_same_again_is_no_new_version(ada: Subject) -> None:
    assert not subject_say(subject_id=ada.id, fields=ADA, now=NOW)
    assert subject_say(subject_id=ada.id, fields={"name": "Ada King"}, now=NOW)
    versions = SealedField.objects.filter(subject=ada, name="name")
    assert sorted(versions.values_list("version", "is_current")) == [(1, False), (2, True)]


def test_a_box_pasted_from_another_field_is_refused(ada: Subject) -> None:
    name, born = (
        SealedField.objects.get(subject=ada, name=field) for field in ("name", "date_of_birth")
    )
    SealedField.objects.filter(id=name.id).update(box=born.box)
    with pytest.raises(InvalidTag):
        subject_fields(ada.id)


def test_an_unknown_field_and_a_long_text_are_refused(ada: Subject) -> None:
    for fields in ({"shoe_size": "41"}, {"name": "x" * 501}, {"name": "a\x00b"}):
        with pytest.raises(FieldUnknown):
            subject_say(subject_id=ada.id, fields=fields, now=NOW)
    with pytest.raises(SubjectUnknown):
        subject_fields(uuid7())


def test_an_erased_person_can_be_read_by_nothing_that_is_left(ada: Subject) -> None:
    subject_erase(subject_id=ada.id, now=NOW)
    assert not SubjectKey.objects.filter(subject=ada).exists()
    assert SealedField.objects.filter(subject=ada).exists()
    assert subjects_named(name="name", value="Ada Lovelace") == []
    for verb in (
        lambda: subject_fields(ada.id),
        lambda: subject_say(subject_id=ada.id, fields=ADA, now=NOW),
        lambda: subject_erase(subject_id=ada.id, now=NOW),
    ):
        with pytest.raises(SubjectErased):
            verb()


def held(subject: Subject) -> LegalHold:
    return legal_hold_place(
        about=f"subject:{subject.id}", by="officer", reason="a court's order", now=NOW
    )


def test_a_legal_hold_keeps_a_person_until_two_people_lift_it(ada: Subject) -> None:
    hold = held(ada)
    with pytest.raises(UnderLegalHold):
        subject_erase(subject_id=ada.id, now=NOW)
    with pytest.raises(IntegrityError, match="legal hold"), transaction.atomic():
        SubjectKey.objects.filter(subject=ada).delete()
    with pytest.raises(HoldLiftNotAsked):
        legal_hold_lift(hold_id=hold.id, by="another", now=NOW)
    legal_hold_ask_lift(hold_id=hold.id, by="officer", reason="it is over", now=NOW)
    with pytest.raises(HoldSamePerson):
        legal_hold_lift(hold_id=hold.id, by="officer", now=NOW)
    with pytest.raises(IntegrityError, match="lifted_by_two"), transaction.atomic():
        LegalHold.objects.filter(id=hold.id).update(lifted_by="officer", lifted_at=NOW)
    with pytest.raises(UnderLegalHold):
        subject_erase(subject_id=ada.id, now=NOW)
    legal_hold_lift(hold_id=hold.id, by="another", now=NOW)
    with pytest.raises(HoldUnknown):
        legal_hold_lift(hold_id=hold.id, by="another", now=NOW)
    subject_erase(subject_id=ada.id, now=NOW)


def test_a_hold_needs_a_person_and_a_reason(ada: Subject) -> None:
    for by, reason in (("", "why"), ("officer", " ")):
        with pytest.raises(HoldReasonMissing):
            legal_hold_place(about=f"subject:{ada.id}", by=by, reason=reason, now=NOW)
    with pytest.raises(IntegrityError, match="on_something"), transaction.atomic():
        legal_hold_place(about="shop:everything", by="officer", reason="why", now=NOW)


def test_who_is_due_is_erased_and_who_is_held_is_not(ada: Subject) -> None:
    kept = subject_declare(shop_id=ada.shop_id, kind="person", fields=ADA, now=NOW)
    young = subject_declare(shop_id=ada.shop_id, kind="person", fields=ADA, now=NOW)
    Subject.objects.filter(id__in=(ada.id, kept.id)).update(retain_until=NOW)
    Subject.objects.filter(id=young.id).update(retain_until=NOW + timedelta(days=1))
    held(kept)
    assert subjects_erase_due(now=NOW) == 1
    assert tasks.erase_due_subjects() == 0
    left = Subject.objects.filter(erased_at__isnull=True).values_list("id", flat=True)
    assert set(left) == {kept.id, young.id}


def test_keys_are_wrapped_anew_and_the_old_one_can_go(ada: Subject, settings: Any) -> None:
    before, new = settings.SUBJECT_KEYS, f"next:{secrets.token_hex(32)}"
    settings.SUBJECT_KEYS = new
    with pytest.raises(KeyUnknown):
        keys_rotate()
    settings.SUBJECT_KEYS = f"{new} {before}"
    boxes = {row.id: bytes(row.box) for row in SealedField.objects.all()}
    out = StringIO()
    call_command("subject_keys_rotate", stdout=out)
    assert out.getvalue() == "1 keys wrapped anew.\n"
    assert keys_rotate() == 0
    settings.SUBJECT_KEYS = new
    assert subject_fields(ada.id) == ADA
    assert boxes == {row.id: bytes(row.box) for row in SealedField.objects.all()}
