"""What it costs to send a refund, in what is sent: less than that is dust, and the shopper is told
so before they give an address."""

from datetime import datetime

from gateway.market.conversions import TRANSFER_GAS, value_of
from gateway.market.errors import MarketError
from gateway.market.snapshot_store import current_snapshot
from gateway.market.snapshots import MarketSnapshot
from gateway.money.amounts import Amount
from gateway.money.assets import Asset


def is_dust(amount: Amount, *, now: datetime) -> bool:
    """Whether sending it costs the house more than it is worth; no where no price says so."""
    try:
        return amount.units < sending_units(current_snapshot(), amount.asset, now=now)
    except MarketError:
        return False


def sending_units(snapshot: MarketSnapshot, asset: Asset, *, now: datetime) -> int:
    """Base units of an asset that a transfer of it costs now in gas, at fair values, rounded up; 0
    of an asset that the market does not follow.

    Raises:
        MarketError: the chain's coin or the asset has no price just now.
    """
    state = snapshot.assets.get(asset.code)
    chain = snapshot.chains.get(state.chain_id) if state else None
    native = snapshot.assets.get(chain.native) if chain else None
    if state is None or chain is None or native is None:
        return 0
    now_ms = int(now.timestamp() * 1000)
    native_usd = value_of(snapshot, native, now_ms=now_ms)[0].price
    asset_usd = value_of(snapshot, state, now_ms=now_ms)[0].price
    worth = chain.gas_price_wei * TRANSFER_GAS * native_usd * asset.one
    return int(-(-worth // (10**native.decimals * asset_usd)))
