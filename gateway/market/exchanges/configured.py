"""The exchanges that EXCHANGES names."""

import re
from pathlib import Path

from django.conf import settings

from gateway.market.exchanges.places import Exchange, ExchangeUnknown
from gateway.market.exchanges.recorded import RecordedExchange

NAME = re.compile("[a-z0-9_.-]+")
"""What the books can name an account by."""


def configured_exchange(name: str) -> Exchange:
    """The exchange of that name.

    Raises:
        ExchangeUnknown: the settings name none, or one of a kind that we don't speak.
    """
    for entry in settings.EXCHANGES if NAME.fullmatch(name) else ():
        if entry.get("name") == name and entry.get("kind") == "recorded" and entry.get("file"):
            return RecordedExchange(name=name, path=Path(entry["file"]))
    raise ExchangeUnknown(f"EXCHANGES names no exchange {name!r} of a kind that is known.")
