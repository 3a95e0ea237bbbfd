"""How strategic each shop's payers are, learnt from the locks that were paid."""

from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from gateway.market.desk.lock import lock_premium_ppm
from gateway.market.desk.strategic import LockOutcome, StrategicEstimate, strategic_estimate
from gateway.market.errors import MarketUnavailable
from gateway.market.models import ShopStrategy
from gateway.market.snapshot_store import current_snapshot
from gateway.money.rates import PPM
from gateway.shops.selectors import lock_seconds_of
from gateway.shops.services import shop_set_strategic_share

LOOK_BACK = timedelta(days=30)

# Paid locks with the token's price in the minute of the promise and in that of the first block.
# What the shop is paid in bears no risk; what came after an hour was under no lock.
OUTCOMES_SQL = """
SELECT f.shop_id, f.asset, promised.buy_usd_e18, paid.buy_usd_e18,
       extract(epoch FROM d.first_block_time - a.created_at)
  FROM execution_fillrequest f
  JOIN chains_deposit d ON d.id = f.deposit_id
  JOIN chains_depositaddress a ON a.invoice_id = f.invoice_id AND a.address = d.address
  JOIN market_minuteprice promised
    ON promised.asset = f.asset AND promised.minute = date_trunc('minute', a.created_at)
  JOIN market_minuteprice paid
    ON paid.asset = f.asset AND paid.minute = date_trunc('minute', d.first_block_time)
 WHERE f.created_at >= %s AND f.status <> 'withdrawn' AND f.asset <> f.settlement_asset
   AND d.first_block_time BETWEEN a.created_at AND a.created_at + interval '1 hour'
"""


def strategic_shares_update(*, now: datetime) -> int:
    """Estimate each shop's share anew from its last thirty days; how many shops had any lock.

    Two queries, and two statements a shop. Without a market there is nothing to measure by, and
    nothing changes.
    """
    try:
        snapshot = current_snapshot()
    except MarketUnavailable:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(OUTCOMES_SQL, [now - LOOK_BACK])
        rows = cursor.fetchall()
    locks = lock_seconds_of(shop_ids={row[0] for row in rows})
    outcomes: dict[UUID, list[LockOutcome]] = defaultdict(list)
    for shop_id, asset, promised, paid, delay in rows:
        state = snapshot.assets.get(asset)
        seconds = locks[shop_id]
        if state is None or delay > seconds:
            continue
        option = lock_premium_ppm(
            volatility_ppm=state.volatility_ppm,
            seconds=seconds,
            strategic_share_ppm=PPM,
            completion_ppm=PPM,
            max_ppm=PPM,
        )
        gain = (int(promised) - int(paid)) * PPM // int(promised)
        outcomes[shop_id].append(LockOutcome(gain, option))
    for shop_id, seen in sorted(outcomes.items()):
        _keep(
            shop_id,
            strategic_estimate(seen, completion_ppm=snapshot.policy.completion_ppm),
            now=now,
        )
    return len(outcomes)


def _keep(shop_id: UUID, found: StrategicEstimate, *, now: datetime) -> None:
    ShopStrategy.objects.update_or_create(
        shop_id=shop_id,
        defaults={
            "share_ppm": found.share_ppm,
            "mean_ppm": found.mean_ppm,
            "error_ppm": found.error_ppm,
            "locks": found.locks,
            "updated_at": now,
        },
    )
    shop_set_strategic_share(shop_id=shop_id, share_ppm=found.share_ppm)
