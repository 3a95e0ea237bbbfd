"""A subject's history from the rows, for a sweep."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final

from django.db.models import Q

from gateway.compliance.scenarios.catalogue import reach_of
from gateway.compliance.scenarios.cycles import MAX_FOLLOWED, Edge
from gateway.compliance.scenarios.models import ObservationRow
from gateway.compliance.scenarios.observed import (
    DESTINATION_CHANGED,
    PROFILE,
    TRANSFERS,
    Observation,
)

CHUNK: Final = 2_000
MAX_REMEMBERED: Final = 50_000
"""Hands' transfers that one pass keeps, to ask for each once."""


def history_of(
    *, mode: str, subject: str, since: datetime, until: datetime, wanted: frozenset[str]
) -> Iterator[Observation]:
    """Everything that a sweep needs to tell the features from ``since`` on, in the order of time.

    The latest of each kind that counts until the next one comes first, however old. Four queries,
    read in chunks.

    Args:
        until: not included.
    """
    begin = since - reach_of(wanted)
    mine = ObservationRow.objects.filter(Q(source=subject) | Q(target=subject), mode=mode)
    before = [
        mine.filter(kind__in=kinds, at__lt=begin).order_by("-at", "-id").first()
        for kinds in ((PROFILE,), (DESTINATION_CHANGED,), tuple(TRANSFERS))
    ]
    for row in sorted((one for one in before if one is not None), key=_order):
        yield observation_of(row)
    rows = mine.filter(at__gte=begin, at__lt=until).order_by("at", "id")
    for row in rows.iterator(chunk_size=CHUNK):
        yield observation_of(row)


def observation_of(row: ObservationRow) -> Observation:
    return Observation(
        id=str(row.id),
        kind=row.kind,
        at=row.at,
        source=row.source,
        target=row.target,
        cents=row.cents,
        facts=row.facts,
    )


class Onwards:
    """The transfers that left a hand, newest first, as far as a search follows them. A query for a
    hand and moment, once in a pass."""

    def __init__(self, mode: str) -> None:
        self._mode = mode
        self._known: dict[tuple[str, datetime, datetime], Collection[Edge]] = {}

    def __call__(self, hand: str, since: datetime, until: datetime) -> Collection[Edge]:
        key = (hand, since, until)
        if key not in self._known:
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            rows = (
                ObservationRow.objects.filter(
                    mode=self._mode,
                    source=hand,
                    at__gte=since,
                    at__lte=until,
                    kind__in=TRANSFERS,
                    cents__isnull=False,
                )
                .exclude(target="")
                .order_by("-at", "-id")
                .values_list("target", "cents")[: MAX_FOLLOWED + 1]
            )
            self._known[key] = [Edge(target, cents) for target, cents in rows if cents is not None]
        return self._known[key]


def _order(row: ObservationRow) -> tuple[datetime, str]:
    return row.at, str(row.id)
