"""Give verdicts on names by the lists in force."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from gateway.compliance import locks as lists
from gateway.compliance.freshness import freshness
from gateway.compliance.models import ListSource
from gateway.compliance.naming import warm, whitelist
from gateway.compliance.naming.models import NameVerdict
from gateway.compliance.naming.scoring import NameQuery, Score
from gateway.compliance.naming.sealed_names import names_key
from gateway.compliance.naming.weights import SCORER_VERSION
from gateway.tenancy.scope import house_scope

NO_LIST: Final = "no_list"
LIST_MISSING: Final = "list_missing"
INDEX_NOT_READY: Final = "index_not_ready"


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom a question is: '' for a mere look."""

    mode: str
    about: str = ""


@transaction.atomic
def name_screen(
    *, query: NameQuery, now: datetime, mode: str = "live", about: str = ""
) -> NameVerdict:
    """The verdict on somebody by the lists in force, kept as a row.

    ``unknown`` while a list is missing, or so new and so large that its index is being built. The
    lists stay locked FOR SHARE to the end of the transaction: what is decided in it was so by the
    lists in force when it commits.

    Args:
        about: whose verdict it is (``subject:<id>``): matches that people called another person
            are set aside for them. '' for a mere look.
    """
    with house_scope():
        asked = Asked(mode=mode, about=about)
        sources = lists.sources_in_force()
        reason = _nobody_can_say(sources)
        index = None if reason else warm.index_for(sources)
        if index is None:
            return verdict_keep(
                asked, query, sources=sources, reason=reason or INDEX_NOT_READY, now=now
            )
        return verdict_keep(
            asked, query, sources=sources, scores=index.find(query).matches, now=now
        )


def verdict_keep(
    asked: Asked,
    query: NameQuery,
    *,
    sources: Sequence[ListSource],
    now: datetime,
    scores: Iterable[Score] = (),
    reason: str = "",
    only_changed: str = "",
) -> NameVerdict:
    """Write a verdict down, sealed, the matches that the whitelist sets aside apart. In the
    caller's transaction, in the house's scope."""
    matches, set_aside = whitelist.divided(asked.mode, asked.about, scores)
    state = "unknown" if reason else "match" if matches else "clear"
    key = names_key(asked.about, now=now)
    rests_on = freshness((source.checked_at for source in sources), now=now)
    return NameVerdict.objects.create(
        mode=asked.mode,
        about=asked.about,
        state=state,
        reason=reason,
        query=key.query(query),
        matches=key.scores(matches),
        set_aside=key.scores(set_aside),
        versions=[
            {
                "source": source.name,
                "number": source.number,
                "hash": bytes(source.version_hash or b"").hex(),
            }
            for source in sources
            if source.version_id is not None
        ],
        versions_key=",".join(f"{source.name}#{source.number}" for source in sources),
        scorer_version=SCORER_VERSION,
        only_changed=only_changed,
        stale=rests_on.stale and rests_on.checked_at is not None,
        lists_checked_at=rests_on.checked_at,
        given_at=now,
    )


def _nobody_can_say(sources: Sequence[ListSource]) -> str:
    """Why: an absent list would make everyone clear."""
    if not sources:
        return NO_LIST
    missing = [one.name for one in sources if one.version_id is None]
    return f"{LIST_MISSING}:{missing[0]}" if missing else ""
