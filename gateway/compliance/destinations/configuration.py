"""Where money may go: the setting DESTINATIONS, over the rules in force."""

from functools import lru_cache

import msgspec
from django.conf import settings

from gateway.compliance.destinations.errors import DestinationSettingsInvalid
from gateway.compliance.destinations.policy import POLICY, DestinationPolicy
from gateway.compliance.tracing.transfers import MICROS

MODES = frozenset({"test", "live"})
MOST_FRESH_HOURS = 168


class DestinationsText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: str = POLICY.version
    traced_modes: tuple[str, ...] = tuple(sorted(POLICY.traced_modes))
    fresh_hours: int = POLICY.fresh_seconds // 3_600
    unknown_wait_dollars: int = POLICY.unknown_wait_micros // MICROS
    release_days: int = POLICY.release_days


def destination_policy() -> DestinationPolicy:
    """Raises DestinationSettingsInvalid."""
    return _read(msgspec.json.encode(settings.DESTINATIONS))


@lru_cache(maxsize=4)
def _read(encoded: bytes) -> DestinationPolicy:
    try:
        told = msgspec.json.decode(encoded, type=DestinationsText)
    except msgspec.ValidationError as error:
        raise DestinationSettingsInvalid(f"DESTINATIONS can't be read: {error}.") from error
    is_other = told != DestinationsText()
    if is_other and told.version == POLICY.version:
        raise DestinationSettingsInvalid("DESTINATIONS says other rules, so it names a version.")
    if not frozenset(told.traced_modes) <= MODES:
        raise DestinationSettingsInvalid("DESTINATIONS names a mode that there is not.")
    if not 1 <= told.fresh_hours <= MOST_FRESH_HOURS or told.unknown_wait_dollars < 0:
        raise DestinationSettingsInvalid("DESTINATIONS goes by a trace too long, or never.")
    if told.release_days < 1:
        raise DestinationSettingsInvalid("DESTINATIONS lets a release last for no time.")
    return DestinationPolicy(
        version=told.version,
        traced_modes=frozenset(told.traced_modes),
        fresh_seconds=told.fresh_hours * 3_600,
        unknown_wait_micros=told.unknown_wait_dollars * MICROS,
        release_days=told.release_days,
    )
