"""How much gas the accounts that send shall have: the setting GAS."""

import msgspec
from django.conf import settings

from gateway.market.refills.errors import GasSettingsUnreadable


class GasSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    Attributes:
        enabled: whether the desk refills by itself; it says what is low all the same.
        live: the same for live chains, which a person has to want.
        transaction_gas: what a transaction is reckoned to take, a batch among them.
        low_transactions, full_transactions: for fewer than so many it is low; for so many it is
            filled up, at twice the market's gas price.
        rest_seconds: after a refill came to nothing, until the next.
    """

    enabled: bool = True
    live: bool = False
    transaction_gas: int = 1_000_000
    low_transactions: int = 20
    full_transactions: int = 60
    rest_seconds: int = 600


def gas_settings() -> GasSettings:
    """What GAS says.

    Raises:
        GasSettingsUnreadable: a field is unknown, of the wrong type, or makes no sense.
    """
    try:
        told = msgspec.convert(settings.GAS or {}, GasSettings)
    except msgspec.ValidationError as error:
        raise GasSettingsUnreadable(f"GAS can't be read: {error}") from error
    if not 0 < told.low_transactions <= told.full_transactions or told.transaction_gas <= 0:
        raise GasSettingsUnreadable("GAS: a full account has more than a low one, and gas is used.")
    return told
