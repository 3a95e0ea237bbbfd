"""The stated limits that capital is divided within: the setting DIVISION."""

import msgspec
from django.conf import settings

from gateway.events.errors import TillwayError
from gateway.market.dividing.proposing import DivisionPolicy


class DivisionSettingsUnreadable(TillwayError):
    code = "division_settings_unreadable"
    message = "DIVISION can't be read."
    hint = "See docs/reference/settings.md for its fields."
    status = 500


class DivisionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    Attributes:
        days: that uses and returns are measured over, today included.
        target_use_ppm, band_ppm, most_step_ppm: as in ``DivisionPolicy``.
        least_change_usd_cents: no smaller change is proposed.
        float_days_ppm: the float is to be of so many of the busiest day's payments, and
        least_float_usd_cents: of no less.
        most_ranges_ppm, most_orders_ppm, most_exchanges_ppm: of all capital, at most there.
        depth_share_ppm: of what the pools take within a per cent; more of our own liquidity
            beside them would stand idle.
    """

    days: int = 7
    target_use_ppm: int = 700_000
    band_ppm: int = 100_000
    most_step_ppm: int = 250_000
    least_change_usd_cents: int = 50_000
    float_days_ppm: int = 2_000_000
    least_float_usd_cents: int = 0
    most_ranges_ppm: int = 300_000
    most_orders_ppm: int = 300_000
    most_exchanges_ppm: int = 300_000
    depth_share_ppm: int = 200_000

    @property
    def policy(self) -> DivisionPolicy:
        """Raises ValueError: it makes no sense."""
        return DivisionPolicy(
            target_use_ppm=self.target_use_ppm,
            band_ppm=self.band_ppm,
            least_change=self.least_change_usd_cents,
            most_step_ppm=self.most_step_ppm,
        )


def division_settings() -> DivisionSettings:
    """What DIVISION says.

    Raises:
        DivisionSettingsUnreadable: a field is unknown, of the wrong type or makes no sense.
    """
    try:
        told = msgspec.convert(settings.DIVISION or {}, DivisionSettings)
        _ = told.policy
    except (msgspec.ValidationError, ValueError) as error:
        raise DivisionSettingsUnreadable(f"DIVISION can't be read: {error}") from error
    if told.days < 1 or min(told.float_days_ppm, told.least_float_usd_cents) < 0:
        raise DivisionSettingsUnreadable("DIVISION can't be read: days or a float below nothing.")
    return told
