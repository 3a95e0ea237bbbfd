"""The emails of past buyers: kept where a shop asks for it, sealed, forgotten in time.

They are sealed under a key of their shop and the year of the sale, so that a year is forgotten for
good, in every copy of the rows.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from gateway.compliance.sealed.keys import abouts_of, key_throw_away, keys_for, keys_of
from gateway.compliance.sealed.sealing import opened_with_key, sealed_with_key
from merchants.audit.recording import record
from merchants.moving.models import Move, PastInvoice
from merchants.moving.rows import PastSale

KIND: Final = "past_buyers"
KEPT_YEARS: Final = 3
"""Whole years after the year of the sale; what is older is not taken in."""
_NAME: Final = "email"


def about(shop_id: UUID, at: datetime) -> str:
    """With whom the sealing key goes."""
    return f"{KIND}:{shop_id}:{at.astimezone(UTC).year}"


def is_kept(at: datetime, *, now: datetime) -> bool:
    """Whether the email of a sale of then is not to be forgotten yet."""
    return at.astimezone(UTC).year >= now.astimezone(UTC).year - KEPT_YEARS


def emails_lock(shop_id: UUID | str) -> None:
    """Until this transaction ends nobody else seals an email of the shop, or throws a key of them
    away. One query. An advisory lock: a key that seals nothing yet has no row of the shop's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{KIND}:{shop_id}"]
        )


def email_boxes(sales: Collection[PastSale], *, shop_id: UUID, now: datetime) -> dict[str, bytes]:
    """The sealed emails by the sales' old ids. Two queries in the caller's transaction, none where
    no sale has any."""
    told = [sale for sale in sales if sale.email and is_kept(sale.at, now=now)]
    if not told:
        return {}
    keys = keys_for({about(shop_id, sale.at) for sale in told}, now=now)
    boxes = {}
    for sale in told:
        whose = about(shop_id, sale.at)
        box = sealed_with_key(sale.email.encode(), key=keys[whose], about=whose, name=_NAME)
        boxes[sale.old_id] = box
    return boxes


def emails_of(invoices: Iterable[PastInvoice]) -> dict[UUID, str]:
    """The emails of those that have one and were not forgotten. One query, none for nobody.

    Raises:
        SealedWrong: a box was altered, or is another's.
    """
    kept = [one for one in invoices if one.email_box is not None]
    keys = keys_of({about(one.shop_id, one.at) for one in kept})
    found = {}
    for one in kept:
        whose = about(one.shop_id, one.at)
        if whose in keys:
            box = bytes(one.email_box or b"")
            plain = opened_with_key(box, key=keys[whose], about=whose, name=_NAME)
            found[one.id] = plain.decode()
    return found


@transaction.atomic
def emails_forget(*, shop_id: UUID, by: str, now: datetime) -> int:
    """Forget all that a shop kept; how many. Their keys go within the hour. No move that was begun
    before keeps any more, nor where it is gone on with."""
    # First: it waits for a page that is being kept, whose emails are forgotten with the others.
    Move.objects.filter(shop_id=shop_id, with_emails=True).update(with_emails=False)
    count = PastInvoice.objects.filter(shop_id=shop_id, email_box__isnull=False).update(
        email_box=None
    )
    record(act="past_buyers.forgotten", shop_id=shop_id, who=by, detail={"emails": count}, now=now)
    return count


def emails_forget_old(*, now: datetime) -> int:
    """Forget those of years that were kept long enough, and throw away every key that seals
    nothing any more; how many keys."""
    ends = datetime(now.astimezone(UTC).year - KEPT_YEARS, 1, 1, tzinfo=UTC)
    PastInvoice.objects.filter(email_box__isnull=False, at__lt=ends).update(email_box=None)
    return sum(_throw_away(one) for one in abouts_of(KIND))


@transaction.atomic
def _throw_away(one: str) -> bool:
    _kind, shop, year = one.split(":")
    emails_lock(shop)  # a move may be sealing more
    begins = datetime(int(year), 1, 1, tzinfo=UTC)
    ends = datetime(int(year) + 1, 1, 1, tzinfo=UTC)
    sealed = PastInvoice.objects.filter(
        shop_id=shop, at__gte=begins, at__lt=ends, email_box__isnull=False
    )
    return not sealed.exists() and key_throw_away(one)
