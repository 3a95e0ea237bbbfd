"""Write down what a new version of a list says: only what differs from the one in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from gateway.compliance.listed.content import Content

ROWS_A_STATEMENT = 5_000

IN_FORCE_SQL = """
SELECT entity_id, hash FROM compliance_listed_entry WHERE source_id = %s AND until IS NULL
"""
END_SQL = """
UPDATE compliance_listed_entry SET until = %s
 WHERE source_id = %s AND until IS NULL AND entity_id = ANY(%s)
"""
BEGIN_SQL = """
INSERT INTO compliance_listed_entry (source_id, entity_id, since, hash, content)
SELECT %(source)s, e.id, %(number)s, e.hash, e.content
  FROM unnest(%(ids)s::text[], %(hashes)s::bytea[], %(contents)s::text[]) AS e (id, hash, content)
"""
KEYS_SQL = """
INSERT INTO compliance_listed_walletkey (key, entry_id)
SELECT k.key, e.id
  FROM unnest(%(ids)s::text[], %(keys)s::text[]) AS k (entity_id, key)
  JOIN compliance_listed_entry e
    ON e.source_id = %(source)s AND e.entity_id = k.entity_id AND e.until IS NULL
"""


@dataclass(frozen=True, slots=True)
class Differences:
    """How a version differs from the one before it, in entities."""

    added: int
    removed: int
    changed: int


def differences(*, old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Differences:
    """Of two versions, each given as content hashes by entity id. Pure."""
    return Differences(
        added=sum(1 for entity_id in new if entity_id not in old),
        removed=sum(1 for entity_id in old if entity_id not in new),
        changed=sum(1 for entity_id in new if old.get(entity_id, new[entity_id]) != new[entity_id]),
    )


def hashes_in_force(source: str) -> dict[str, bytes]:
    """The content hash of each entity that the version in force names, by its id. One query."""
    with connection.cursor() as cursor:
        cursor.execute(IN_FORCE_SQL, [source])
        return {entity_id: bytes(content_hash) for entity_id, content_hash in cursor.fetchall()}


def entries_store(*, source: str, number: int, contents: Sequence[Content]) -> Differences:
    """Make ``contents`` what version ``number`` of ``source`` says, in the caller's transaction.

    The caller holds the source's row FOR UPDATE. Three statements and one more each for every
    ``ROWS_A_STATEMENT`` entities that came or changed.
    """
    old = hashes_in_force(source)
    new = {content.id: content.hash for content in contents}
    begun = [content for content in contents if old.get(content.id) != content.hash]
    ended = [entity_id for entity_id, kept in old.items() if new.get(entity_id) != kept]
    with connection.cursor() as cursor:
        cursor.execute(END_SQL, [number, source, ended])
        for first in range(0, len(begun), ROWS_A_STATEMENT):
            some = begun[first : first + ROWS_A_STATEMENT]
            cursor.execute(
                BEGIN_SQL,
                {
                    "source": source,
                    "number": number,
                    "ids": [content.id for content in some],
                    "hashes": [content.hash for content in some],
                    "contents": [content.text for content in some],
                },
            )
        keys = [(content.id, key) for content in begun for key in content.wallets]
        if keys:
            cursor.execute(
                KEYS_SQL,
                {
                    "source": source,
                    "ids": [entity_id for entity_id, _ in keys],
                    "keys": [key for _, key in keys],
                },
            )
    return differences(old=old, new=new)
