"""Who acts on a page, as the rooms below name them: by id, by the highest of their levels."""

import hashlib
from typing import Final

from django.contrib.auth import authenticate

from gateway.refunds.limits import Level, Person
from merchants.accounts.actions import CASHIER, MANAGER, OWNER
from merchants.accounts.guards import MemberRequest

SESSION_CHARACTERS: Final = 12
_LEVELS: Final[tuple[tuple[str, Level], ...]] = (
    (OWNER, "owner"),
    (MANAGER, "manager"),
    (CASHIER, "cashier"),
)


def person_acting(request: MemberRequest, *, via: str) -> Person:
    """The signed-in person. Roles other than a shop's own decide about nothing: a cashier's level.

    The session, or the tablet, is named by a hash: enough to put its acts together, not to use it.
    """
    held: list[Level] = [level for role, level in _LEVELS if role in request.roles]
    return Person(
        who=f"user:{request.user.id}",
        level=held[0] if held else "cashier",
        via=via,
        session=session_named(request.acts_in or request.session.session_key or ""),
    )


def session_named(acts_in: str) -> str:
    """A hash of what somebody acts in."""
    return hashlib.sha256(acts_in.encode()).hexdigest()[:SESSION_CHARACTERS]


def knows_password(request: MemberRequest) -> bool:
    """Asked like at sign-in, so that wrong tries are counted and locked out there and here."""
    password = request.POST.get("password", "")
    known = authenticate(request, username=request.user.email, password=password)
    return known is not None and known.pk == request.user.pk
