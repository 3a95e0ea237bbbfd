"""Where ramps send their events."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from gateway.events.errors import TillwayError
from gateway.ramps.configuration import keys_of, settings_of
from gateway.ramps.inbox import MAX_BYTES, event_keep, event_read
from gateway.tenancy.scope import house_scope


@never_cache
@csrf_exempt
@require_POST
def events(request: HttpRequest, ramp: str) -> HttpResponse:
    """Keep one event. 200 means that it is written down, and that it need not be sent again: what
    is not about us is refused in its row, since a refusal here would be sent again for days."""
    now = timezone.now()
    try:
        entry = settings_of(ramp)
        said = event_read(
            body=request.read(MAX_BYTES + 1),
            signature=request.headers.get("Stripe-Signature", ""),
            secrets=keys_of(ramp).webhooks,
            now=now,
        )
    except TillwayError as refused:
        status = 404 if refused.code == "ramp_not_offered" else refused.status
        return JsonResponse({"code": refused.code, "message": refused.message}, status=status)
    with house_scope():  # signed by the ramp, of whichever shop's account
        row = event_keep(ramp=ramp, mode=entry.mode, said=said, now=now)
    return JsonResponse({"status": "refused" if row.status == "refused" else "kept"})
