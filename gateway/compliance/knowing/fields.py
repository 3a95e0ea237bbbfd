"""Say what is known of a subject, read it, and find whom a value belongs to."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from gateway.compliance.knowing import locks
from gateway.compliance.knowing.errors import FieldUnknown, SubjectErased, SubjectUnknown
from gateway.compliance.knowing.models import SealedField, Subject, SubjectKey
from gateway.compliance.sealed.keyring import (
    WrappedKey,
    blind_index,
    bound_to_field,
    unwrap,
    wrap,
)
from gateway.compliance.sealed.keys import the_keyring
from gateway.sealing import KEY_BYTES, seal, sealing_key, unseal

PERSON_FIELDS: Final = (
    *("name", "date_of_birth", "nationality", "country", "address"),
    *(
        "politically_exposed",
        "document_number",
        "identity_name",
        "identity_date_of_birth",
        "identity_country",
    ),
)
COMPANY_FIELDS: Final = ("name", "registration", "country", "address", "website")
FIELDS: Final = {"person": PERSON_FIELDS, "company": COMPANY_FIELDS}
INDEXED: Final = frozenset({"name", "registration", "document_number"})
"""By which a subject can be found; a date of birth or a country has too few values to hide."""
MAX_CHARACTERS: Final = 500


@lru_cache(maxsize=4)
def _index_key(field_key_hex: str) -> bytes:
    return sealing_key(field_key_hex, purpose="tillway subject index")


@transaction.atomic
def subject_declare(
    *, shop_id: UUID, kind: str, fields: Mapping[str, str], now: datetime
) -> Subject:
    """Keep what a shop tells us of a person or a company, under a key of its own.

    Raises:
        FieldUnknown, KeysUnreadable
    """
    if kind not in FIELDS:
        raise FieldUnknown(f"{kind[:20]!r} is no kind of subject.")
    subject = Subject.objects.create(shop_id=shop_id, kind=kind, created_at=now)
    wrapped = wrap(os.urandom(KEY_BYTES), subject_id=subject.id, ring=the_keyring())
    SubjectKey.objects.create(
        subject=subject, shop_id=shop_id, kek_id=wrapped.kek_id, box=wrapped.box
    )
    _say(subject, fields=fields, now=now)
    return subject


@transaction.atomic
def subject_say(*, subject_id: UUID, fields: Mapping[str, str], now: datetime) -> bool:
    """Keep what is known anew of a subject, as a further version of each field that differs;
    whether any did.

    Raises:
        SubjectUnknown, SubjectErased, FieldUnknown, KeyUnknown
    """
    return _say(locks.subject_for_update(subject_id), fields=fields, now=now)


def subject_fields(subject_id: UUID) -> dict[str, str]:
    """What is known of a subject, by field. Two queries.

    Raises:
        SubjectUnknown, SubjectErased, KeyUnknown
    """
    return subjects_fields([subject_id])[subject_id]


def subjects_fields(subject_ids: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    """What is known of each of several subjects. Two queries.

    Raises:
        SubjectUnknown, SubjectErased, KeyUnknown
    """
    keys = _data_keys(subject_ids)
    found: dict[UUID, dict[str, str]] = {subject_id: {} for subject_id in subject_ids}
    rows = SealedField.objects.filter(subject_id__in=subject_ids, is_current=True)
    for row in rows.order_by("name"):
        found[row.subject_id][row.name] = _opened(row, keys[row.subject_id])
    return found


def subjects_named(*, name: str, value: str) -> list[UUID]:
    """The subjects whose field has this value, whatever its case and spaces; those of the session's
    scope. One query.

    Raises:
        FieldUnknown: subjects are not searched by this field.
    """
    if name not in INDEXED:
        raise FieldUnknown
    digest = blind_index(value, name=name, key=_index_key(settings.FIELD_KEY))
    rows = SealedField.objects.filter(digest=digest, is_current=True, name=name)
    return list(rows.order_by("subject_id").values_list("subject_id", flat=True))


def seal_for(*, subject_id: UUID, plain: bytes, name: str, version: int) -> bytes:
    """Bytes of a subject's, such as a paper, sealed under its key. One query.

    Raises:
        SubjectUnknown, SubjectErased, KeyUnknown
    """
    bound_to = bound_to_field(subject_id=subject_id, name=name, version=version)
    return seal(plain, key=_data_keys([subject_id])[subject_id], bound_to=bound_to)


def unseal_for(*, subject_id: UUID, box: bytes, name: str, version: int) -> bytes:
    """As ``seal_for``, back. Raises the same, and ``InvalidTag`` for what is another's."""
    bound_to = bound_to_field(subject_id=subject_id, name=name, version=version)
    return unseal(box, key=_data_keys([subject_id])[subject_id], bound_to=bound_to)


def _say(subject: Subject, *, fields: Mapping[str, str], now: datetime) -> bool:
    key = _data_keys([subject.id])[subject.id]
    current = {
        row.name: row for row in SealedField.objects.filter(subject=subject, is_current=True)
    }
    changed = False
    for name, value in fields.items():
        text = value.strip()
        if name not in FIELDS[subject.kind] or len(text) > MAX_CHARACTERS or "\x00" in text:
            raise FieldUnknown(field=name)
        before = current.get(name)
        if (_opened(before, key) if before else "") == text:
            continue
        if before is not None:
            SealedField.objects.filter(id=before.id).update(is_current=False, digest=None)
        version = before.version + 1 if before else 1
        bound_to = bound_to_field(subject_id=subject.id, name=name, version=version)
        index = _index_key(settings.FIELD_KEY)
        SealedField.objects.create(
            subject=subject,
            shop_id=subject.shop_id,
            name=name,
            version=version,
            box=seal(text.encode(), key=key, bound_to=bound_to),
            digest=blind_index(text, name=name, key=index) if name in INDEXED and text else None,
            sealed_at=now,
        )
        changed = True
    return changed


def _data_keys(subject_ids: Sequence[UUID]) -> dict[UUID, bytes]:
    rows = {
        subject.id: subject
        for subject in Subject.objects.filter(id__in=subject_ids).select_related("key")
    }
    found = {}
    for subject_id in subject_ids:
        subject = rows.get(subject_id)
        if subject is None:
            raise SubjectUnknown
        if subject.erased_at is not None or not hasattr(subject, "key"):
            raise SubjectErased
        wrapped = WrappedKey(kek_id=subject.key.kek_id, box=bytes(subject.key.box))
        found[subject_id] = unwrap(wrapped, subject_id=subject_id, ring=the_keyring())
    return found


def _opened(row: SealedField, key: bytes) -> str:
    bound_to = bound_to_field(subject_id=row.subject_id, name=row.name, version=row.version)
    return unseal(bytes(row.box), key=key, bound_to=bound_to).decode()
