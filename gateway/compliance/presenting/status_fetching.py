"""Ask an issuer whether a credential still counts. Never in a transaction."""

from datetime import datetime
from typing import Final

from django.conf import settings

from gateway.compliance.presenting.credentials import StatusReference
from gateway.compliance.presenting.errors import CredentialRefused
from gateway.compliance.presenting.models import StatusListCopy
from gateway.compliance.presenting.presenting_metrics import STATUS_LISTS
from gateway.compliance.presenting.status_lists import (
    STATUS_MEDIA,
    StatusList,
    status_check,
    status_list_read,
)
from gateway.compliance.presenting.trust import Issuer
from gateway.outside.errors import OutsideFailed, OutsideRefused
from gateway.outside.http import request

MAX_BYTES: Final = 2 * 1024 * 1024
TIMEOUT_SECONDS: Final = 8.0


def status_ask(reference: StatusReference, *, issuer: Issuer, now: datetime) -> None:
    """Whether a credential counts now, by a list that is still fresh or is fetched.

    Raises:
        CredentialRefused: taken back, suspended; or nobody could say: that is no yes.
    """
    found = _kept(reference.uri, issuer=issuer, now=now)
    if found is None:
        token = _fetched(reference.uri)
        found = status_list_read(token, uri=reference.uri, issuer=issuer, now=now)
        StatusListCopy.objects.update_or_create(
            uri=reference.uri,
            defaults={"token": token, "fetched_at": now, "fresh_until": found.fresh_until},
        )
    status_check(found, index=reference.index)


def _kept(uri: str, *, issuer: Issuer, now: datetime) -> StatusList | None:
    copy = StatusListCopy.objects.filter(uri=uri, fresh_until__gt=now).first()
    if copy is None:
        return None
    try:
        found = status_list_read(copy.token, uri=uri, issuer=issuer, now=now)
    except CredentialRefused:
        return None  # the issuer signs by another key since: what it says now is fetched
    STATUS_LISTS.labels("kept").inc()
    return found


def _fetched(uri: str) -> str:
    try:
        answer = request(
            method="GET",
            url=uri,
            headers={"accept": STATUS_MEDIA, "accept-encoding": "identity"},
            timeout_seconds=TIMEOUT_SECONDS,
            max_answer_bytes=MAX_BYTES,
            allow_loopback=settings.WEBHOOKS_ALLOW_LOOPBACK,
        )
    except (OutsideFailed, OutsideRefused) as error:
        STATUS_LISTS.labels("unreachable").inc()
        raise CredentialRefused("status_unreachable", error.message) from error
    if answer.status != 200 or answer.truncated:
        STATUS_LISTS.labels("unreachable").inc()
        raise CredentialRefused("status_unreachable", f"it answers {answer.status}")
    STATUS_LISTS.labels("fetched").inc()
    return answer.body.decode("ascii", "replace")
