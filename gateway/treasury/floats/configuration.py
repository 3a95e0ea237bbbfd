"""How much the float shall have, and what a refill may be of: the setting FLOATS."""

import msgspec
from django.conf import settings

from gateway.treasury.floats.deciding import PPM, FloatPolicy
from gateway.treasury.floats.errors import FloatSettingsUnreadable


class FloatSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    Attributes:
        enabled: whether floats are refilled by themselves; what is short is said all the same.
        live: the same for live chains, which a person has to want.
        cover_ppm: share of what shops could draw that counts as needed, beside all payouts asked.
        low_ppm, full_ppm: of the need: below the one it is short, and filled up to the other.
        least_usd_cents, most_usd_cents: worth of a refill.
        most_daily_usd_cents: of all refills of an asset within a day.
        rest_seconds: after a refill has ended, until the next.
    """

    enabled: bool = True
    live: bool = False
    cover_ppm: int = PPM
    low_ppm: int = PPM
    full_ppm: int = 1_200_000
    least_usd_cents: int = 10_000
    most_usd_cents: int = 2_500_000
    most_daily_usd_cents: int = 10_000_000
    rest_seconds: int = 600

    @property
    def policy(self) -> FloatPolicy:
        return FloatPolicy(
            cover_ppm=self.cover_ppm,
            low_ppm=self.low_ppm,
            full_ppm=self.full_ppm,
            least_cents=self.least_usd_cents,
            most_cents=self.most_usd_cents,
            most_daily_cents=self.most_daily_usd_cents,
        )


def float_settings() -> FloatSettings:
    """What FLOATS says.

    Raises:
        FloatSettingsUnreadable: a field is unknown, of the wrong type, or makes no sense.
    """
    try:
        told = msgspec.convert(settings.FLOATS or {}, FloatSettings)
    except msgspec.ValidationError as error:
        raise FloatSettingsUnreadable(f"FLOATS can't be read: {error}") from error
    if not (
        0 <= told.cover_ppm <= PPM
        and 0 < told.low_ppm <= told.full_ppm
        and 0 < told.least_usd_cents <= told.most_usd_cents <= told.most_daily_usd_cents
        and told.rest_seconds >= 0
    ):
        raise FloatSettingsUnreadable("FLOATS: least, low and full don't go with one another.")
    return told
