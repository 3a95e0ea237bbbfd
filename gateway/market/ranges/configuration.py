"""Whether and where the desk opens ranges by itself: the setting RANGES. Off unless it says so."""

import msgspec
from django.conf import settings

from gateway.market.ranges.errors import RangesSettingsUnreadable


class RangesSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    Attributes:
        enabled: whether ranges are opened and moved; what is open is withdrawn when it is not.
        live: the same for live chains, which a person has to want.
        pools: addresses of the pools in question.
        horizon_seconds, width_sigmas_ppm, band_ppm, max_gap_ppm, margin_ppm: as in
            ``liquidity.ranges.deciding.RangePolicy``.
        least_usd_cents, most_usd_cents: worth of a range.
        deadline_seconds: a call is mined by then, or never.
        max_attempts: failures in a row that end an opening.
        rest_seconds: after a failure, until the pool is looked at again.
    """

    enabled: bool = False
    live: bool = False
    pools: tuple[str, ...] = ()
    horizon_seconds: int = 86_400
    width_sigmas_ppm: int = 2_000_000
    band_ppm: int = 500_000
    max_gap_ppm: int = 5_000
    margin_ppm: int = 100_000
    least_usd_cents: int = 100_000
    most_usd_cents: int = 1_000_000
    deadline_seconds: int = 300
    max_attempts: int = 3
    rest_seconds: int = 600


def ranges_settings() -> RangesSettings:
    """What RANGES says.

    Raises:
        RangesSettingsUnreadable: a field is unknown or of the wrong type.
    """
    try:
        return msgspec.convert(settings.RANGES or {}, RangesSettings)
    except msgspec.ValidationError as error:
        raise RangesSettingsUnreadable(f"RANGES can't be read: {error}") from error
