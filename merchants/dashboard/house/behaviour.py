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
from merchants.dashboard.lists import listed
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
    asked = listed(request.GET, ROOT, query={"rule": rule, "shop": str(shop_id) if shop_id else ""})
    try:
        page = noticed_page(rule=rule, shop_id=shop_id, order=asked.order, cursor=asked.cursor)
    except BadCursor as error:
        raise Http404 from error
    rows = noticed_rows(page.items)
    context = {
        "rows": rows,
        "shops": shop_filters(rows, rule=rule),
        "filters": rule_filters(noticed_open(), rule=rule, shop_id=shop_id),
        "chosen": shop,
        "without_shop": href_of(rule=rule),
        "is_filtered": bool(asked.query),
        **asked.pages(page),
        "version": rules_in_force().version,
    }
    return draw(request, "dashboard/house/behaviour.html", context)


@require_GET
@require_action("case.work", shop=None)
def scores(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """A shop's stream: the oddest of each day, the model, every event. Five queries."""
    shop, rules = _found(shop_id), rules_in_force()
    asked = listed(request.GET, f"{ROOT}/shops/{shop_id}")
    try:
        page = scores_page(shop_id=shop_id, order=asked.order, cursor=asked.cursor)
    except BadCursor as error:
        raise Http404 from error
    stream = stream_view(shop_id=shop_id)
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
        **asked.pages(page),
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
