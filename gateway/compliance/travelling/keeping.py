"""What providers tell each other, sealed under a key of the exchange's own subject.

The subject is one of ``gateway.compliance.knowing``: its name is indexed blindly, its key is
wrapped and rotated like any other, and once its term is over, and no legal hold keeps it, the key
is deleted: then no message of the exchange can be read again.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from gateway.compliance.knowing.configuration import knowing_settings
from gateway.compliance.knowing.fields import seal_for, subject_declare, unseal_for
from gateway.compliance.knowing.models import Subject
from gateway.compliance.travelling.errors import ExchangeConflict
from gateway.compliance.travelling.ivms.parts import Person
from gateway.compliance.travelling.ivms.persons import name_of
from gateway.compliance.travelling.models import Exchange, ExchangeMessage
from gateway.compliance.travelling.words import digest_of_message
from gateway.events.services import emit

DAYS_IN_A_YEAR = 366
_VERSION = 1


def party_declare(
    *,
    shop_id: UUID,
    person: Person,
    mode: str,
    now: datetime,
    known: Mapping[str, str] | None = None,
) -> Subject:
    """A subject for the person on the other side, to be screened by name like any other. In the
    caller's transaction.

    Args:
        known: more fields that they are told from others by, or the name as they write it.

    Raises:
        FieldUnknown, KeysUnreadable
    """
    kind = "person" if person.natural_person is not None else "company"
    fields = {"name": name_of(person)[:500], **(known or {})}
    subject = subject_declare(shop_id=shop_id, kind=kind, fields=fields, now=now)
    subject.retain_until = retained_until(now)
    subject.save(update_fields=["retain_until"])
    emit(
        type="subject.declared",
        subject=f"subject:{subject.id}",
        body={"subject_id": str(subject.id), "shop_id": str(shop_id), "roles": ["transfer"]},
        mode=mode,
        shop_id=shop_id,
        now=now,
    )
    return subject


def retained_until(now: datetime) -> datetime:
    """How long a transfer's data is kept."""
    days = knowing_settings().retention_years * DAYS_IN_A_YEAR
    return now + timedelta(days=days)


def message_keep(
    exchange: Exchange, *, kind: str, plain: bytes, is_ours: bool, now: datetime
) -> bool:
    """Keep one message of an exchange, sealed; whether it is new. In the caller's transaction,
    under the exchange's lock.

    Raises:
        ExchangeConflict: another one of its kind was told before.
        SubjectErased, KeyUnknown
    """
    digest = digest_of_message(plain)
    before = ExchangeMessage.objects.filter(exchange=exchange, kind=kind).first()
    if before is not None:
        if bytes(before.digest) != digest:
            raise ExchangeConflict
        return False
    box = seal_for(
        subject_id=exchange.subject_id, plain=plain, name=_named(exchange, kind), version=_VERSION
    )
    ExchangeMessage.objects.create(
        exchange=exchange, kind=kind, is_ours=is_ours, box=box, digest=digest, told_at=now
    )
    return True


def message_open(exchange: Exchange, *, kind: str) -> bytes | None:
    """A message of an exchange; None if there is none. Two queries.

    Raises:
        SubjectErased, KeyUnknown
    """
    found = ExchangeMessage.objects.filter(exchange=exchange, kind=kind).first()
    if found is None:
        return None
    return unseal_for(
        subject_id=exchange.subject_id,
        box=bytes(found.box),
        name=_named(exchange, kind),
        version=_VERSION,
    )


def _named(exchange: Exchange, kind: str) -> str:
    return f"travel:{exchange.id}:{kind}"
