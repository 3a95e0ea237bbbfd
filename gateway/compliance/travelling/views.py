"""Where other providers ask and answer: the Travel Rule Protocol over HTTPS, below ``/trp/``.

Nobody is heard who does not come with the client certificate of a counterparty in force. The proxy
that ends TLS checks that they have its key, and says which it was in a header that it takes from
nobody else (docs/how-to/exchange-with-providers.md).
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final
from urllib.parse import unquote
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from gateway.compliance.travelling.asking import CONFIRMATIONS, RESOLUTIONS
from gateway.compliance.travelling.configuration import travel_settings
from gateway.compliance.travelling.counterparties import counterparty_of_certificate
from gateway.compliance.travelling.errors import CounterpartyUnknown, TravelError, TrpInvalid
from gateway.compliance.travelling.models import Counterparty
from gateway.compliance.travelling.receiving import (
    confirmation_receive,
    inquiry_receive,
    resolution_receive,
)
from gateway.compliance.travelling.routes import ROUTES
from gateway.compliance.travelling.trp import (
    REQUEST_HEADER,
    VERSION,
    VERSION_HEADER,
    headers_read,
)
from gateway.compliance.travelling.trp_fields import MAX_BYTES
from gateway.compliance.travelling.words import id_of
from gateway.events.errors import TillwayError
from gateway.outside.buckets import buckets_of
from gateway.tenancy.scope import house_scope

PER_MINUTE: Final = 60
"""Requests of one client address: a provider's transfers to one house, not a flood."""
_DIGEST: Final = re.compile(r"[0-9a-fA-F]{64}")


@never_cache
@csrf_exempt
@require_POST
def inquiry(request: HttpRequest, token: str) -> HttpResponse:
    """May we send this to somebody of yours?"""

    def answer(whose: Counterparty, identifier: UUID, plain: bytes, now: datetime) -> HttpResponse:
        inquiry_receive(
            route_id=id_of(ROUTES, token),
            whose=whose,
            request_identifier=identifier,
            plain=plain,
            now=now,
        )
        return JsonResponse({"version": VERSION})

    return _heard(request, answer)


@never_cache
@csrf_exempt
@require_POST
def resolution(request: HttpRequest, token: str) -> HttpResponse:
    """What the other side decided."""

    def answer(whose: Counterparty, identifier: UUID, plain: bytes, now: datetime) -> HttpResponse:
        exchange_id = id_of(RESOLUTIONS, token)
        resolution_receive(exchange_id=exchange_id, whose=whose, plain=plain, now=now)
        return HttpResponse(status=204)

    return _heard(request, answer)


@never_cache
@csrf_exempt
@require_POST
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """What became of a transfer."""

    def answer(whose: Counterparty, identifier: UUID, plain: bytes, now: datetime) -> HttpResponse:
        exchange_id = id_of(CONFIRMATIONS, token)
        confirmation_receive(exchange_id=exchange_id, whose=whose, plain=plain, now=now)
        return HttpResponse(status=204)

    return _heard(request, answer)


@require_GET
def identity(request: HttpRequest) -> HttpResponse:
    """Who we are: the protocol's identity, for whoever asks."""
    told = travel_settings()
    said = {"name": told.name, "lei": told.lei}
    return JsonResponse({name: value for name, value in said.items() if value})


def _heard(
    request: HttpRequest, answer: Callable[[Counterparty, UUID, bytes, datetime], HttpResponse]
) -> HttpResponse:
    response = _answered(request, answer)
    response[VERSION_HEADER] = VERSION
    asked = request.headers.get(REQUEST_HEADER, "")
    if re.fullmatch(r"[0-9A-Za-z-]{1,64}", asked):
        response[REQUEST_HEADER] = asked
    return response


def _answered(
    request: HttpRequest, answer: Callable[[Counterparty, UUID, bytes, datetime], HttpResponse]
) -> HttpResponse:
    if _is_too_often(request):
        return _refusal("too_many_requests", "Ask again in a minute.", status=429)
    try:
        fingerprint = certificate_of(request)
        with house_scope():  # of whichever shop's customer it is
            whose = counterparty_of_certificate(fingerprint)
            headers = headers_read(dict(request.headers))
            plain = request.read(MAX_BYTES + 1)
            if len(plain) > MAX_BYTES:
                raise TrpInvalid("This is too long.", status=413)
            return answer(whose, UUID(headers.request_identifier), plain, timezone.now())
    except TravelError as refused:
        return _refusal(refused.code, refused.message, status=refused.status)
    except TillwayError as refused:
        return _refusal(refused.code, "Ask again later.", status=503)


def certificate_of(request: HttpRequest) -> bytes:
    """SHA-256 of the client certificate, by what the proxy says: its digest, or itself as PEM.

    Raises:
        CounterpartyUnknown: there is none, or no proxy is set up to say so.
    """
    header = travel_settings().certificate_header
    said = request.headers.get(header, "").strip() if header else ""
    plain = said.replace(":", "")
    if _DIGEST.fullmatch(plain):
        return bytes.fromhex(plain)
    try:
        found = load_pem_x509_certificate(unquote(said).encode("ascii"))
    except ValueError as error:
        raise CounterpartyUnknown from error
    return found.fingerprint(SHA256())


def _is_too_often(request: HttpRequest) -> bool:
    taken = buckets_of(settings.VALKEY_URL).take(
        f"trp:{request.META['REMOTE_ADDR']}",
        refill=PER_MINUTE,
        every_seconds=60,
        burst=PER_MINUTE,
    )
    return taken is not None and taken <= 0


def _refusal(code: str, message: str, *, status: int) -> HttpResponse:
    return JsonResponse({"code": code, "message": message}, status=status)
