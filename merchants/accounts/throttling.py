"""Failed tries per client address, whatever was tried: a brake on spraying passwords and codes."""

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
    """Count a sign-in as failed before it is tried, so that tries at once can't slip past the
    count.

    Raises:
        SignInThrottled: too many failed from there.
    """
    seconds = seconds_to_wait(address, what="sign_in")
    if seconds:
        raise SignInThrottled(retry_after_seconds=seconds)


def try_succeeded(address: str, *, what: str = "sign_in") -> None:
    """Give back this try's own token; what others failed there stays counted."""
    _take(address, -1, what=what)


def seconds_to_wait(address: str, *, what: str) -> int:
    """Count a try of this kind as failed; 0 if it may be made, else how long to wait."""
    taken = _take(address, 1, what=what)
    return 0 if taken is None or taken > 0 else max(1, -taken)


def _take(address: str, tokens: int, *, what: str) -> int | None:
    network = network_of(address)
    if network is None:
        return None
    return buckets_of(settings.VALKEY_URL).take(
        f"{what}:failed:{network}",
        refill=1,
        every_seconds=settings.SIGN_IN_REFILL_SECONDS,
        burst=settings.SIGN_IN_BURST,
        wanted=tokens,
    )
