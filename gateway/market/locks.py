"""The market's row locks, in the order of their keys."""

from collections.abc import Collection

from gateway.market.models import LockRoom


def rooms_for_update(*, assets: Collection[str]) -> None:
    """Nobody else counts locks of these assets until the transaction ends. One query.

    Whoever releases and takes in one transaction locks the rooms first: everyone's counters come
    after the rooms.
    """
    list(
        LockRoom.objects.filter(asset__in=assets)
        .order_by("asset", "shard")
        .select_for_update()
        .values_list("units")
    )
