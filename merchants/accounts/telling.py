"""Who works in a shop, for the shop that asks to see all that is held about it."""

from gateway.compliance.retaining.collecting import Rows, Whom, register
from merchants.accounts.models import Membership


def register_ours() -> None:
    """Called when the room starts."""
    register("members", members)


def members(whom: Whom) -> Rows | None:
    """Everybody with a role in it. One query."""
    if whom.kind != "shop":
        return None
    found = Membership.objects.filter(shop_id=whom.id).select_related("user").order_by("id")
    return (
        {
            "user": one.user_id,
            "email": one.user.email,
            "name": one.user.name,
            "role": one.role,
            "since": one.created_at,
        }
        for one in found
    )
