"""The page's way to pay by a signature: what to sign, handing it in, and what became of it.

No cookie has any say here: whoever holds a payer's signature may hand it in, as they could on the
chain itself. So there is no form token to check.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, Final, ParamSpec
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from gateway.checkout.places import shopper_check
from gateway.checkout.signed import read_payer, read_signed
from gateway.events.errors import TillwayError
from gateway.invoices.errors import InvoiceNotFound
from gateway.invoices.selectors import invoice_public
from gateway.outside.buckets import buckets_of
from gateway.sponsoring.accepting import Submission, authorization_accept, authorization_offer
from gateway.sponsoring.errors import SponsorLimit
from gateway.sponsoring.saying import authorization_as_dict
from gateway.sponsoring.selectors import authorization_of

ASKED_PER_MINUTE: Final = 30
"""Of one client address: each submission asks a node, and costs nobody but us."""

Arguments = ParamSpec("Arguments")


def told_plainly(
    view: Callable[Concatenate[HttpRequest, Arguments], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Arguments], HttpResponse]:
    """Answer a refusal as problem+json (RFC 9457), as the API does."""

    @wraps(view)
    def answer(
        request: HttpRequest, /, *arguments: Arguments.args, **named: Arguments.kwargs
    ) -> HttpResponse:
        try:
            return view(request, *arguments, **named)
        except TillwayError as refused:
            problem = {
                "title": HTTPStatus(refused.status).phrase,
                "status": refused.status,
                "code": refused.code,
                "detail": refused.message,
                "hint": refused.hint,
                "field": refused.field,
            }
            return JsonResponse(
                problem, status=refused.status, content_type="application/problem+json"
            )

    return answer


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
@told_plainly
def authorization(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """GET: the typed data that ``?payer=`` signs to pay with ``?asset=``. POST: the signature."""
    client = str(request.META["REMOTE_ADDR"])
    _brake(client)
    shopper_check(request, invoice_id)
    if request.method == "GET":
        payer = read_payer(request.GET.get("payer", ""))
        typed_data = authorization_offer(
            invoice_id=invoice_id,
            asset=request.GET.get("asset", ""),
            payer=payer,
            now=timezone.now(),
        )
        return JsonResponse({"typed_data": typed_data})
    asset, signed, signature = read_signed(request.body)
    accepted = authorization_accept(
        submission=Submission(
            invoice_id=invoice_id, asset=asset, signed=signed, signature=signature, client=client
        ),
        now=timezone.now(),
    )
    return JsonResponse(authorization_as_dict(accepted), status=HTTPStatus.ACCEPTED)


@never_cache
@require_GET
def outcome(request: HttpRequest, invoice_id: UUID, authorization_id: UUID) -> HttpResponse:
    """What became of a signature that was handed in."""
    try:
        invoice_public(invoice_id)
        found = authorization_of(invoice_id=invoice_id, authorization_id=authorization_id)
    except InvoiceNotFound:
        found = None
    if found is None:
        return JsonResponse({"code": "authorization_unknown"}, status=HTTPStatus.NOT_FOUND)
    return JsonResponse(authorization_as_dict(found))


def _brake(client: str) -> None:
    taken = buckets_of(settings.VALKEY_URL).take(
        f"checkout:signing:{client}",
        refill=ASKED_PER_MINUTE,
        every_seconds=60,
        burst=ASKED_PER_MINUTE,
    )
    if taken is not None and taken <= 0:
        raise SponsorLimit("You ask too often. Wait a minute.")
