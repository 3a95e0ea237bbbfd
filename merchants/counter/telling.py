"""A shop's stickers, displays and sales paid out of sight, for the shop that asks to see all that
is held about it."""

from gateway.compliance.retaining.collecting import Rows, Whom, register
from merchants.counter.models import Arrival, Display, Sticker


def register_ours() -> None:
    """Called when the room starts."""
    register("stickers", stickers)
    register("displays", displays)
    register("arrivals", arrivals)


def stickers(whom: Whom) -> Rows | None:
    """Each sticker that was ever made. One query."""
    if whom.kind != "shop":
        return None
    found = Sticker.objects.filter(shop_id=whom.id).order_by("id")
    return iter(found.values("till_id", "slug", "made_by", "made_at", "replaced_at"))


def displays(whom: Whom) -> Rows | None:
    """Each display that was ever paired. No secret. One query."""
    if whom.kind != "shop":
        return None
    found = Display.objects.filter(shop_id=whom.id, paired_at__isnull=False).order_by("id")
    return iter(found.values("till_id", "made_by", "paired_at", "revoked_at", "revoked_by"))


def arrivals(whom: Whom) -> Rows | None:
    """Each sale that was paid while its till showed something else. One query."""
    if whom.kind != "shop":
        return None
    found = Arrival.objects.filter(shop_id=whom.id, was_shown=False).order_by("came_at")
    return iter(
        found.values(
            "invoice_id", "till_id", "came_at", "answered_at", "answered_by", "handed_over"
        )
    )
