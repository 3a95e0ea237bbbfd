"""What must hold of the sign-in's settings before anything starts: no database, no network."""

from typing import Any, Final

from django.core.checks import CheckMessage, register

from gateway.supervisor.checks import TAG
from gateway.supervisor.setting_ranges import Ranges, out_of_range

RANGES: Final[Ranges] = {
    "SIGN_IN_BURST": (1, 1_000, "0 would let nobody sign in; more than 1000 is no brake"),
    "SIGN_IN_REFILL_SECONDS": (1, 86_400, "0 would hold nobody back; more than a day locks out"),
}


@register(TAG)
def sign_in_brake_is_sane(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """The brake on failed sign-ins holds people back, and lets them in again."""
    return list(out_of_range(RANGES, id="accounts.E001"))
