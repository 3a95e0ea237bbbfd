"""What `manage.py check` says of the Travel Rule's settings, before a transfer has to find out."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from gateway.compliance.travelling.configuration import files_missing, travel_settings
from gateway.compliance.travelling.errors import TravelUnreadable

HINT = "See docs/reference/travel-rule.md, Settings."


def check_travel_rule(**options: Any) -> list[CheckMessage]:
    """Whether TRAVEL_RULE can be read, names files that are there and a header that can be
    believed."""
    try:
        told = travel_settings()
    except TravelUnreadable as error:
        return [Error(error.message, hint=HINT, id="tillway.E064")]
    wrong = [f"TRAVEL_RULE names {path}, which is no file." for path in files_missing(told)]
    if told.certificate_header and not settings.BEHIND_PROXY:
        wrong.append("TRAVEL_RULE believes a header that no proxy writes: see BEHIND_PROXY.")
    return [Error(each, hint=HINT, id="tillway.E064") for each in wrong]
