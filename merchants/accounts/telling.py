"""Who works in a shop, who is asked to and which programs have a key, for the shop that asks to
see all that is held of it."""

from gateway.compliance.retaining.collecting import Rows, Whom, register
from merchants.accounts.models import ApiKey, Invitation, Membership


def register_ours() -> None:
    """Called when the room starts."""
    register("members", members)
    register("invitations", invitations)
    register("api_keys", api_keys)


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


def invitations(whom: Whom) -> Rows | None:
    """Everybody who was asked to work in it, and what became of that. One query."""
    if whom.kind != "shop":
        return None
    found = Invitation.objects.filter(shop_id=whom.id).order_by("id")
    return (
        {
            "email": one.email,
            "role": one.role,
            "made_by": one.made_by_id,
            "made_at": one.made_at,
            "accepted_at": one.accepted_at,
            "withdrawn_at": one.withdrawn_at,
        }
        for one in found
    )


def api_keys(whom: Whom) -> Rows | None:
    """Every key that was ever made, and by whom. No secret. One query."""
    if whom.kind != "shop":
        return None
    found = ApiKey.objects.filter(shop_id=whom.id).order_by("id")
    return ({**one.as_dict(), "made_by": one.created_by_id} for one in found)
