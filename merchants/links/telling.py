"""A shop's payment links, for the shop that asks to see all that is held about it."""

from django.utils import timezone

from gateway.compliance.retaining.collecting import Rows, Whom, register
from merchants.links.models import PaymentLink
from merchants.links.presenters import link_as_dict


def register_ours() -> None:
    """Called when the room starts."""
    register("payment_links", payment_links)


def payment_links(whom: Whom) -> Rows | None:
    """Each link, oldest first, as the shop's programs see it. One query."""
    if whom.kind != "shop":
        return None
    now = timezone.now()
    found = PaymentLink.objects.filter(shop_id=whom.id).order_by("id")
    return (link_as_dict(one, now=now) for one in found)
