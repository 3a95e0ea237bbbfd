"""Whitelist by two people: one proposes, another agrees, and it is done after a delay.

One is enough to take an entry back: that only makes people look again.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.compliance.alerts.abouts import about_of
from gateway.compliance.listed.models import Entry
from gateway.compliance.naming.errors import NoSuchMatch
from gateway.compliance.naming.whitelist import good_guy_add
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_propose

KIND: Final = "good_guy"


@transaction.atomic
def good_guy_propose(
    *, mode: str, about: str, source: str, entity_id: str, by: UUID, reason: str
) -> Act:
    """Propose that somebody whom the house deals with is not a listed entity.

    It is frozen with what the list says of the entity now: if that changes before two people have
    agreed, nothing is whitelisted.

    Raises:
        NoSuchMatch: no list in force names that entity.
        ActOpenAlready, ActReasonMissing
        AboutUnreadable: a programmer's error.
    """
    digest = _said_of(source, entity_id)
    told = str(about_of(about))
    return act_propose(
        kind=KIND,
        subject=f"{told}:{source}:{entity_id}",
        payload={
            "mode": mode,
            "about": told,
            "source": source,
            "entity_id": entity_id,
            "said": digest,
        },
        reason=reason,
        maker=by,
    )


def good_guy_agreed(act: Act, now: datetime) -> None:
    """Do what two people agreed to.

    Raises:
        NoSuchMatch: the list says something else of that entity by now, or nothing.
    """
    body = act.body
    if _said_of(body["source"], body["entity_id"]) != body["said"]:
        raise NoSuchMatch
    good_guy_add(
        mode=body["mode"],
        about=body["about"],
        source=body["source"],
        entity_id=body["entity_id"],
        by=f"user:{act.maker}",
        second=f"user:{act.checker}",
        why=act.reason,
        now=now,
    )


ACT: Final = ActKind(name=KIND, carry_out=good_guy_agreed, decide_action="hold.decide")


def _said_of(source: str, entity_id: str) -> str:
    """The hash of what a list in force says of an entity. Raises NoSuchMatch."""
    entries = Entry.objects.filter(
        source_id=source, source__enabled=True, until__isnull=True, entity_id=entity_id
    )
    digest = entries.values_list("hash", flat=True).first()
    if digest is None:
        raise NoSuchMatch
    return bytes(digest).hex()
