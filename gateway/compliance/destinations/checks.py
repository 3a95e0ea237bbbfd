"""What `manage.py check` says of the destinations' settings, before a payout has to find out."""

from typing import Any

from django.core.checks import CheckMessage, Error

from gateway.compliance.destinations.configuration import destination_policy
from gateway.compliance.destinations.errors import DestinationSettingsInvalid


def check_destinations(**options: Any) -> list[CheckMessage]:
    """Whether the rules can be read: no money leaves while they can't."""
    try:
        destination_policy()
    except DestinationSettingsInvalid as error:
        return [Error(error.message, hint=error.hint, id="tillway.E068")]
    return []
