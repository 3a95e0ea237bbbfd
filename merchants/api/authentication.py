"""Who calls: the API key in the Authorization header."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from gateway.compliance.behaviour.noticing import key_refused, key_used
from gateway.tenancy.scope import entered_by
from merchants.accounts.errors import KeyExpired, KeyMissing, KeyRevoked, KeyUnknown
from merchants.accounts.selectors import (
    LAST_USED_RESOLUTION,
    Caller,
    caller_by_secret,
    caller_from,
    columns_of_caller,
    secret_hash,
)
from merchants.api.idempotency import ANSWER_COLUMNS, Kept, is_key, kept_from

IDEMPOTENCY_HEADER = "HTTP_IDEMPOTENCY_KEY"

_ANSWER_WIDTH = ANSWER_COLUMNS.count(",") + 1
_CALLER_AND_ANSWER_SQL = (
    f"SELECT r.scope, r.version, {ANSWER_COLUMNS}, {columns_of_caller('r')}"  # noqa: S608
    " FROM api_caller(%s, %s, %s, %s, %s) r"
)
MOST_KNOWN: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Known:
    """A caller as this process read it. PostgreSQL says with each request whether the key and the
    shop are still of this version; without its word nobody is let in."""

    version: int
    caller: Caller


_known: dict[bytes, _Known] = {}
"""By the hash of the key's secret."""


class ApiKeyAuthentication(BaseAuthentication):
    """``Authorization: Bearer tw_…``. One query. A key in the URL would end up in logs.

    The same query reads what was answered to the request's Idempotency-Key: ``request.auth``, None
    if nothing was or there is none. And it sets what this session may see: the key's shop.
    """

    def authenticate(self, request: Request) -> tuple[Caller, Kept | None]:
        scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        secret = secret.strip()
        if scheme.lower() != "bearer" or not secret:
            raise KeyMissing
        now, address = timezone.now(), str(request.META.get("REMOTE_ADDR", ""))
        with _refusals_counted(address, now=now):
            caller, kept = self._caller(request, secret, now=now)
        key_used(key_id=caller.key_id, shop=caller.shop, address=address, now=now)
        return caller, kept

    def _caller(
        self, request: Request, secret: str, *, now: datetime
    ) -> tuple[Caller, Kept | None]:
        key = request.META.get(IDEMPOTENCY_HEADER)
        if key is None or not is_key(key):
            return caller_by_secret(secret, now=now), None
        hashed = secret_hash(secret)
        known = _known.get(hashed)
        version, *row = entered_by(
            _CALLER_AND_ANSWER_SQL,
            [hashed, now, key, known and known.version, now - LAST_USED_RESOLUTION],
        )
        kept, columns = kept_from(row[:_ANSWER_WIDTH]), row[_ANSWER_WIDTH:]
        if known is not None and version == known.version and columns[0] is None:
            return known.caller, kept
        caller = caller_from(columns, now=now)
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        _known[hashed] = _Known(version, caller)
        return caller, kept

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="tillway"'


def caller_known(secret: str, *, address: str, now: datetime) -> Caller:
    """Whose key this is, noted as used from ``address``; its shop is this session's scope from
    here on. One query.

    Raises:
        KeyUnknown, KeyRevoked, KeyExpired, WrongMode
    """
    with _refusals_counted(address, now=now):
        caller = caller_by_secret(secret, now=now)
    key_used(key_id=caller.key_id, shop=caller.shop, address=address, now=now)
    return caller


@contextmanager
def _refusals_counted(address: str, *, now: datetime) -> Iterator[None]:
    """Keys that open nothing are counted by the network that tries them."""
    try:
        yield
    except (KeyUnknown, KeyRevoked, KeyExpired) as refused:
        key_refused(address=address, code=refused.code, now=now)
        raise
