"""Where somebody is signed in, and how that ends."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from merchants.accounts.errors import SessionUnknown
from merchants.accounts.models import SignedIn, User

SHOWN: Final = 30
AGENT_CHARACTERS: Final = 200
NETWORK_CHARACTERS: Final = 60


def session_begun(
    *, user_id: UUID, session_key: str, network: str, agent: str, now: datetime
) -> SignedIn:
    """Write down that a session began. A key that was used before is that session anew."""
    said = "".join(one for one in agent if one.isprintable())[:AGENT_CHARACTERS]
    about = {
        "user_id": user_id,
        "network": network[:NETWORK_CHARACTERS],
        "agent": said,
        "at": now,
    }
    return SignedIn.objects.update_or_create(session_key=session_key, defaults=about)[0]


def sessions_of(user_id: UUID, *, now: datetime) -> list[SignedIn]:
    """A person's sessions that are open, newest first. One query."""
    open_keys = Session.objects.filter(expire_date__gt=now).values("session_key")
    found = SignedIn.objects.filter(user_id=user_id, session_key__in=open_keys)
    return list(found.order_by("-id")[:SHOWN])


@transaction.atomic
def session_end(*, user_id: UUID, signed_in_id: UUID) -> None:
    """End one of a person's sessions: from the next request on it opens nothing.

    Raises:
        SessionUnknown
    """
    found = SignedIn.objects.filter(user_id=user_id, id=signed_in_id).first()
    if found is None:
        raise SessionUnknown
    Session.objects.filter(session_key=found.session_key).delete()
    found.delete()


@transaction.atomic
def sessions_end(*, user_id: UUID) -> User:
    """End every session of a person, known here or not: what a session carries must fit how often
    they were signed out. The person, with what their next session must carry."""
    User.objects.filter(id=user_id).update(sessions_epoch=F("sessions_epoch") + 1)
    SignedIn.objects.filter(user_id=user_id).delete()
    return User.objects.get(id=user_id)


def sessions_forget(*, now: datetime) -> int:
    """Delete what is known of sessions that are over; how many."""
    over = now - timedelta(seconds=settings.SESSION_COOKIE_AGE) - timedelta(days=1)
    return SignedIn.objects.filter(at__lt=over).delete()[0]
