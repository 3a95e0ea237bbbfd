"""Who acts on a page, as the rooms below name them: by id, by the highest of their levels."""

import hashlib
from typing import Final

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

    The session is named by a hash of its key: enough to put its acts together, not to use it.
    """
    held: list[Level] = [level for role, level in _LEVELS if role in request.roles]
    key = (request.session.session_key or "").encode()
    return Person(
        who=f"user:{request.user.id}",
        level=held[0] if held else "cashier",
        via=via,
        session=hashlib.sha256(key).hexdigest()[:SESSION_CHARACTERS],
    )
