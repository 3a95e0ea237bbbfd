"""A fill in the books, to the unit, though exchanges count finer than our assets do. Pure.

An exchange has eight digits where USDC has six. What lies there is kept exactly: whole base units
on its account, and beside it the rest of less than one (its dust), so that after any number of
fills account and dust are together what the exchange has.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.market.exchanges.places import Trade
from gateway.market.hedging.deciding import E18
from gateway.market.hedging.exchange_orders import Nonsense
from gateway.money.amounts import Amount, zero
from gateway.money.assets import Asset


@dataclass(frozen=True, slots=True)
class Booking:
    """
    Attributes:
        sold, bought: what the desk gave and got, fee not counted in.
        fee: None where it is in nothing that the books know.
        dust: after it, e18 by asset code.
    """

    sold: Amount
    bought: Amount
    fee: Amount | None
    dust: Mapping[str, int]


def booking_of(
    trade: Trade, *, base: Asset, quote: Asset, fee_asset: Asset | None, dust: Mapping[str, int]
) -> Booking:
    """What a fill posts.

    Args:
        fee_asset: ours for what the fee is in; None if we have none for it.
        dust: e18 of each asset that lies there beside its account.

    Raises:
        Nonsense: the fee is more than what it is taken from.
    """
    given, taken = (base, quote) if trade.sells else (quote, base)
    gave, took = (trade.size, trade.cost) if trade.sells else (trade.cost, trade.size)
    changes = {given: -gave, taken: took}
    if fee_asset is not None:
        changes[fee_asset] = changes.get(fee_asset, 0) - trade.fee
    left = dict(dust)
    whole: dict[Asset, int] = {}
    for asset, change in changes.items():
        scale = scale_of(asset)
        whole[asset], left[asset.code] = divmod(change + dust.get(asset.code, 0), scale)
    fee = None if fee_asset is None else _fee(trade, fee_asset, whole, in_pair=(given, taken))
    in_given = fee.units if fee is not None and fee.asset == given else 0
    in_taken = fee.units if fee is not None and fee.asset == taken else 0
    sold, bought = -whole[given] - in_given, whole[taken] + in_taken
    if sold < 0 or bought < 0:
        raise Nonsense("fee_too_high")
    return Booking(Amount(sold, given), Amount(bought, taken), fee, left)


def scale_of(asset: Asset) -> int:
    """e18 in a base unit of it."""
    return E18 // int(10**asset.decimals)


def _fee(
    trade: Trade, asset: Asset, whole: Mapping[Asset, int], *, in_pair: tuple[Asset, Asset]
) -> Amount:
    """In one of the two assets the fee's own unit is rounded down, and the rest of it is price;
    in a third it is what leaves the account."""
    if asset not in in_pair:
        return Amount(-whole[asset], asset) if whole[asset] else zero(asset)
    return Amount(trade.fee // scale_of(asset), asset)
