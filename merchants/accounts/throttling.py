"""Failed sign-ins per client address, whatever the names: a brake on password spraying."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings

from gateway.outside.buckets import buckets_of
from merchants.accounts.errors import SignInThrottled


def network_of(address: str) -> str | None:
    """Whom a try counts against: an IPv4 address, or an IPv6 /64, which is one customer's.

    None for what is no address (a Unix socket): there everybody would share one count.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    if not isinstance(ip, IPv6Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return f"{IPv6Address(int(ip) >> 64 << 64)}/64"


def try_begin(address: str) -> None:
    """Count a try as failed before it is made, so that tries at once can't slip past the count.

    Raises:
        SignInThrottled: too many failed from there.
    """
    taken = _take(address, 1)
    if taken is not None and taken <= 0:
        raise SignInThrottled(retry_after_seconds=max(1, -taken))


def try_succeeded(address: str) -> None:
    """Give back this try's own token; what others failed there stays counted."""
    _take(address, -1)


def _take(address: str, tokens: int) -> int | None:
    network = network_of(address)
    if network is None:
        return None
    return buckets_of(settings.VALKEY_URL).take(
        f"sign_in:failed:{network}",
        refill=1,
        every_seconds=settings.SIGN_IN_REFILL_SECONDS,
        burst=settings.SIGN_IN_BURST,
        wanted=tokens,
    )
