"""The row locks of the room: a float before its refills."""

from datetime import datetime

from gateway.treasury.floats.models import AssetFloat


def float_for_update(*, asset: str, chain_id: int, now: datetime) -> AssetFloat:
    """A float's row, made where there is none. Two queries."""
    AssetFloat.objects.get_or_create(asset=asset, defaults={"chain_id": chain_id, "looked_at": now})
    return AssetFloat.objects.select_for_update().get(asset=asset)
