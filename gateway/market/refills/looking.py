"""Ask each chain what its accounts have for gas, outside of any transaction, and judge it."""

from datetime import datetime

import structlog

from gateway.chains.addresses import parse_address
from gateway.chains.configuration import ChainSettings, configured_chains
from gateway.chains.errors import NodeFault
from gateway.chains.nodes import Nodes
from gateway.chains.rpc_words import hex_of
from gateway.events import leases
from gateway.events.errors import TillwayError
from gateway.market.errors import MarketUnavailable
from gateway.market.refills.configuration import gas_settings
from gateway.market.refills.deciding import marks_of
from gateway.market.refills.services import Sender, gas_judge
from gateway.market.snapshot_store import current_snapshot
from gateway.market.snapshots import ChainState

log = structlog.get_logger(__name__)

LEASE = "gas"
LEASE_SECONDS = 120.0


def gas_look(*, holder: str, now: datetime) -> int:
    """Look at every account that sends; how many. One process at a time.

    A chain in trouble, or without a gas price, is left as it is: its own alarms say so.
    """
    lease = leases.acquire(name=LEASE, holder=holder, ttl_seconds=LEASE_SECONDS)
    if lease is None:
        return 0
    looked = 0
    try:
        chains = current_snapshot().chains
        for entry in configured_chains():
            state = chains.get(entry.chain_id)
            if state is None:
                continue
            try:
                looked += _look(entry, state, now=now)
            except (TillwayError, NodeFault) as trouble:
                log.warning("gas_not_seen", chain_id=entry.chain_id, detail=str(trouble)[:300])
    except MarketUnavailable:
        log.warning("gas_waits_for_prices")
    finally:
        leases.release(handle=lease)
    return looked


def _look(entry: ChainSettings, state: ChainState, *, now: datetime) -> int:
    treasury = parse_address(entry.treasury)
    accounts = list(dict.fromkeys((treasury, parse_address(entry.operator_or_treasury))))
    nodes = Nodes(chain_id=entry.chain_id, urls=entry.rpc_urls)
    try:
        told = nodes.ask(*(("eth_getBalance", (hex_of(each), "latest")) for each in accounts))
    finally:
        nodes.close()
    held = {account: int(wei, 16) for account, wei in zip(accounts, told, strict=True)}
    settings = gas_settings()
    marks = marks_of(
        gas_price_wei=state.gas_price_wei,
        transaction_gas=settings.transaction_gas,
        low_transactions=settings.low_transactions,
        full_transactions=settings.full_transactions,
    )
    for account in accounts:
        sender = Sender(
            chain_id=entry.chain_id,
            mode=entry.mode,
            account=account,
            treasury=treasury,
            held=held[account],
            treasury_held=held[treasury],
            native=state.native,
            wrapped=state.wrapped,
            gas_price_wei=state.gas_price_wei,
        )
        gas_judge(sender=sender, marks=marks, told=settings, now=now)
    return len(accounts)
