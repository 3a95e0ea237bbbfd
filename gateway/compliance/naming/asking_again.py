"""Ask again about whom nobody could say anything, and about whom something else is known by now.

A changed list is brought to everyone by what it changed (``rescreening``). That leaves the answers
that are older than what they rest on: given without a list, a match with somebody who is listed no
more or otherwise, and one that people have set aside, or set aside no longer, since.
"""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Greatest

from gateway.compliance import locks as lists
from gateway.compliance.naming import warm
from gateway.compliance.naming.models import GoodGuy, ScreenedParty
from gateway.compliance.naming.parties import party_screen
from gateway.compliance.sealed.errors import KeyGone
from gateway.tenancy.scope import house_scope

AT_ONCE: Final = 200


def parties_ask_again(*, now: datetime) -> int:
    """Screen them against all lists in force, each in a transaction of its own, up to a page; how
    many. None while nobody could say."""
    with house_scope():
        key = _key_if_ready()
        if key is None:
            return 0
        since = GoodGuy.objects.filter(about=OuterRef("about"), mode=OuterRef("mode")).annotate(
            moved_at=Greatest(F("said_at"), F("ended_at"))
        )
        overtaken = since.filter(moved_at__gt=OuterRef("verdict__given_at"))
        old_match = Q(verdict__state="match") & ~Q(verdict__versions_key=key)
        parties = ScreenedParty.objects.filter(active=True).filter(
            Q(verdict=None) | Q(verdict__state="unknown") | old_match | Exists(overtaken)
        )
        found = list(parties.order_by("id").values_list("id", flat=True)[:AT_ONCE])
        for party_id in found:
            try:
                party_screen(party_id=party_id, now=now)
            except KeyGone:
                # Put while they were being erased: nobody can be asked about who has no name.
                ScreenedParty.objects.filter(id=party_id).update(active=False, put_at=now)
    return len(found)


@transaction.atomic
def _key_if_ready() -> str | None:
    """The lists in force in short, as a verdict has them; None if one is missing or not indexed."""
    sources = lists.sources_in_force()
    if not sources or any(source.version_id is None for source in sources):
        return None
    if warm.index_for(sources) is None:
        return None
    return ",".join(f"{source.name}#{source.number}" for source in sources)
