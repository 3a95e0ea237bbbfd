"""Behaviour: what was noticed by each rule, and how odd a shop's stream is."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from gateway.compliance.behaviour.configuration import rules_in_force
from gateway.compliance.behaviour.raising import RULES
from gateway.compliance.behaviour.selectors import (
    noticed_open,
    noticed_page,
    scores_page,
    stream_view,
)
from gateway.events.errors import BadCursor
from gateway.shops.errors import ShopUnknown
from gateway.shops.selectors import ShopView, shop_view
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.house.behaviour_rows import (
    ROOT,
    href_of,
    noticed_rows,
    rule_filters,
    score_chart,
    score_rows,
    shop_filters,
)
from merchants.dashboard.house.frame import draw
from merchants.dashboard.selectors import time_text


@require_GET
@require_action("case.work", shop=None)
def noticed(request: MemberRequest) -> HttpResponse:
    """What was noticed, newest first, by rule and by shop. Six queries."""
    rule = request.GET.get("rule", "")
    if rule not in ("", *RULES):
        raise Http404
    shop = _chosen(request.GET.get("shop", ""))
    shop_id = shop.id if shop else None
    try:
        page = noticed_page(rule=rule, shop_id=shop_id, cursor=request.GET.get("cursor"))
    except BadCursor as error:
        raise Http404 from error
    here = href_of(rule=rule, shop_id=shop_id)
    rows = noticed_rows(page.items)
    more = f"{here}{'&' if '?' in here else '?'}cursor={page.next_cursor}"
    context = {
        "rows": rows,
        "shops": shop_filters(rows, rule=rule),
        "filters": rule_filters(noticed_open(), rule=rule, shop_id=shop_id),
        "chosen": shop,
        "without_shop": href_of(rule=rule),
        "is_filtered": here != ROOT,
        "is_later": "cursor" in request.GET,
        "first_href": here,
        "next_href": more if page.next_cursor else "",
        "version": rules_in_force().version,
    }
    return draw(request, "dashboard/house/behaviour.html", context)


@require_GET
@require_action("case.work", shop=None)
def scores(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """A shop's stream: the oddest of each day, the model, every event. Five queries."""
    shop, rules = _found(shop_id), rules_in_force()
    try:
        page = scores_page(shop_id=shop_id, cursor=request.GET.get("cursor"))
    except BadCursor as error:
        raise Http404 from error
    stream = stream_view(shop_id=shop_id)
    here = f"{ROOT}/shops/{shop_id}"
    context = {
        "shop": shop,
        "stream": stream,
        "learned_at": time_text(stream.learned_at) if stream and stream.learned_at else "",
        "burn_in": rules.score_burn_in,
        "is_burnt_in": stream is not None and stream.scored >= rules.score_burn_in,
        "above": f"{rules.score_bps // 100}.{rules.score_bps % 100:02}",
        "chart": score_chart(shop, now=timezone.now()),
        "rows": score_rows(page.items, shop=shop),
        "noticed_href": href_of(shop_id=shop_id),
        "is_later": "cursor" in request.GET,
        "first_href": here,
        "next_href": f"{here}?cursor={page.next_cursor}" if page.next_cursor else "",
    }
    return draw(request, "dashboard/house/behaviour_shop.html", context)


def _chosen(text: str) -> ShopView | None:
    """The shop that the address names; None for none."""
    if not text:
        return None
    try:
        return _found(UUID(text))
    except ValueError as error:
        raise Http404 from error


def _found(shop_id: UUID) -> ShopView:
    try:
        return shop_view(shop_id=shop_id)
    except ShopUnknown as error:
        raise Http404 from error
