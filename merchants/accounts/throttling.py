"""Brakes: failed tries per client address, whatever was tried, so that nobody sprays passwords and
codes; and letters that people have sent to addresses of their choosing."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final
from uuid import UUID

from django.conf import settings

from gateway.outside.buckets import buckets_of
from merchants.accounts.errors import MailThrottled, SignInThrottled


@dataclass(frozen=True, slots=True)
class _Brake:
    """So many at once, then one each ``every_seconds``."""

    burst: int
    every_seconds: int


_INVITATIONS_OF_SHOP: Final = _Brake(burst=20, every_seconds=180)
_INVITATIONS_BY_PERSON: Final = _Brake(burst=20, every_seconds=180)
"""Whoever opens many test shops has a shop's worth of letters, not each shop's."""
_ADDRESSES_OF_PERSON: Final = _Brake(burst=5, every_seconds=600)


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


def invitation_mail_check(*, shop_id: UUID, user_id: UUID) -> None:
    """Count a letter that asks somebody to join.

    Raises:
        MailThrottled: the shop, or the person in all their shops, asked too many.
    """
    _letter(f"invitations:by:{user_id}", _INVITATIONS_BY_PERSON)
    _letter(f"invitations:of:{shop_id}", _INVITATIONS_OF_SHOP)


def address_mail_check(*, user_id: UUID) -> None:
    """Count a letter to an address that somebody wants to sign in with.

    Raises:
        MailThrottled
    """
    _letter(f"addresses:of:{user_id}", _ADDRESSES_OF_PERSON)


def _letter(name: str, brake: _Brake) -> None:
    taken = buckets_of(settings.VALKEY_URL).take(
        f"letters:{name}", refill=1, every_seconds=brake.every_seconds, burst=brake.burst
    )
    if taken is not None and taken <= 0:
        raise MailThrottled(retry_after_seconds=max(1, -taken))
