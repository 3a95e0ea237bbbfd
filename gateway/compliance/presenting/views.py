"""What wallets ask for and send. Public: the secret is in the address."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from gateway.compliance.presenting.answering import presentation_answer, presentation_by_token
from gateway.compliance.presenting.answers import MAX_BYTES, MEDIA, answer_read
from gateway.compliance.presenting.asking import request_draw
from gateway.compliance.presenting.braking import wallet_may_ask
from gateway.compliance.presenting.errors import AnswerRefused
from gateway.compliance.presenting.requests import REQUEST_MEDIA
from gateway.compliance.presenting.tokens import answer_key_of, back_uri
from gateway.events.errors import TillwayError


@never_cache
@require_GET
def request_object(request: HttpRequest, token: str) -> HttpResponse:
    """The signed request that a QR led to."""
    try:
        _brake(request)
        text = request_draw(presentation_by_token(token), now=timezone.now())
    except TillwayError as refused:
        return _refusal(refused)
    return HttpResponse(text, content_type=REQUEST_MEDIA)


@never_cache
@csrf_exempt
@require_POST
@sensitive_variables("found")
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Take an answer in. 200 says that it is written down, and nothing of what it is worth."""
    try:
        _brake(request)
        row = presentation_by_token(token)
        found = answer_read(_body(request), key=answer_key_of(row.id))
        presentation_answer(presentation_id=row.id, answer=found, now=timezone.now())
    except TillwayError as refused:
        return _refusal(refused)
    return JsonResponse({"redirect_uri": back_uri(token)})


def _body(request: HttpRequest) -> bytes:
    """Raises AnswerRefused before more than what an answer may have is read."""
    if request.content_type != MEDIA:
        raise AnswerRefused("An answer is a form.", status=415)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
        raise AnswerRefused("This is too large for an answer.", status=413)
    return request.read(MAX_BYTES + 1)


def _brake(request: HttpRequest) -> None:
    """Raises AnswerRefused."""
    if not wallet_may_ask(request):
        raise AnswerRefused("Too many at once. Try again in a minute.", status=429)


def _refusal(refused: TillwayError) -> HttpResponse:
    return JsonResponse(
        {
            "error": "invalid_request",
            "error_description": refused.message,
            "code": refused.code,
        },
        status=refused.status,
    )
