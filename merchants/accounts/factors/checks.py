"""What must hold of the settings of second factors before anything starts."""

from typing import Any, Final

from django.core.checks import CheckMessage, register

from gateway.supervisor.checks import TAG
from gateway.supervisor.setting_ranges import Ranges, out_of_range

RANGES: Final[Ranges] = {
    "SECOND_FACTOR_GRACE_DAYS": (0, 90, "more than 90 days asks for none"),
    "STEP_UP_MINUTES": (1, 60, "0 would let nobody act; more than an hour is no fresh proof"),
}


@register(TAG)
def second_factors_are_sane(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """People are asked for a second factor, and have the time to show it."""
    return list(out_of_range(RANGES, id="factors.E001"))
