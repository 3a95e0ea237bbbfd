"""A hedge that is decided elsewhere than by the band: a person's, or for what payouts leave from.

Either only ever shrinks a position, up to a limit, under the same switch, floors and fair values as
what the desk decides by itself; a row is written, and the desk's next turn sends it.
"""

from datetime import datetime

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Max

from gateway.events.ids import uuid7
from gateway.market.hedges.hand_errors import HedgeUnderWay
from gateway.market.hedges.hand_view import convertible_now, look_at_desk
from gateway.market.hedges.models import Hedge
from gateway.market.hedges.saying import say_hedge
from gateway.market.hedging.deciding import Side, Style
from gateway.market.snapshots import MarketSnapshot

log = structlog.get_logger(__name__)

FLOAT_SHORT = "float_short"
"""The reason of a hedge that sells what the desk holds for what payouts leave in."""


def hedge_at_once(
    *,
    snapshot: MarketSnapshot,
    asset: str,
    units: int,
    reason: str,
    now: datetime,
    by: str = "",
    because: str = "",
) -> Hedge:
    """Convert ``units`` of an asset's position at once, band or no band.

    Args:
        units: base units of the asset; the side follows from the position.
        reason: a stable code, which its ledger entries carry.

    Raises:
        HedgeNotPossible: hedging or the asset is stopped, there is no price, or not so much of a
            position or at hand.
        AboveHandLimit: more than one order may be of.
        HedgeUnderWay: the asset, or what would be spent, is taken by another hedge.
    """
    desk = look_at_desk(snapshot, now=now)
    subject, holding = convertible_now(snapshot, desk, asset, units)
    side = Side.SELL if holding.exposure > 0 else Side.BUY
    token_in, token_out = subject.tokens(side)
    number = Hedge.objects.filter(asset=subject.code).aggregate(last=Max("number"))["last"] or 0
    row = Hedge(
        id=uuid7(),
        asset=subject.code,
        number=number + 1,
        chain_id=subject.chain.chain_id,
        mode="test" if subject.chain.simulated else "live",
        side=side.value,
        style=Style.MARKET.value,
        reason=reason,
        asset_in=token_in.code,
        asset_out=token_out.code,
        exposure_units=holding.exposure,
        band_units=0,
        units=units,
        slices=[str(units)],
        slice_seconds=desk.told.slice_seconds,
        snapshot_version=snapshot.version,
        asked_by=by,
        asked_because=because,
        next_at=now,
        decided_at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            say_hedge(row, "hedge.planned", now=now)
    except IntegrityError as error:
        raise HedgeUnderWay from error
    log.info("hedge_asked", hedge=str(row.id), asset=row.asset, reason=reason, by=by)
    return row
