"""Who is asked to take deposits before they are swapped. Rooms above execution name themselves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from gateway.chains.models import Token
from gateway.market.execution.models import FillRequest
from gateway.market.execution.planning import Wanted
from gateway.market.snapshots import MarketSnapshot
from gateway.money.assets import Asset


class Seller(Protocol):
    """Sells some of these deposits in the caller's transaction, which holds their requests; those
    that it sold, whole addresses, whose requests then say ``in_book``."""

    def __call__(
        self,
        wanted: Sequence[Wanted],
        requests: Mapping[UUID, FillRequest],
        *,
        asset: Asset,
        settlement_asset: str,
        snapshot: MarketSnapshot,
        now: datetime,
    ) -> list[Wanted]: ...


_asked: list[Seller] = []


def ask_before_swaps(seller: Seller) -> None:
    """Have it asked from now on, once; called when the room that it is of is ready."""
    if seller not in _asked:
        _asked.append(seller)


def to_swap(
    together: Sequence[Wanted],
    requests: Mapping[UUID, FillRequest],
    *,
    asset: str,
    settlement_asset: str,
    snapshot: MarketSnapshot | None,
    now: datetime,
) -> list[Wanted]:
    """What of these deposits is to be swapped: not the settlement asset itself, nor what somebody
    else has taken, just now or before. In the caller's transaction, which holds the requests.
    """
    if asset == settlement_asset:
        return []
    unsold = [item for item in together if not requests[item.request_id].in_book]
    if snapshot is None or not unsold:
        return unsold
    decimals = Token.objects.values_list("decimals", flat=True).get(code=asset)
    for seller in _asked:
        sold = seller(
            unsold,
            requests,
            asset=Asset(asset, decimals),
            settlement_asset=settlement_asset,
            snapshot=snapshot,
            now=now,
        )
        unsold = [item for item in unsold if item not in sold]
    return unsold
