"""Forms of the shopper's page: guarded by the usual token, or by one that needs no cookie.

In a shop's frame the browser keeps our cookies from us, so there the form carries a signed word of
its page instead. What it guards is little: no cookie has any say in what these forms do, and
whoever knows an invoice's id may press the same button on its page.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

SALT: Final = "gateway.checkout.frame"
FIELD: Final = "frame"
FORM_SECONDS: Final = 7_200
"""How long a form of a framed page may be sent; its page draws itself anew long before."""

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[HttpRequest, UUID, Arguments], HttpResponse]


def form_word(invoice_id: str) -> str:
    """What a framed page's forms carry."""
    return signing.dumps(invoice_id, salt=SALT)


def guarded(view: View[Arguments]) -> View[Arguments]:
    """Take a form of an invoice's page, framed or not; refuse a foreign page's."""
    with_token = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def answer(
        request: HttpRequest,
        invoice_id: UUID,
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> HttpResponse:
        is_ours = _is_ours(request.POST.get(FIELD, ""), invoice_id)
        return (view if is_ours else with_token)(request, invoice_id, *arguments, **named)

    return answer


def _is_ours(word: str, invoice_id: UUID) -> bool:
    try:
        return bool(signing.loads(word, salt=SALT, max_age=FORM_SECONDS) == str(invoice_id))
    except signing.BadSignature:
        return False
