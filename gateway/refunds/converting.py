"""What a refund is in the token that was paid, where the desk sells it: nobody gets an option.

At the day's rate, so many settlement units are set aside and buy what they buy when the token is
sold. At the rate paid, the number of tokens is fixed, and the shop, which chose that in its terms,
bears what they cost when they are sold. They are sold when the refund is queued for its chain; a
price shown before is a promise only for ``PROMISE`` after the claim, and only of a refund that
waits for nobody's word.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.ledger.refunds import post_refund_lapsed, post_refund_made
from gateway.ledger.selectors import shop_balance
from gateway.market.errors import MarketUnavailable, QuoteRefused
from gateway.market.quoting.selling import sale_rate
from gateway.market.snapshot_store import current_snapshot
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.money.rates import Rounding
from gateway.refunds.errors import ChoiceGone
from gateway.refunds.models import Refund
from gateway.settlement.selectors import withheld_units

PROMISE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Conversion:
    """Token units that go to the shopper, and the settlement units that the shop pays for them."""

    units: int
    cost_units: int


def needs_conversion(refund: Refund, asset: str) -> bool:
    """Whether the desk has to sell ``asset`` for the refund to be sent in it."""
    return refund.kind == "payment" and asset != refund.settlement_asset and not refund.is_converted


def conversion_of(refund: Refund, *, now: datetime) -> Conversion:
    """What the desk would sell the paid token for now; its promise, while that holds.

    Raises:
        ChoiceGone: there is no price, or the amount is too small to be any of the token.
    """
    if refund.promised_units and refund.promised_until and now <= refund.promised_until:
        return Conversion(int(refund.promised_units), int(refund.taken_units))
    try:
        rate = sale_rate(
            snapshot=current_snapshot(),
            token=refund.token_asset,
            settlement=refund.settlement_asset,
            now=now,
        )
    except (MarketUnavailable, QuoteRefused) as refused:
        raise ChoiceGone from refused
    if refund.rate == "paid":
        units = int(refund.token_units)
        return Conversion(units, rate.convert_units(units, rounding=Rounding.UP))
    taken = int(refund.taken_units)
    units = rate.inverse().convert_units(taken, rounding=Rounding.DOWN)
    if units <= 0:
        raise ChoiceGone
    return Conversion(units, taken)


def is_borne(refund: Refund, cost_units: int) -> bool:
    """Whether the shop's balance covers what the token costs beyond what is set aside. Two
    queries, if it costs more."""
    more = cost_units - int(refund.taken_units)
    if more <= 0:
        return True
    asset = refund.settlement_asset
    balance = shop_balance(shop_id=refund.shop_id, asset=asset)
    return balance.available - withheld_units(shop_id=refund.shop_id).get(asset, 0) >= more


def convert(refund: Refund, conversion: Conversion, *, now: datetime) -> None:
    """Sell the token to the refund: what was set aside goes back to the shop, which pays its cost.

    The caller has asked ``is_borne`` under the balance's lock, and saves the refund.
    """
    settlement = Asset(refund.settlement_asset, refund.settlement_decimals)
    post_refund_lapsed(refund_id=refund.id, now=now)
    post_refund_made(
        refund_id=refund.id,
        shop_id=refund.shop_id,
        taken=Amount(conversion.cost_units, settlement),
        owed=Amount(conversion.units, Asset(refund.token_asset, refund.token_decimals)),
        step="converted",
        now=now,
    )
    refund.cost_units = conversion.cost_units
