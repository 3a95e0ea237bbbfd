"""Ask pools what they earned, outside of any transaction, and keep it."""

from datetime import datetime, timedelta

import structlog

from gateway.chains.configuration import configured_chain
from gateway.chains.errors import NodeFault
from gateway.chains.nodes import Nodes
from gateway.events.errors import TillwayError
from gateway.market.following.calls import words
from gateway.market.ranges.configuration import ranges_settings
from gateway.market.ranges.models import PoolGrowth
from gateway.market.ranges.selectors import WINDOW
from gateway.market.snapshots import MarketSnapshot, V3State

log = structlog.get_logger(__name__)

GROWTH0 = "0xf3058399"
GROWTH1 = "0x46141319"
EVERY = timedelta(minutes=10)


def growths_keep(*, snapshot: MarketSnapshot, now: datetime) -> int:
    """What each pool in question tells, every ten minutes; how many told. Old ones are dropped."""
    told = ranges_settings()
    wanted = {pool.lower() for pool in told.pools} if told.enabled else set()
    kept = 0
    for state in snapshot.pools:
        if not isinstance(state, V3State) or state.address.lower() not in wanted:
            continue
        pool = state.address.lower()
        if PoolGrowth.objects.filter(pool=pool, at__gt=now - EVERY).exists():
            continue
        try:
            growths = _ask(state.chain_id, pool)
        except (TillwayError, NodeFault) as trouble:
            log.warning("pool_growth_unknown", pool=pool, detail=str(trouble)[:300])
            continue
        PoolGrowth.objects.bulk_create(
            [
                PoolGrowth(
                    chain_id=state.chain_id,
                    pool=pool,
                    at=now,
                    growth0=growths[0],
                    growth1=growths[1],
                )
            ],
            ignore_conflicts=True,
        )
        kept += 1
    PoolGrowth.objects.filter(at__lt=now - 2 * WINDOW).delete()
    return kept


def _ask(chain_id: int, pool: str) -> tuple[int, int]:
    nodes = Nodes(chain_id=chain_id, urls=configured_chain(chain_id).rpc_urls)
    try:
        answers = nodes.ask(
            *(("eth_call", ({"to": pool, "data": data}, "latest")) for data in (GROWTH0, GROWTH1))
        )
    finally:
        nodes.close()
    first, second = (words(answer, at_least=1)[0] for answer in answers)
    return first, second
