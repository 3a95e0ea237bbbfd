"""Whether this house sends push messages, and as whom."""

from functools import cache

from django.conf import settings

from merchants.notices.errors import PushOff
from merchants.notices.push.vapid import ServerKey, server_key


def push_is_on() -> bool:
    return bool(settings.PUSH_KEY)


def house_key() -> ServerKey:
    """Raises:
    PushOff: there is none.
    PushKeyUnreadable
    """
    if not settings.PUSH_KEY:
        raise PushOff
    return _read(settings.PUSH_KEY)


@cache
def _read(private_hex: str) -> ServerKey:
    """Once a key: a browser is served, and a message signed, in less time than this takes."""
    return server_key(private_hex)
