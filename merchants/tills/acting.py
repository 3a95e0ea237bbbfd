"""Who acts at a till, as what they do is signed with."""

from typing import Final
from uuid import UUID

from gateway.refunds.limits import Level, Person
from merchants.accounts.acting import session_named
from merchants.accounts.actions import OWNER
from merchants.tills.guards import TillRequest
from merchants.tills.selectors import TillSession, role_at_tills

_TILL: Final = "till:"


def maker_of(request: TillRequest) -> str:
    """Who makes a sale here: ``till:<till>:user:<person>`` at a paired tablet, else
    ``user:<person>``."""
    who = f"user:{request.user.id}"
    return f"{_TILL}{request.till.till_id}:{who}" if request.till else who


def till_in(made_by: str) -> UUID | None:
    """The till that a sale was made at, by who made it; None if it was made at none."""
    if not made_by.startswith(_TILL):
        return None
    return UUID(made_by.removeprefix(_TILL).partition(":")[0])


def manager_acting(*, at: TillSession, user_id: UUID) -> Person:
    """The manager whose PIN was typed at this till. One query.

    Raises:
        NotAtTills: they left the shop meanwhile.
    """
    is_owner = role_at_tills(shop_id=at.shop.id, user_id=user_id) == OWNER
    level: Level = "owner" if is_owner else "manager"
    return Person(
        who=f"user:{user_id}", level=level, via="till", session=session_named(at.holder)
    )
