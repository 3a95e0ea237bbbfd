"""What of the shop's money stays here for now: its standing, its reserve, and when it is free."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from gateway.shops.selectors import reserve_terms_of
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.frame import draw
from merchants.dashboard.reserve_figures import reserve_lines
from merchants.dashboard.settlement_words import percent_of_bps
from merchants.dashboard.standing_words import own_standing


@never_cache
@require_GET
@require_action("balance.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """The rolling reserve by asset and day. Five queries."""
    terms = reserve_terms_of(shop_id=shop_id)
    context = {
        "standing": own_standing(request.shop.status),
        "percent": percent_of_bps(f"{terms.bps}.00") if terms.bps else "",
        "days": terms.days,
        "lines": reserve_lines(request.shop, now=timezone.now()),
    }
    return draw(request, "dashboard/reserve.html", context)
