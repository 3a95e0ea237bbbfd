"""The row this room locks: a link, before any invoice is drawn of it."""

from uuid import UUID

from merchants.links.errors import PaymentLinkUnknown
from merchants.links.models import PaymentLink


def link_for_update(*, shop_id: UUID, link_id: UUID) -> PaymentLink:
    """A shop's link, locked. One query.

    Raises:
        PaymentLinkUnknown
    """
    rows = PaymentLink.objects.select_for_update(no_key=True)
    link = rows.filter(shop_id=shop_id, id=link_id).first()
    if link is None:
        raise PaymentLinkUnknown
    return link
