"""What fills turned out to be worth a second, ten, a minute and five after."""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from gateway.chains.models import Token
from gateway.market.measures.fair_values import fair_values_at
from gateway.market.measures.models import DeskFill
from gateway.market.measures.sums import NO_SHOP, Sums
from gateway.market.measures.values import HORIZON_SECONDS
from gateway.market.measures.valuing import edge_usd_e6
from gateway.market.measures.writing import sums_add

SETTLED = timedelta(seconds=10)
"""After this long a time's fair values have been kept, or nobody knows them."""
AT_ONCE = 500
COLUMNS = ("after_1s_usd_e6", "after_10s_usd_e6", "after_60s_usd_e6", "after_300s_usd_e6")
"""Where each of ``HORIZON_SECONDS`` is kept."""


def due_after(filled_at: datetime, *, judged: int) -> datetime | None:
    """When the next of its times can be judged; None when all have been. Pure."""
    if judged >= len(HORIZON_SECONDS):
        return None
    return filled_at + timedelta(seconds=HORIZON_SECONDS[judged]) + SETTLED


@transaction.atomic
def markouts_judge(*, now: datetime, limit: int = AT_ONCE) -> int:
    """Look again at the fills whose next time has come; how many they were.

    A time is judged once: where nobody knew a price then, it is missing for good. Several may do
    this at once. Five queries.
    """
    fills = list(
        DeskFill.objects.select_for_update(skip_locked=True)
        .filter(due_at__lte=now)
        .order_by("due_at")[:limit]
    )
    if not fills:
        return 0
    assets = {code for fill in fills for code in (fill.took_asset, fill.gave_asset)}
    decimals = dict(Token.objects.filter(code__in=assets).values_list("code", "decimals"))
    due = {fill.entry_id: _due(fill, now=now) for fill in fills}
    prices = fair_values_at(_at(fill, each) for fill in fills for each in due[fill.entry_id])
    sums = Sums()
    for fill in fills:
        legs = {fill.took_asset: fill.took_units, fill.gave_asset: -fill.gave_units}
        for number in due[fill.entry_id]:
            usd_e6 = edge_usd_e6(legs, prices=prices.get(_at(fill, number), {}), decimals=decimals)
            setattr(fill, COLUMNS[number], usd_e6)
            _count(sums, fill, seconds=HORIZON_SECONDS[number], usd_e6=usd_e6)
            fill.judged = number + 1
        fill.due_at = due_after(fill.filled_at, judged=fill.judged)
    DeskFill.objects.bulk_update(fills, [*COLUMNS, "judged", "due_at"])
    sums_add(sums)
    return len(fills)


def _due(fill: DeskFill, *, now: datetime) -> list[int]:
    """Numbers of the horizons that can be judged now."""
    return [
        number
        for number, seconds in enumerate(HORIZON_SECONDS)
        if number >= fill.judged and fill.filled_at + timedelta(seconds=seconds) + SETTLED <= now
    ]


def _at(fill: DeskFill, number: int) -> datetime:
    return fill.filled_at + timedelta(seconds=HORIZON_SECONDS[number])


def _count(sums: Sums, fill: DeskFill, *, seconds: int, usd_e6: int | None) -> None:
    sums.mark(
        key=(
            fill.booked_at.astimezone(UTC).date(),
            fill.kind,
            fill.asset,
            fill.shop_id or NO_SHOP,
            seconds,
        ),
        mode="live" if fill.mode == "live" else "test",
        usd_e6=usd_e6,
        notional_usd_e6=fill.notional_usd_e6,
    )
