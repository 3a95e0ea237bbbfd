"""How often one address may ask for what wallets ask for."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest

from gateway.outside.buckets import buckets_of

ASKED_PER_MINUTE: Final = 60
"""Of one client address; a phone company's customers share one."""


def wallet_may_ask(request: HttpRequest) -> bool:
    """Whether it may; without Valkey it may."""
    taken = buckets_of(settings.VALKEY_URL).take(
        f"presenting:{request.META['REMOTE_ADDR']}",
        refill=ASKED_PER_MINUTE,
        every_seconds=60,
        burst=ASKED_PER_MINUTE,
    )
    return taken is None or taken > 0
