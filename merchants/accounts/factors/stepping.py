"""What a session has proven, and how lately: what stands before acts that matter."""

from datetime import datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from merchants.accounts.actions import STEPPED_UP
from merchants.accounts.factors.selectors import has_factor
from merchants.accounts.models import User

By = Literal["password", "totp", "passkey", "recovery"]
_PROVED: Final = "proved"
CONFIRM: Final = "/account/confirm"
SECURITY: Final = "/account/security"


def prove(request: HttpRequest, *, by: By, now: datetime) -> None:
    """The person at this session has just shown that it is them."""
    request.session[_PROVED] = {"at": now.timestamp(), "by": by}


def is_fresh(request: HttpRequest, *, now: datetime, with_factor: bool) -> bool:
    """Whether they have within ``STEP_UP_MINUTES``.

    Args:
        with_factor: whether a password is too little.
    """
    proved: dict[str, Any] | None = request.session.get(_PROVED)
    if proved is None or (with_factor and proved["by"] == "password"):
        return False
    age = now - datetime.fromtimestamp(float(proved["at"]), tz=now.tzinfo)
    return age <= timedelta(minutes=settings.STEP_UP_MINUTES)


def due_at(user: User) -> datetime:
    """When the time is over in which a person may do without a second factor."""
    return user.second_factor_from + timedelta(days=settings.SECOND_FACTOR_GRACE_DAYS)


def is_due(user: User, *, now: datetime) -> bool:
    """Whether that time is over."""
    return now >= due_at(user)


def step_asked(
    request: HttpRequest, action: str, *, is_live: bool, back: str
) -> HttpResponse | None:
    """Where to send somebody before an act that matters; None if nothing is asked of them. One
    query for such acts, none for others.

    Who has a second factor shows it afresh. Who has none may act in a test shop, and in a live one
    until their time is over; then they set one up first.

    Args:
        back: the page to come back to, where they do it again.
    """
    if action not in STEPPED_UP:
        return None
    user, now = request.user, timezone.now()
    assert isinstance(user, User)
    if has_factor(user.id):
        return None if is_fresh(request, now=now, with_factor=True) else confirm_first(back)
    return _set_up_first(request) if is_live and is_due(user, now=now) else None


def factor_asked(request: HttpRequest) -> HttpResponse | None:
    """Where to send somebody who acts in a live house without a second factor, once their time is
    over; None if nothing is asked of them. One query."""
    user = request.user
    assert isinstance(user, User)
    if not is_due(user, now=timezone.now()) or has_factor(user.id):
        return None
    return _set_up_first(request)


def fresh_asked(request: HttpRequest, *, back: str) -> HttpResponse | None:
    """The same for acts that need a fresh proof of whoever acts, by their password if they have
    nothing better. One query."""
    user = request.user
    assert isinstance(user, User)
    with_factor = has_factor(user.id)
    if is_fresh(request, now=timezone.now(), with_factor=with_factor):
        return None
    return confirm_first(back)


def _set_up_first(request: HttpRequest) -> HttpResponse:
    messages.error(request, _("Set up a second factor first: this is about real money."))
    return HttpResponseRedirect(SECURITY)


def confirm_first(back: str) -> HttpResponse:
    return HttpResponseRedirect(f"{CONFIRM}?{urlencode({'next': back})}")
