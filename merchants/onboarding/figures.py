"""Figures of a shop's file as both the shop and the officers read them."""

from gateway.compliance.knowing.models import BusinessFile
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT


def expected_monthly(file: BusinessFile) -> str:
    """What the business expects to take in a month, "8000 EUR"; "" before it says so."""
    if file.expected_monthly_units is None:
        return ""
    amount = Amount(file.expected_monthly_units, FIAT[file.currency])
    return f"{format_amount(amount, trim=True)} {file.currency}"
