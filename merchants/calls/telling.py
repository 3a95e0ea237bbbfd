"""What a shop's programs called, for the shop that asks to see all that is held about it."""

from gateway.compliance.retaining.collecting import Rows, Whom, register
from merchants.calls.models import Call

AT_ONCE = 500


def register_ours() -> None:
    """Called when the room starts."""
    register("calls", calls)


def calls(whom: Whom) -> Rows | None:
    """Each call of the days that are kept, as the request log shows it. One query, read row by
    row."""
    if whom.kind != "shop":
        return None
    found = Call.objects.filter(shop_id=whom.id).order_by("id")
    fields = [field.attname for field in Call._meta.concrete_fields if field.attname != "shop_id"]
    return found.values(*fields).iterator(AT_ONCE)
