"""Whom the house deals with, to be screened now and whenever a list changes."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.compliance import locks as lists
from gateway.compliance.alerts.abouts import about_of
from gateway.compliance.alerts.services import alert_raise
from gateway.compliance.naming import locks
from gateway.compliance.naming.models import NameVerdict, ScreenedParty
from gateway.compliance.naming.scoring import NameQuery
from gateway.compliance.naming.screening import name_screen
from gateway.compliance.naming.sealed_names import NAMES, names_key, query_of
from gateway.compliance.sealed.keys import key_throw_away
from gateway.compliance.sealed.sealing import opened_whole, sealed_value
from gateway.tenancy.scope import house_scope

ALERT_KIND = "name_match"
SURE_POINTS = 9_500
"""From here on all that is known agrees: people look at these first."""


@transaction.atomic
def party_put(
    *, about: str, query: NameQuery, mode: str, shop_id: UUID | None, now: datetime
) -> ScreenedParty:
    """Keep somebody under a name, with all that is known of them; again with more is an update.

    Args:
        about: whom an alert will be about (``subject:<uuid>``, ``shop:<uuid>`` …); several names
            of one are several rows.
    """
    with house_scope():
        told = str(about_of(about))
        key = names_key(told, now=now)
        party, _ = ScreenedParty.objects.update_or_create(
            mode=mode,
            about=told,
            name_index=key.index(query.name),
            defaults={
                "shop_id": shop_id,
                "kind": query.kind,
                "query": key.query(query),
                "active": True,
                "put_at": now,
            },
        )
        return party


@transaction.atomic
def party_leave(*, about: str, mode: str, now: datetime) -> int:
    """Screen somebody no longer, under any of their names; how many there were."""
    with house_scope():
        found = ScreenedParty.objects.filter(mode=mode, about=str(about_of(about)), active=True)
        return found.update(active=False, put_at=now)


@transaction.atomic
def party_forget(*, about: str, mode: str) -> int:
    """Delete what is known of somebody, the verdicts on them, and the key of both: what they were
    screened by may be kept no longer, in no backup either. How many verdicts there were. What
    alerts and cases keep of it goes by their own terms."""
    with house_scope():
        told = str(about_of(about))
        ScreenedParty.objects.filter(mode=mode, about=told).delete()
        verdicts = NameVerdict.objects.filter(mode=mode, about=told).delete()[0]
        key_throw_away(f"{NAMES}:{told}")
        return verdicts


@transaction.atomic
def party_screen(*, party_id: UUID, now: datetime) -> NameVerdict:
    """Screen somebody against all lists in force; each match is an alert, once while it is open.

    Raises:
        KeyGone: they were erased.
    """
    with house_scope():
        lists.sources_in_force()  # before the party, as when a list's change comes by
        party = locks.party(party_id)
        verdict = name_screen(query=query_of(party), now=now, mode=party.mode, about=party.about)
        party.verdict = verdict
        party.save(update_fields=["verdict"])
        matches_raise(party, verdict, now=now)
        return verdict


def matches_raise(party: ScreenedParty, verdict: NameVerdict, *, now: datetime) -> int:
    """An alert for each match of a verdict; how many. In the caller's transaction.

    Whom we asked about, and what of it agreed, is sealed anew for evidence, which is kept by terms
    of its own.
    """
    told = opened_whole({"query": verdict.query, "matches": verdict.matches})
    for match in told["matches"]:
        is_sure = match["points"] >= SURE_POINTS
        alert_raise(
            kind=ALERT_KIND,
            about=party.about,
            fingerprint=f"{match['source']}:{match['entity_id']}"[:200],
            mode=party.mode,
            shop_id=party.shop_id,
            severity="high" if is_sure else "medium",
            evidence={
                "verdict_id": verdict.id,
                "query": sealed_value(told["query"], about=party.about, now=now),
                "match": sealed_value(match, about=party.about, now=now),
            },
            versions={
                **{one["source"]: str(one["number"]) for one in verdict.versions},
                "scorer": verdict.scorer_version,
            },
            now=now,
        )
    return len(told["matches"])
