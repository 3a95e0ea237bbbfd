"""Minor units as people read them."""

from gateway.checkout.wording import money_text
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import Asset


def units_text(units: int, currency: Asset) -> str:
    """``1250`` of the euro as €12.50."""
    return money_text(format_amount(Amount(units, currency)), currency.code)
