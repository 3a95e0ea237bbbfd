"""The index of the lists in force, kept ready in each process and shared between them.

One file a state of the lists, mapped into memory by every process of a machine: the pages are in
memory once. When a list changes, what changed is laid over the index at hand at once, and a new
file is built beside it (by the relay, by beat, or by ``manage.py names build``), so nobody waits.
"""

import fcntl
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.conf import settings

from gateway.compliance.listed.entities import ListedEntity
from gateway.compliance.listed.selectors import entities_changed, entities_in_force
from gateway.compliance.models import ListSource, ListVersion
from gateway.compliance.naming.artefact import MAGIC, Artefact, ArtefactBroken, read, write
from gateway.compliance.naming.building import build
from gateway.compliance.naming.index import NameIndex
from gateway.compliance.naming.live import LiveIndex
from gateway.compliance.naming.weights import SCORER_VERSION

SCORER: Final = "scorer"
SMALL_LISTS: Final = 5_000
"""So few entities are put into an index by whoever asks first: a third of a second."""
MOST_CHANGED: Final = 2_000
"""More changes than these wait for the next file: they would take a second to lay over it."""
FILES_KEPT: Final = 2
TRIES: Final = 3

_lock = threading.Lock()
_held: dict[str, LiveIndex] = {}
"""The index of one state of the lists; a process needs no other."""


def folder() -> Path:
    return Path(settings.STATE_DIR) / "names"


def in_force(sources: Sequence[ListSource]) -> dict[str, str]:
    """What an index of these lists is built from: each one's number and hash, and the scorer."""
    told = {source.name: _number_and_hash(source.number, source.version_hash) for source in sources}
    return {**told, SCORER: SCORER_VERSION}


def _number_and_hash(number: int, digest: bytes | memoryview | None) -> str:
    return f"{number}:{bytes(digest or b'').hex()}"


def index_for(sources: Sequence[ListSource]) -> LiveIndex | None:
    """The index of these versions of the lists, in memory; None while it can't be had at once.

    No query once it is at hand.
    """
    wanted = in_force(sources)
    key = _key(wanted)
    found = _held.get(key)
    if found is not None:
        return found
    with _lock:
        found = _held.get(key)
        if found is None:
            found = _opened(wanted) or _laid_over(wanted) or _small(wanted)
            if found is not None:
                _held.clear()
                _held[key] = found
    return found


def forget() -> None:
    """Let go of the index in memory; the next question opens its file again."""
    _held.clear()


def index_build() -> Path | None:
    """Build the file of the lists in force, if it is not there; None if somebody else is at it.

    About 40 µs of processor time a name. A list that changes meanwhile has it begin again.
    """
    with _alone() as alone:
        if not alone:
            return None
        for _ in range(TRIES):
            wanted = _wanted_now()
            path = _path(wanted)
            if not path.exists():
                artefact = build(entities_in_force(), built_from=wanted)
                if _wanted_now() != wanted:
                    continue
                write(artefact, path)
            _forget_older(than=path)
            return path
    return None


def _wanted_now() -> dict[str, str]:
    return in_force(list(ListSource.objects.filter(enabled=True).order_by("name")))


def _key(built_from: dict[str, str]) -> str:
    told = ",".join(f"{name}={value}" for name, value in sorted(built_from.items()))
    return sha256(MAGIC + told.encode()).hexdigest()[:32]  # each way to write files its own


def _path(built_from: dict[str, str]) -> Path:
    return folder() / f"{_key(built_from)}.index"


def _read(path: Path) -> Artefact | None:
    try:
        return read(path)
    except (FileNotFoundError, ArtefactBroken):
        return None


def _opened(wanted: dict[str, str]) -> LiveIndex | None:
    artefact = _read(_path(wanted))
    return LiveIndex(NameIndex(artefact)) if artefact is not None else None


def _laid_over(wanted: dict[str, str]) -> LiveIndex | None:
    """An older index at hand, with what the lists' versions since have changed laid over it."""
    for base in _bases():
        versions = _since(base.artefact.built_from, wanted)
        if versions is None:
            continue
        named: dict[tuple[str, str], ListedEntity | None] = {}
        for version in versions:
            for entity, is_listed in entities_changed(version):
                named[entity.source, entity.id] = entity if is_listed else None
        changed = [entity for entity in named.values() if entity is not None]
        return LiveIndex(
            base=base,
            changed=NameIndex(build(changed, built_from=wanted)) if changed else None,
            replaced=frozenset(named),
        )
    return None


def _bases() -> Iterator[NameIndex]:
    """Indexes of the lists as they were: the one in memory, then those on disk, newest first."""
    for live in _held.values():
        yield live.base
    for path in _files():
        artefact = _read(path)
        if artefact is not None:
            yield NameIndex(artefact)


def _since(built_from: object, wanted: dict[str, str]) -> list[ListVersion] | None:
    """The versions between an index and what is wanted, oldest first; None if there are too many
    changes, another scorer or other lists."""
    before = dict(built_from)  # type: ignore[call-overload]
    if before.keys() != wanted.keys() or before[SCORER] != wanted[SCORER]:
        return None
    versions: list[ListVersion] = []
    for source, told in wanted.items():
        if before[source] == told or source == SCORER:
            continue
        first, last = int(before[source].split(":")[0]), int(told.split(":")[0])
        between = ListVersion.objects.filter(source_id=source, number__range=(first, last))
        found = list(between.order_by("number"))
        # The hash too: a file may be left of another database, whose versions had these numbers.
        if (
            len(found) != last - first + 1
            or last <= first
            or _number_and_hash(first, found[0].hash) != before[source]
        ):
            return None
        versions += found[1:]
    changes = sum(
        version.entities_added + version.entities_removed + version.entities_changed
        for version in versions
    )
    return versions if changes <= MOST_CHANGED else None


def _small(wanted: dict[str, str]) -> LiveIndex | None:
    entities = []
    for entity in entities_in_force():
        entities.append(entity)
        if len(entities) > SMALL_LISTS:
            return None
    return LiveIndex(NameIndex(build(entities, built_from=wanted)))


def _files() -> list[Path]:
    if not folder().is_dir():
        return []
    return sorted(folder().glob("*.index"), key=lambda path: -path.stat().st_mtime_ns)


def _forget_older(*, than: Path) -> None:
    """Who has mapped one keeps it; nobody finds it again."""
    os.utime(than)
    for path in _files()[FILES_KEPT:]:
        path.unlink(missing_ok=True)


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else on this machine is building."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / "building").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
