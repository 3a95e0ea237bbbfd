"""Who is not the listed person they are called like: people said so, with their grounds.

It holds for what the list said of that person when they said it. A match is set aside only while
the list still says just that, so an entry ends with the list's change even before it is swept.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.compliance.alerts.abouts import about_of
from gateway.compliance.errors import SamePerson
from gateway.compliance.listed.models import Entry
from gateway.compliance.naming import locks
from gateway.compliance.naming.errors import GroundsMissing, NoGoodGuy, NoSuchMatch
from gateway.compliance.naming.models import GoodGuy, ScreenedParty
from gateway.compliance.naming.scoring import Score
from gateway.tenancy.scope import house_scope


@transaction.atomic
def good_guy_add(
    *,
    mode: str,
    about: str,
    source: str,
    entity_id: str,
    by: str,
    second: str,
    why: str,
    now: datetime,
) -> GoodGuy:
    """Set aside, for one whom the house deals with, matches with one listed entity. Again is the
    same.

    Args:
        by, second: the two people who say so; the database compares them.

    Raises:
        GroundsMissing: nobody, or no reason, is named.
        SamePerson: both are one.
        NoSuchMatch: no list in force names that entity.
        AboutUnreadable: a programmer's error.
    """
    if not by.strip() or not second.strip() or not why.strip():
        raise GroundsMissing
    if by == second:
        raise SamePerson
    with house_scope():
        digest = _hashes([(source, entity_id)]).get((source, entity_id))
        if digest is None:
            raise NoSuchMatch
        told = str(about_of(about))
        pair = {"mode": mode, "about": told, "source": source, "entity_id": entity_id}
        held = GoodGuy.objects.select_for_update().filter(**pair, ended_at__isnull=True).first()
        if held is not None and bytes(held.content_hash) == digest:
            return held
        if held is not None:
            _end(held, because="said anew", now=now)
        return GoodGuy.objects.create(
            **pair, content_hash=digest, said_by=by, agreed_by=second, why=why, said_at=now
        )


@transaction.atomic
def good_guy_end(*, good_guy_id: UUID, by: str, now: datetime) -> GoodGuy:
    """Take it back: what rested on it says nothing from now on, until they are asked about again.

    Raises:
        NoGoodGuy, GroundsMissing
    """
    if not by.strip():
        raise GroundsMissing
    with house_scope():
        held = locks.good_guy(good_guy_id)
        if held is None:
            raise NoGoodGuy
        _end(held, because=by, now=now)
        rows = ScreenedParty.objects.filter(mode=held.mode, about=held.about, active=True)
        # One who is called like a second listed one stays so: a match stops more than no answer.
        rows.filter(verdict__state="clear").update(verdict=None)
        return held


def changed_end(*, source: str, entity_ids: Collection[str], version: str, now: datetime) -> int:
    """End what was said of entities that a list no longer says the same of; how many entries.

    In the caller's transaction, in the house's scope.
    """
    held = GoodGuy.objects.filter(
        source=source, entity_id__in=list(entity_ids), ended_at__isnull=True
    )
    return held.update(ended_at=now, ended_because=f"list_changed:{version}")


def divided(mode: str, about: str, scores: Iterable[Score]) -> tuple[list[Score], list[Score]]:
    """The matches people must look at, and those that they looked at and set aside. Two queries,
    none for a mere look or without a match."""
    found = list(scores)
    if not about or not found:
        return found, []
    pairs = [(one.source, one.entity_id) for one in found]
    said = {
        (one.source, one.entity_id): bytes(one.content_hash)
        for one in GoodGuy.objects.filter(mode=mode, about=about, ended_at__isnull=True)
    }
    now_said = _hashes([pair for pair in pairs if pair in said])
    aside = {pair for pair, digest in now_said.items() if said[pair] == digest}
    return (
        [one for one, pair in zip(found, pairs, strict=True) if pair not in aside],
        [one for one, pair in zip(found, pairs, strict=True) if pair in aside],
    )


def _hashes(pairs: list[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
    """What the lists in force say of these entities, in short."""
    if not pairs:
        return {}
    entries = Entry.objects.filter(
        source__enabled=True, until__isnull=True, entity_id__in=[one for _, one in pairs]
    )
    found = entries.values_list("source_id", "entity_id", "hash")
    return {(source, one): bytes(digest) for source, one, digest in found if (source, one) in pairs}


def _end(held: GoodGuy, *, because: str, now: datetime) -> None:
    held.ended_at, held.ended_because = now, because
    held.save(update_fields=["ended_at", "ended_because"])
