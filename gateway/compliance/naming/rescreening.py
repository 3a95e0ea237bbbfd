"""Bring a changed list to everyone the house deals with: against what changed, and that only.

A change is planned once: chunks of parties, each a row. Any number of workers take them, the oldest
first and each in one short transaction, so that a crash at any line loses one chunk's work and
screens nobody twice. Who is put among the parties after that is screened by the lists in force.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Sum

from gateway.compliance import locks as lists
from gateway.compliance.listed.selectors import entities_changed
from gateway.compliance.models import ListSource, ListVersion
from gateway.compliance.naming import locks, whitelist
from gateway.compliance.naming.building import build
from gateway.compliance.naming.finding import find
from gateway.compliance.naming.index import NameIndex
from gateway.compliance.naming.models import NameChange, NameChunk, ScreenedParty
from gateway.compliance.naming.parties import matches_raise
from gateway.compliance.naming.scoring import NameQuery
from gateway.compliance.naming.screening import Asked, verdict_keep
from gateway.compliance.naming.sealed_names import queries_of
from gateway.tenancy.scope import house_scope

CHUNK_PARTIES: Final = 100
CHANGES_KEPT: Final = 2
TURN_SECONDS: Final = 5
"""After so long a worker takes no further chunk: what else waits comes in between."""

PLAN_SQL: Final = """
INSERT INTO compliance_naming_namechunk
       (id, source, number, mode, first_party, last_party, parties, matches)
SELECT uuidv7(), %(source)s, %(number)s, %(mode)s, min(id::text)::uuid, max(id::text)::uuid, 0, 0
  FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / %(size)s AS chunk
          FROM compliance_naming_screenedparty WHERE mode = %(mode)s AND active) numbered
 GROUP BY chunk ORDER BY chunk
"""


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


def changes_plan(*, now: datetime) -> int:
    """Cut the changes that were begun into chunks, each in a transaction of its own; how many
    changes. What was said of entities that a version changes ends first."""
    planned = 0
    while change_plan(now=now):
        planned += 1
    return planned


@transaction.atomic
def change_plan(*, now: datetime) -> bool:
    """Plan the oldest change that is not; False if there is none, or somebody else is at it."""
    with house_scope():
        change = locks.unplanned_change()
        if change is None:
            return False
        changed = changed_by(_version(change.source, change.number).id)
        whitelist.changed_end(
            source=change.source,
            entity_ids=changed.entity_ids,
            version=f"{change.source}#{change.number}",
            now=now,
        )
        with connection.cursor() as cursor:
            cursor.execute(
                PLAN_SQL,
                {
                    "source": change.source,
                    "number": change.number,
                    "mode": change.mode,
                    "size": CHUNK_PARTIES,
                },
            )
        change.planned_at = now
        change.save(update_fields=["planned_at"])
        return True


def chunks_screen(*, now: datetime) -> int:
    """Take chunks as long as the turn lasts; how many parties were screened."""
    until = time.monotonic() + TURN_SECONDS
    screened = 0
    while time.monotonic() < until:
        found = chunk_screen(now=now)
        if found is None:
            break
        screened += found
    changes_finish(now=now)
    return screened


@transaction.atomic
def chunk_screen(*, now: datetime) -> int | None:
    """Screen the oldest chunk that nobody is at; how many parties. None: there is none."""
    with house_scope():
        chunk = locks.open_chunk()
        if chunk is None:
            return None
        changed = changed_by(_version(chunk.source, chunk.number).id)
        name = f"{chunk.source}#{chunk.number}"
        sources = lists.sources_in_force()
        parties = _parties(chunk)
        queries = queries_of(parties)
        for party in parties:
            query = queries.get(party.id)
            if query is not None:  # else erased in this moment
                chunk.matches += _screen(party, query, changed, sources=sources, name=name, now=now)
        chunk.parties, chunk.done_at = len(parties), now
        chunk.save(update_fields=["parties", "matches", "done_at"])
        return len(parties)


@transaction.atomic
def changes_finish(*, now: datetime) -> int:
    """Finish the changes whose chunks are all done; how many."""
    with house_scope():
        finished = 0
        for change in locks.planned_changes():
            chunks = NameChunk.objects.filter(
                source=change.source, number=change.number, mode=change.mode
            )
            if chunks.filter(done_at__isnull=True).exists():
                continue
            sums = chunks.aggregate(parties=Sum("parties"), matches=Sum("matches"))
            change.parties += sums["parties"] or 0
            change.matches += sums["matches"] or 0
            change.finished_at = now
            change.save(update_fields=["parties", "matches", "finished_at"])
            chunks.delete()
            finished += 1
        return finished


def _version(source: str, number: int) -> ListVersion:
    return ListVersion.objects.get(source_id=source, number=number)


def _parties(chunk: NameChunk) -> list[ScreenedParty]:
    within = ScreenedParty.objects.filter(
        mode=chunk.mode, active=True, id__gte=chunk.first_party, id__lte=chunk.last_party
    )
    return list(within.select_for_update(of=("self",)).order_by("id"))


def _screen(
    party: ScreenedParty,
    query: NameQuery,
    changed: Changed,
    *,
    sources: Sequence[ListSource],
    name: str,
    now: datetime,
) -> int:
    """1 if people must look. Nothing is written of a party whom the change does not touch."""
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
    if verdict.is_clear:
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
