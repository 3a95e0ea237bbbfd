"""What `manage.py check` says of wallet screening's settings, before a payment has to find out."""

from typing import Any

from django.core.checks import CheckMessage, Error

from gateway.compliance.tracing.configuration import configured_provider
from gateway.compliance.tracing.errors import ScreeningSettingsInvalid
from gateway.compliance.tracing.http_provider import HttpProvider
from gateway.outside.errors import OutsideRefused


def check_provider(**options: Any) -> list[CheckMessage]:
    """Whether somebody can be asked: nobody is clear while nobody is."""
    hint = "See docs/reference/tracing.md, Asking an outside provider."
    try:
        provider = configured_provider()
        if isinstance(provider, HttpProvider):
            provider.check_target()
    except (ScreeningSettingsInvalid, OutsideRefused) as error:
        return [Error(f"WALLET_SCREENING: {error.message}", hint=hint, id="tillway.E062")]
    return []
