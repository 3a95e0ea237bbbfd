"""What every way in ends with: a session, what it has proven, and who hears of it."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from gateway.compliance.behaviour.noticing import signed_in
from gateway.outside.buckets import buckets_of
from gateway.tenancy.scope import house_scope
from merchants.accounts.factors.stepping import By, due_at, prove
from merchants.accounts.models import Membership, User
from merchants.accounts.selectors import shops_of
from merchants.accounts.sessions import session_begun
from merchants.audit.recording import record_in_each
from merchants.audit.scene import scene

BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
SECOND_STEP_SECONDS: Final = 600
_WAITING: Final = "second_step"
REFUSALS_WRITTEN: Final = 10
"""Refused sign-ins of one person that are written down at once; then one a minute."""


def second_step_begin(request: HttpRequest, user: User) -> None:
    """Their password was right. That opens nothing: the session only knows whose code comes next,
    under a new key, so that one planted before is worth nothing."""
    request.session.cycle_key()
    request.session[_WAITING] = {
        "user": str(user.pk),
        "hash": user.get_session_auth_hash(),
        "until": timezone.now().timestamp() + SECOND_STEP_SECONDS,
    }


def second_step_of(request: HttpRequest) -> User | None:
    """Whose second step this session waits for; None once that took too long, or they have
    another password meanwhile. One query."""
    waiting: dict[str, Any] | None = request.session.get(_WAITING)
    if waiting is None or timezone.now().timestamp() > float(waiting["until"]):
        return None
    user = User.objects.filter(id=UUID(waiting["user"]), is_active=True).first()
    if user is None or user.get_session_auth_hash() != waiting["hash"]:
        return None
    return user


def sign_in_finish(request: HttpRequest, user: User, *, by: By, now: datetime) -> None:
    """Sign them in. The session's key changes, and what it waited for is over."""
    request.session.pop(_WAITING, None)
    login(request, user, backend=BACKEND)
    request.session.set_expiry(None)  # as long as every session, whatever it was before
    prove(request, by=by, now=now)
    address = str(request.META["REMOTE_ADDR"])
    shops = {shop.id: shop.mode for shop, _role in shops_of(user)}
    with house_scope(), transaction.atomic():
        session_begun(
            user_id=user.pk,
            session_key=str(request.session.session_key),
            network=scene().network,
            agent=request.headers.get("User-Agent", ""),
            now=now,
        )
        record_in_each(
            shops or [None],
            act="sign_in.done",
            who=f"user:{user.pk}",
            now=now,
            detail={"by": by},
        )
    signed_in(user_id=user.pk, address=address, shops=shops, now=now)
    if by == "password" and "live" in shops.values():
        due = timezone.localdate(due_at(user))
        said = _("Set up a second factor by %(day)s: without one you can't move money after it.")
        messages.error(request, said % {"day": due.isoformat()})


def sign_in_refused_to(email: str, *, why: str, now: datetime) -> None:
    """Somebody tried to be this person and was not let in. One query, and one more for somebody
    there is: a thousandth of what hashing the password took, which it takes for everybody."""
    if "\0" in email:
        return  # nobody's: PostgreSQL can't even be asked
    with house_scope(), transaction.atomic():
        working = Membership.objects.filter(user__email=email.strip().lower()[:254])
        found = list(working.values_list("user_id", "shop_id"))
        if not found or not _may_be_written(user_id := found[0][0]):
            return
        record_in_each(
            dict.fromkeys(shop_id for _user_id, shop_id in found),
            act="sign_in.refused",
            who=f"user:{user_id}",
            now=now,
            detail={"why": why},
        )


def _may_be_written(user_id: UUID) -> bool:
    """A brake for the log: whoever guesses would fill it."""
    taken = buckets_of(settings.VALKEY_URL).take(
        f"audit:sign_in_refused:{user_id}", refill=1, every_seconds=60, burst=REFUSALS_WRITTEN
    )
    return taken is None or taken > 0


def session_kept(request: HttpRequest, user: User, *, now: datetime) -> None:
    """Keep this session of somebody whose every session was just ended: under a new key, with what
    it must carry now, and what it has proven."""
    update_session_auth_hash(request, user)
    session_begun(
        user_id=user.pk,
        session_key=str(request.session.session_key),
        network=scene().network,
        agent=request.headers.get("User-Agent", ""),
        now=now,
    )
