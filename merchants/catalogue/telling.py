"""A shop's catalogue, for the shop that asks to see all that is held about it."""

from gateway.compliance.retaining.collecting import Rows, Whom, register
from merchants.catalogue.models import ItemVersion

AT_ONCE = 500


def register_ours() -> None:
    """Called when the room starts."""
    register("catalogue", catalogue)


def catalogue(whom: Whom) -> Rows | None:
    """Each version of each item with who made it. One query, read row by row."""
    if whom.kind != "shop":
        return None
    return (
        {
            "item_id": one.item_id,
            "number": one.number,
            "words": one.words,
            "archived": one.archived,
            "changed_by": one.changed_by,
            "changed_at": one.changed_at,
        }
        for one in ItemVersion.objects.filter(shop_id=whom.id)
        .order_by("item_id", "number")
        .iterator(AT_ONCE)
    )
