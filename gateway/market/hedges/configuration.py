"""How far the desk hedges by itself: the setting HEDGING."""

import msgspec
from django.conf import settings

from gateway.market.hedges.errors import HedgingSettingsUnreadable


class HedgingSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    Attributes:
        enabled: whether anything is decided; what is under way is brought to its end anyway.
        live: the same for live chains, which a person has to want.
        band_usd_cents: half width of the no-trade band in reference conditions: a dollar a
            second comes in, a hedge costs a dollar, the volatility is the policy's initial one.
        least_band_usd_cents: and it never gets narrower.
        least_order_usd_cents: no smaller hedge is made.
        most_by_hand_usd_cents: what one order of a person may be of, a hedge or a move.
        max_cost_ppm: a swap brings at least its fair value less this.
        urgent_cost_ppm: the same while a position is beyond its tier's limits.
        slice_seconds, max_slices: how a hedge is worked in time.
        deadline_seconds: a swap is mined by then, or never.
        max_attempts: failures in a row that end a hedge.
        rest_seconds: after a hedge failed, until the next is decided for its asset.
    """

    enabled: bool = True
    live: bool = False
    band_usd_cents: int = 500_000
    least_band_usd_cents: int = 50_000
    least_order_usd_cents: int = 10_000
    most_by_hand_usd_cents: int = 2_500_000
    max_cost_ppm: int = 10_000
    urgent_cost_ppm: int = 30_000
    slice_seconds: int = 30
    max_slices: int = 20
    deadline_seconds: int = 300
    max_attempts: int = 3
    rest_seconds: int = 600


def hedging_settings() -> HedgingSettings:
    """What HEDGING says.

    Raises:
        HedgingSettingsUnreadable: a field is unknown or of the wrong type.
    """
    try:
        return msgspec.convert(settings.HEDGING or {}, HedgingSettings)
    except msgspec.ValidationError as error:
        raise HedgingSettingsUnreadable(f"HEDGING can't be read: {error}") from error
