"""Look at who asks for a payout address to be changed, and from where."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.compliance.behaviour.configuration import rules_in_force
from gateway.compliance.behaviour.models import NetworkSeen, Watched
from gateway.compliance.behaviour.networks_used import seen_of
from gateway.compliance.behaviour.newness import Session, session_judge
from gateway.compliance.behaviour.raising import behaviour_alert


@transaction.atomic
def destination_look(
    *, user_id: UUID, shop_id: UUID, mode: str, network: str, at: datetime
) -> Session:
    """Tell the officers, and nobody else, if it is asked for from a network that is not the
    person's own. Two queries."""
    about, rules = f"user:{user_id}", rules_in_force()
    since = Watched.objects.filter(about=about).values_list("since", flat=True).first()
    row = NetworkSeen.objects.filter(about=about, network=network).first()
    seen = None if row is None else seen_of(row)
    was_new = row is not None and row.standing == "new"
    session = session_judge(since=since, seen=seen, was_new=was_new, at=at, rules=rules)
    if session in ("fresh", "unseen"):
        behaviour_alert(
            "destination_new_network",
            about=f"shop:{shop_id}",
            fingerprint=f"{about}:{network}:{at.date()}",
            mode=mode,
            shop_id=shop_id,
            severity="high",
            facts={"user_id": user_id, "network": network, "session": session, "at": at},
            judged_by="behaviour_session",
            judged={
                "since": since and since.isoformat(),
                "seen": seen and seen.as_plain(),
                "was_new": was_new,
                "at": at.isoformat(),
            },
            rules=rules,
            now=at,
        )
    return session
