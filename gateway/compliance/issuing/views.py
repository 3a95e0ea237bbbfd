"""What wallets ask for to be given a credential, and what verifiers ask of it afterwards. Public:
the secrets are in the address, the form and the header."""

import json
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from gateway.compliance.issuing import metadata
from gateway.compliance.issuing.configuration import credential_signer
from gateway.compliance.issuing.errors import OfferOver, OfferUnknown, WalletRefused
from gateway.compliance.issuing.exchanging import token_give
from gateway.compliance.issuing.handing import credential_hand
from gateway.compliance.issuing.holder_proofs import proof_read
from gateway.compliance.issuing.life import TOKEN_FOR
from gateway.compliance.issuing.nonces import RANDOM_BYTES, nonce_made
from gateway.compliance.issuing.offer_secrets import list_uri, nonce_key
from gateway.compliance.issuing.offering import offer_by_code, offer_by_token
from gateway.compliance.issuing.selectors import keys_told, standings_told
from gateway.compliance.issuing.signing import LIST_FRESH, list_signed
from gateway.compliance.presenting.asking import HOUSE_NAME
from gateway.compliance.presenting.braking import wallet_may_ask
from gateway.compliance.presenting.status_lists import STATUS_MEDIA
from gateway.events.errors import TillwayError

MAX_BYTES: Final = 16 * 1024
BEARER: Final = "bearer"
"""In any case (RFC 9110, 11.1)."""
Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponse]


def answered(view: View[Arguments]) -> View[Arguments]:
    """Answer refusals as the protocol writes them, and hold back whoever asks too often."""

    @wraps(view)
    def answer(
        request: HttpRequest, *arguments: Arguments.args, **named: Arguments.kwargs
    ) -> HttpResponse:
        if not wallet_may_ask(request):
            return _refusal(WalletRefused("invalid_request", "Too many at once.", status=429))
        try:
            return view(request, *arguments, **named)
        except TillwayError as refused:
            return _refusal(refused)

    return answer


@require_GET
@answered
def issuer(request: HttpRequest) -> HttpResponse:
    """Who we are to wallets, and what we give out."""
    credential_signer()
    return JsonResponse(metadata.issuer_metadata(settings.PUBLIC_URL, name=HOUSE_NAME))


@require_GET
@answered
def server(request: HttpRequest) -> HttpResponse:
    """Where tokens are had."""
    credential_signer()
    return JsonResponse(metadata.server_metadata(settings.PUBLIC_URL))


@require_GET
@answered
def keys(request: HttpRequest) -> HttpResponse:
    """By which keys our credentials are signed. One query."""
    return JsonResponse(metadata.keys_metadata(settings.PUBLIC_URL, keys_told()))


@require_GET
@answered
def statuses(request: HttpRequest) -> HttpResponse:
    """Which of our credentials no longer count, signed. One query."""
    now = timezone.now()
    text = list_signed(
        standings_told(now=now),
        signer=credential_signer(),
        issuer=settings.PUBLIC_URL,
        uri=list_uri(),
        now=now,
    )
    response = HttpResponse(text, content_type=STATUS_MEDIA)
    response["Cache-Control"] = f"public, max-age={int(LIST_FRESH.total_seconds())}"
    return response


@never_cache
@require_GET
@answered
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """The offer that a QR led to."""
    offer_by_code(token, now=timezone.now())
    return JsonResponse(metadata.offer_told(settings.PUBLIC_URL, code=token))


@never_cache
@csrf_exempt
@require_POST
@answered
@sensitive_variables("given", "found")
def token(request: HttpRequest) -> HttpResponse:
    """Both codes for a token."""
    now = timezone.now()
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
        raise WalletRefused("invalid_request", "This is too large.", status=413)
    told = request.POST
    if told.get("grant_type") != metadata.GRANT:
        raise WalletRefused("unsupported_grant_type", "There is the pre-authorized code alone.")
    code, second = told.get("pre-authorized_code", ""), told.get("tx_code", "")
    if not code or not second:
        raise WalletRefused("invalid_request", "Both codes are needed.")
    try:
        found = offer_by_code(code, now=now)
    except (OfferUnknown, OfferOver) as error:
        raise WalletRefused("invalid_grant", "This code, or the offer, does not count.") from error
    given = token_give(offer_id=found.id, transaction_code=second, now=now)
    return JsonResponse(
        {
            "access_token": given,
            "token_type": "Bearer",
            "expires_in": int(TOKEN_FOR.total_seconds()),
        }
    )


@never_cache
@csrf_exempt
@require_POST
@answered
def nonce(request: HttpRequest) -> HttpResponse:
    """A nonce for a proof, for anybody. No query."""
    made = nonce_made(secrets.token_bytes(RANDOM_BYTES), key=nonce_key(), now=timezone.now())
    return JsonResponse({"c_nonce": made})


@never_cache
@csrf_exempt
@require_POST
@answered
@sensitive_variables("text")
def issue(request: HttpRequest) -> HttpResponse:
    """The credential, for a token and the proof of a key."""
    now = timezone.now()
    scheme, _, told = request.headers.get("Authorization", "").partition(" ")
    found = offer_by_token(told.strip()) if scheme.lower() == BEARER else None
    if found is None:
        raise WalletRefused("invalid_token", "There is no such token.", status=401)
    proof = proof_read(_proof(request), issuer=settings.PUBLIC_URL, now=now)
    text = credential_hand(offer_id=found.id, proof=proof, now=now)
    return JsonResponse({"credentials": [{"credential": text}]})


def _proof(request: HttpRequest) -> str:
    """Of a request for the one credential that there is, by one key. Raises WalletRefused."""
    wanted = _body(request)
    if "credential_identifier" in wanted or "credential_response_encryption" in wanted:
        raise WalletRefused("invalid_credential_request", "Ask for it by its configuration, plain.")
    if wanted.get("credential_configuration_id") != metadata.CONFIGURATION:
        raise WalletRefused("unknown_credential_configuration", "There is no such credential.")
    proofs = wanted.get("proofs")
    found = proofs.get("jwt") if isinstance(proofs, dict) and len(proofs) == 1 else None
    if not isinstance(found, list) or len(found) != 1 or not isinstance(found[0], str):
        raise WalletRefused("invalid_proof", "There must be one proof, a JWT.")
    return found[0]


def _body(request: HttpRequest) -> dict[str, Any]:
    """Raises WalletRefused before more than what a request may have is read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
        raise WalletRefused("invalid_credential_request", "This is too large.", status=413)
    try:
        found = json.loads(request.read(MAX_BYTES + 1))
    except (ValueError, RecursionError) as error:
        raise WalletRefused("invalid_credential_request", "The body is no JSON.") from error
    if not isinstance(found, dict):
        raise WalletRefused("invalid_credential_request", "The body is no object.")
    return found


def _refusal(refused: TillwayError) -> HttpResponse:
    error = refused.error if isinstance(refused, WalletRefused) else "invalid_request"
    response = JsonResponse(
        {"error": error, "error_description": refused.message, "code": refused.code},
        status=refused.status,
    )
    if refused.status == 401:
        response["WWW-Authenticate"] = f'Bearer error="{error}"'
    response["Cache-Control"] = "no-store"
    return response
