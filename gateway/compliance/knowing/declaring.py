"""Who is behind a shop is screened by name: when they are told of, renamed or proven, and whenever
a list changes, until they have nothing to do with a shop any more.

In the house's own mode, whatever their shop's: people are real before their shop takes real money.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from gateway.compliance.knowing.errors import SubjectErased
from gateway.compliance.knowing.fields import subject_fields
from gateway.compliance.knowing.leaving import is_screened_on
from gateway.compliance.knowing.models import BusinessFile, Part, SealedField, Subject
from gateway.compliance.knowing.places import shop_place_forget, shop_place_keep
from gateway.compliance.listed.dates import iso_date
from gateway.compliance.listed.entities import ListedId
from gateway.compliance.naming.models import ScreenedParty
from gateway.compliance.naming.scoring import NameQuery
from gateway.compliance.naming.services import (
    party_forget,
    party_leave,
    party_put,
    party_screen,
)
from gateway.custody.approvals.configuration import house_mode
from gateway.events.services import emit
from gateway.events.subscriptions import EventRecord
from gateway.shops.selectors import shop_view
from gateway.tenancy.scope import house_scope

AT_ONCE: Final = 200

_NAMES: Final = ("name", "identity_name")
"""As a shop tells it, and as a proof of identity found it: both are screened."""
_BORN: Final = ("date_of_birth", "identity_date_of_birth")
_COUNTRIES: Final = ("nationality", "country", "identity_country")
_NUMBERS: Final = ("document_number", "registration")


def subject_tell(file: BusinessFile, *, subject_id: UUID, now: datetime) -> None:
    """That somebody was named, renamed or proven, by their id: the name itself stays sealed. In the
    caller's transaction. No webhook tells of it."""
    roles = file.parts.filter(subject_id=subject_id, ended_at__isnull=True)
    emit(
        type="subject.declared",
        subject=f"subject:{subject_id}",
        body={
            "subject_id": str(subject_id),
            "shop_id": str(file.shop_id),
            "roles": sorted(roles.values_list("role", flat=True)),
        },
        mode=shop_view(shop_id=file.shop_id).mode,
        shop_id=file.shop_id,
        now=now,
    )


def on_subject_declared(event: EventRecord) -> None:
    """``subject.declared``: screen them under each name. Who was erased since has none."""
    now = timezone.now()
    subject_id = UUID(event.body["subject_id"])
    try:
        shop_place_keep(subject_id=subject_id, now=now)
        subject_screen(subject_id=subject_id, shop_id=event.shop_id, now=now)
    except SubjectErased:
        return


def subject_screen(*, subject_id: UUID, shop_id: UUID | None, now: datetime) -> None:
    """Ask the lists in force about somebody, under each of their names. Again is the same.

    Raises:
        SubjectErased
    """
    fields = subject_fields(subject_id)
    kind = Subject.objects.values_list("kind", flat=True).get(id=subject_id)
    for query in queries_of(kind, fields):
        party = party_put(
            about=f"subject:{subject_id}", query=query, mode=house_mode(), shop_id=shop_id, now=now
        )
        party_screen(party_id=party.id, now=now)


def subjects_unasked_screen(*, now: datetime) -> int:
    """Screen whoever stands in a file under a name and was never asked about in the house's mode,
    up to a page; how many. They told us of themselves while it was another one."""
    with house_scope():
        told = Concat(Value("subject:"), Cast(OuterRef("id"), TextField()))
        here = Part.objects.filter(subject=OuterRef("id"), ended_at__isnull=True)
        unasked = Subject.objects.filter(
            Exists(here) | Exists(BusinessFile.objects.filter(company=OuterRef("id"))),
            Exists(SealedField.objects.filter(subject=OuterRef("id"), name__in=_NAMES)),
            ~Exists(ScreenedParty.objects.filter(mode=house_mode(), about=told)),
            erased_at__isnull=True,
        )
        found = list(unasked.order_by("id").values_list("id", "shop_id")[:AT_ONCE])
        for subject_id, shop_id in found:
            with suppress(SubjectErased):
                subject_screen(subject_id=subject_id, shop_id=shop_id, now=now)
    return len(found)


def on_subject_ended(event: EventRecord) -> None:
    """``subject.ended``: lists that change don't concern us with them any more; of a shop whose
    money they may stop, once its file is approved without them."""
    if is_screened_on(UUID(event.subject_id)):
        return
    party_leave(about=event.subject, mode=house_mode(), now=timezone.now())


def on_subject_erased(event: EventRecord) -> None:
    """``subject.erased``: nor is kept what they were screened by."""
    party_forget(about=event.subject, mode=house_mode())
    shop_place_forget(subject_id=UUID(event.subject_id))


def queries_of(kind: str, fields: Mapping[str, str]) -> list[NameQuery]:
    """What to ask the lists about somebody, a question for each of their names. Pure."""
    born = next((fields[name] for name in _BORN if fields.get(name)), "")
    numbers = [fields[name] for name in _NUMBERS if fields.get(name)]
    return [
        NameQuery(
            name=name,
            kind="person" if kind == "person" else "organisation",
            birth_date=iso_date(born) if born else None,
            countries=tuple(dict.fromkeys(fields[one] for one in _COUNTRIES if fields.get(one))),
            ids=tuple(ListedId(kind="", number=number) for number in numbers),
        )
        for name in dict.fromkeys(fields[one] for one in _NAMES if fields.get(one))
    ]
