"""Look somebody up, for an officer who asks: an answer, and a row that says who asked.

Nothing else is written: nobody is alerted of, held or screened from then on by being looked up.
Each officer may look so often and no more, so that a stolen session can't read the house's lists
of people against the world's.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from gateway.compliance import locks as lists
from gateway.compliance.inquiring.errors import InquiriesTooMany
from gateway.compliance.inquiring.models import Inquiry
from gateway.compliance.naming import warm
from gateway.compliance.naming.scoring import NameQuery, Score
from gateway.compliance.naming.sealed_names import looked_up
from gateway.compliance.naming.stored import query_told
from gateway.compliance.naming.weights import SCORER_VERSION, WEIGHTS
from gateway.tenancy.scope import house_scope

PER_MINUTE: Final = 20
PER_DAY: Final = 500
LEAST_THRESHOLD: Final = 3_000
"""Below it nearly everybody is like somebody."""
ONE_AFTER_THE_OTHER_SQL: Final = "SELECT pg_advisory_xact_lock(hashtext('inquiry'), hashtext(%s))"


@dataclass(frozen=True, slots=True)
class NameLook:
    """
    Attributes:
        scores: those at or above the threshold asked for, the likeliest first.
        reason: why nobody can say; then there are no scores.
        versions: of the lists looked at: ``ofac#3``.
    """

    scores: tuple[Score, ...]
    threshold: int
    reason: str
    versions: tuple[str, ...]
    scorer: str = SCORER_VERSION


@transaction.atomic
def name_look(*, query: NameQuery, threshold: int, by: UUID, now: datetime) -> NameLook:
    """Whom the lists in force name like this, from so many points on. Seven queries.

    Args:
        threshold: points of 10,000; the scorer's own is ``WEIGHTS.threshold``.

    Raises:
        InquiriesTooMany
    """
    with house_scope():
        sources = lists.sources_in_force()
        look = _looked(query, sources, threshold=max(LEAST_THRESHOLD, threshold))
        best = look.scores[0].points if look.scores else 0
        inquiry_keep(
            kind="name",
            by=by,
            asked={**query_told(query), "threshold": look.threshold},
            found={
                "scores": len(look.scores),
                "best": best,
                "reason": look.reason,
                "versions": ",".join(look.versions),
            },
            now=now,
        )
        return look


def _looked(query: NameQuery, sources: Any, *, threshold: int) -> NameLook:
    versions = tuple(f"{source.name}#{source.number}" for source in sources)
    missing = [one.name for one in sources if one.version_id is None]
    reason = f"list_missing:{missing[0]}" if missing else "" if sources else "no_list"
    index = None if reason else warm.index_for(sources)
    if index is None:
        return NameLook((), threshold, reason or "index_not_ready", versions)
    found = index.find(query, weights=replace(WEIGHTS, threshold=threshold))
    return NameLook(found.matches, threshold, "", versions)


@transaction.atomic
def inquiry_keep(
    *, kind: str, by: UUID, asked: dict[str, Any], found: dict[str, Any], now: datetime
) -> Inquiry:
    """Write down who looked up whom, sealed, unless they looked too often. Five queries.

    Raises:
        InquiriesTooMany: nothing was looked up then.
    """
    with house_scope():
        with connection.cursor() as cursor:
            # Looks of one officer come one after the other, so that none slips by the count.
            cursor.execute(ONE_AFTER_THE_OTHER_SQL, [str(by)])
        theirs = Inquiry.objects.filter(by=by)
        if (
            theirs.filter(at__gt=now - timedelta(minutes=1)).count() >= PER_MINUTE
            or theirs.filter(at__gt=now - timedelta(days=1)).count() >= PER_DAY
        ):
            raise InquiriesTooMany
        sealed = looked_up(asked, now=now)
        return Inquiry.objects.create(kind=kind, by=by, asked=sealed, found=found, at=now)
