"""What a page that follows the desk asks for beside its own part."""

from django.http import JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gateway.checkout.tickets import desk_ticket
from gateway.market.glance import desk_glance
from merchants.accounts.guards import MemberRequest, require_action


@never_cache
@require_GET
@require_action("desk.view", shop=None)
def ticket(request: MemberRequest) -> JsonResponse:
    """Leave to follow the stream, and the glance itself for pages that can't."""
    return JsonResponse({"ticket": desk_ticket(), **desk_glance(now=timezone.now())})
