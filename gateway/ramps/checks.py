"""`manage.py check`: a ramp is asked with a key of its own mode, or not at all."""

from collections.abc import Iterator
from typing import Any, Final

from django.core.checks import CheckMessage, Error, Warning, register

from gateway.events.errors import TillwayError
from gateway.outside.stripe_client import mode_of_key
from gateway.ramps.configuration import keys_of, ramp_settings

TAG: Final = "tillway"


@register(TAG)
def ramps_have_keys(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Each ramp of RAMPS can be read, has a secret key of its mode, and can check its events."""
    return list(_messages())


def _messages() -> Iterator[CheckMessage]:
    try:
        entries = ramp_settings()
    except TillwayError as error:
        yield Error(error.message, hint=error.hint, id="tillway.E060")
        return
    for entry in entries:
        if entry.kind != "stripe":
            continue
        keys = keys_of(entry.name)
        if mode_of_key(keys.key) != entry.mode:
            yield Error(
                f"The ramp {entry.name} has no secret key for {entry.mode} mode.",
                hint="Test mode wants a test key, live mode a live one: docs/reference/ramps.md.",
                id="tillway.E061",
            )
        if not keys.webhooks:
            yield Warning(
                f"The ramp {entry.name} has no secret to check its events by: they are refused.",
                hint="Name the endpoint's signing secret (docs/reference/ramps.md).",
                id="tillway.W062",
            )
