"""Bring a changed list to everyone the house deals with: against what changed, and that only.

A page of parties is one short transaction, which moves the change's cursor and emits the event of
the next page (``list.naming``): a crash at any line loses nothing and screens nobody twice. The
pages stand in the lane of the lists' screening, so that what shops wait for goes by.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.compliance import locks as lists
from gateway.compliance.listed.selectors import entities_changed
from gateway.compliance.models import ListSource, ListVersion
from gateway.compliance.naming import locks, whitelist
from gateway.compliance.naming.building import build
from gateway.compliance.naming.finding import find
from gateway.compliance.naming.index import NameIndex
from gateway.compliance.naming.models import NameChange, ScreenedParty
from gateway.compliance.naming.parties import matches_raise
from gateway.compliance.naming.screening import Asked, verdict_keep
from gateway.compliance.naming.stored import query_read
from gateway.events.services import NewEvent, emit_many
from gateway.tenancy.scope import house_scope

PAGE_PARTIES: Final = 200
LANE: Final = "screening"
CHANGES_KEPT: Final = 2


@dataclass(frozen=True, slots=True)
class Changed:
    """Whom a version names anew or otherwise, to be asked; ``entity_ids`` has the gone as well."""

    index: NameIndex
    entity_ids: frozenset[str]


@transaction.atomic
def change_begin(*, source: str, number: int, mode: str, now: datetime) -> None:
    """Note that a version is to be brought to the parties of a mode. Again is the same."""
    with house_scope():
        NameChange.objects.bulk_create(
            [NameChange(source=source, number=number, mode=mode, begun_at=now)],
            ignore_conflicts=True,
        )


@transaction.atomic
def change_continue(*, source: str, mode: str, now: datetime) -> int:
    """Go one page further with the oldest change of a list; how many parties were screened.

    0 when every change has reached them all, and when somebody else is at it.
    """
    with house_scope():
        change = locks.open_change(source=source, mode=mode)
        if change is None:
            return 0
        version = ListVersion.objects.get(source_id=source, number=change.number)
        changed = changed_by(version.id)
        name = f"{source}#{change.number}"
        if change.after_party is None:
            whitelist.changed_end(
                source=source, entity_ids=changed.entity_ids, version=name, now=now
            )
        sources = lists.sources_in_force()
        parties = _page(change)
        for party in parties:
            change.matches += _screen(party, changed, sources=sources, name=name, now=now)
        change.parties += len(parties)
        if parties:
            change.after_party = parties[-1].id
        if len(parties) < PAGE_PARTIES:
            change.finished_at = now
        change.save()
        _tell_next(source, mode=mode, now=now)
        return len(parties)


def _page(change: NameChange) -> list[ScreenedParty]:
    waiting = ScreenedParty.objects.filter(mode=change.mode, active=True)
    if change.after_party is not None:
        waiting = waiting.filter(id__gt=change.after_party)
    return list(waiting.select_for_update(of=("self",)).order_by("id")[:PAGE_PARTIES])


def _screen(
    party: ScreenedParty,
    changed: Changed,
    *,
    sources: Sequence[ListSource],
    name: str,
    now: datetime,
) -> int:
    """1 if people must look. Nothing is written of a party whom the change does not touch."""
    query = query_read(party.query)
    scores = find(query, changed.index).matches
    if not scores:
        return 0
    verdict = verdict_keep(
        Asked(mode=party.mode, about=party.about),
        query,
        sources=sources,
        scores=scores,
        only_changed=name,
        now=now,
    )
    if not verdict.matches:
        return 0
    party.verdict = verdict
    party.save(update_fields=["verdict"])
    matches_raise(party, verdict, now=now)
    return 1


@lru_cache(maxsize=CHANGES_KEPT)
def changed_by(version_id: UUID) -> Changed:
    """What a version changed, ready to be asked page after page."""
    version = ListVersion.objects.get(id=version_id)
    entities, ids = [], set()
    for entity, is_listed in entities_changed(version):
        ids.add(entity.id)
        if is_listed:
            entities.append(entity)
    index = NameIndex(build(entities, built_from={version.source_id: str(version.number)}))
    return Changed(index=index, entity_ids=frozenset(ids))


def _tell_next(source: str, *, mode: str, now: datetime) -> None:
    event = NewEvent(
        type="list.naming",
        subject=f"list:{source}",
        body={"source": source},
        mode=mode,
        lane=LANE,
    )
    emit_many([event], now=now)
