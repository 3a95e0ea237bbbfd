"""What of the room may touch live money: the setting PROVIDERS."""

import msgspec
from django.conf import settings

from gateway.treasury.providers.errors import ProvidersSettingsUnreadable


class ProvidersSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    Attributes:
        live: whether pools of live chains may be opened, which a person has to want.
    """

    live: bool = False


def providers_settings() -> ProvidersSettings:
    """What PROVIDERS says.

    Raises:
        ProvidersSettingsUnreadable: a field is unknown or of the wrong type.
    """
    try:
        return msgspec.convert(settings.PROVIDERS or {}, ProvidersSettings)
    except msgspec.ValidationError as error:
        raise ProvidersSettingsUnreadable(f"PROVIDERS can't be read: {error}") from error
