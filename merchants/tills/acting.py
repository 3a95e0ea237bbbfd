"""Who acts at a till, as what they do is signed with."""

from uuid import UUID

from gateway.refunds.limits import Level, Person
from merchants.accounts.acting import session_named
from merchants.accounts.actions import OWNER
from merchants.tills.guards import TillRequest
from merchants.tills.makers import made_by
from merchants.tills.selectors import TillSession, role_at_tills


def maker_of(request: TillRequest) -> str:
    """Who makes a sale here."""
    return made_by(user_id=request.user.id, till_id=request.till.till_id if request.till else None)


def manager_acting(*, at: TillSession, user_id: UUID) -> Person:
    """The manager whose PIN was typed at this till. One query.

    Raises:
        NotAtTills: they left the shop meanwhile.
    """
    is_owner = role_at_tills(shop_id=at.shop.id, user_id=user_id) == OWNER
    level: Level = "owner" if is_owner else "manager"
    return Person(who=f"user:{user_id}", level=level, via="till", session=session_named(at.holder))
