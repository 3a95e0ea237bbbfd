"""Who is asked about wallets: the setting WALLET_SCREENING."""

import msgspec
from django.conf import settings

from gateway.compliance.tracing.errors import ScreeningSettingsInvalid
from gateway.compliance.tracing.http_provider import TIMEOUT_SECONDS, HttpProvider
from gateway.compliance.tracing.providers import OwnTracer, Provider


class ScreeningSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    Attributes:
        provider: ``own``, or ``http`` with its ``name`` and ``url``.
    """

    provider: str = "own"
    name: str = ""
    url: str = ""
    timeout_seconds: float = TIMEOUT_SECONDS


def configured_provider() -> Provider:
    """Whoever the settings name.

    Raises:
        ScreeningSettingsInvalid
    """
    try:
        told = msgspec.convert(settings.WALLET_SCREENING, ScreeningSettings)
    except msgspec.ValidationError as error:
        raise ScreeningSettingsInvalid(f"WALLET_SCREENING can't be read: {error}") from error
    if told.provider == "own":
        return OwnTracer()
    if told.provider != "http" or not told.name or not told.url:
        raise ScreeningSettingsInvalid(
            "WALLET_SCREENING names a provider `own`, or `http` with a name and a url."
        )
    return HttpProvider(
        name=told.name,
        url=told.url,
        key=settings.WALLET_SCREENING_KEY,
        timeout_seconds=told.timeout_seconds,
        allow_loopback=settings.WEBHOOKS_ALLOW_LOOPBACK,
    )
