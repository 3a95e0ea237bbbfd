"""One webhook endpoint: on or off, its secret, a test, what was sent and what came back."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gateway.events.errors import BadCursor, TillwayError
from gateway.events.moments import rfc3339
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.auditing import write_down
from merchants.dashboard.files import listed_file
from merchants.dashboard.frame import draw
from merchants.dashboard.lists import Listed, choice_in, listed
from merchants.dashboard.replays import (
    key_of,
    missed_by,
    replay_part,
    replay_problem,
)
from merchants.dashboard.selectors import time_text
from merchants.dashboard.wording import delivery_sign, disabled_words
from merchants.pos.views import problem_words
from merchants.webhooks import selectors, services
from merchants.webhooks.errors import DeliveryUnknown, EndpointUnknown
from merchants.webhooks.models import Attempt, Delivery
from merchants.webhooks.replaying import missed_since, replay_begin, replay_count

STATES: Final = (Delivery.PENDING, Delivery.SUCCEEDED, Delivery.FAILED, Delivery.CANCELLED)
COLUMNS: Final = (
    *("created_at", "event_id", "type", "subject", "sequence", "state", "attempts"),
    *("finished_at", "replay_id"),
)


@never_cache
@require_GET
@require_action("webhook.view")
def endpoint(request: MemberRequest, shop_id: UUID, endpoint_id: UUID) -> HttpResponse:
    """The endpoint and what was sent to it, newest first."""
    return _page(request, shop_id, endpoint_id)


@never_cache
@require_GET
@require_action("webhook.view")
def delivery(
    request: MemberRequest, shop_id: UUID, endpoint_id: UUID, event_id: UUID
) -> HttpResponse:
    """One delivery: every attempt, what was answered, and the bytes that were sent."""
    try:
        found = selectors.endpoint_get(shop_id=shop_id, endpoint_id=endpoint_id)
        sent = selectors.delivery_get(shop_id=shop_id, endpoint_id=endpoint_id, event_id=event_id)
    except (EndpointUnknown, DeliveryUnknown) as error:
        raise Http404 from error
    waits = sent.state == Delivery.PENDING and not sent.trying
    context = {
        "endpoint": found,
        "delivery": _row(sent),
        "next_text": time_text(sent.due_at) if waits else "",
        "attempts": [_attempt(attempt) for attempt in selectors.attempts_of(delivery=sent)],
        "body": bytes(sent.payload).decode(),
    }
    return draw(request, "dashboard/delivery.html", context)


@require_GET
@require_action("webhook.view")
def deliveries_file(request: MemberRequest, shop_id: UUID, endpoint_id: UUID) -> Any:
    """All deliveries that the same address lists, as CSV, streamed."""
    try:
        selectors.endpoint_get(shop_id=shop_id, endpoint_id=endpoint_id)
        asked = _asked(request, endpoint_id)
        wanted = _wanted(asked)
    except (EndpointUnknown, ValueError) as error:
        raise Http404 from error
    return listed_file(
        request,
        asked,
        kind="deliveries",
        page=partial(selectors.deliveries_page, shop_id=shop_id, endpoint_id=endpoint_id, **wanted),
        columns=COLUMNS,
        lines=lambda deliveries: map(_line, deliveries),
        needs="webhook.view",
    )


@require_POST
@require_action("webhook.manage")
def switch(request: MemberRequest, shop_id: UUID, endpoint_id: UUID) -> HttpResponse:
    """On (it gets what waited for it, and, if asked for, what it missed meanwhile) or off."""
    enabled = request.POST.get("enabled") == "yes"
    said = _("The endpoint is on.") if enabled else _("The endpoint is off.")
    if enabled and request.POST.get("missed") == "send":
        return _done(
            request,
            shop_id,
            endpoint_id,
            lambda: _switch_on_and_send(request, endpoint_id),
        )
    return _done(
        request,
        shop_id,
        endpoint_id,
        lambda: _switch(request, endpoint_id, enabled=enabled),
        said=said,
    )


@require_POST
@require_action("webhook.manage")
def test(request: MemberRequest, shop_id: UUID, endpoint_id: UUID) -> HttpResponse:
    """Send a test event: signed, queued and retried like every other."""
    return _done(
        request,
        shop_id,
        endpoint_id,
        lambda: services.endpoint_test(
            shop_id=shop_id, endpoint_id=endpoint_id, now=timezone.now()
        ),
        said=_("A test event is on its way. It shows up below within moments."),
    )


@require_POST
@require_action("webhook.manage")
def send_again(
    request: MemberRequest, shop_id: UUID, endpoint_id: UUID, event_id: UUID
) -> HttpResponse:
    """Queue a delivery once more."""
    return _done(
        request,
        shop_id,
        endpoint_id,
        lambda: services.delivery_redeliver(
            shop_id=shop_id, endpoint_id=endpoint_id, event_id=event_id
        ),
        said=_("It is sent again."),
    )


@require_POST
@require_action("webhook.manage")
def rotate(request: MemberRequest, shop_id: UUID, endpoint_id: UUID) -> HttpResponse:
    """A new secret, in this answer and nowhere else. The page sent again changes nothing more."""
    try:
        with transaction.atomic():
            _found, secret = services.endpoint_rotate_secret(
                shop_id=shop_id,
                endpoint_id=endpoint_id,
                now=timezone.now(),
                present=request.POST.get("secret_tag", ""),
            )
            write_down(request, "webhook.secret_changed", subject=f"webhook:{endpoint_id}")
    except EndpointUnknown as error:
        raise Http404 from error
    except TillwayError as error:
        messages.error(request, problem_words(error))
        return HttpResponseRedirect(_here(shop_id, endpoint_id))
    title = _("The new signing secret")
    response = _page(request, shop_id, endpoint_id, secret={"title": title, "text": secret})
    response["Cache-Control"] = "no-store"
    return response


@transaction.atomic
def _switch(request: MemberRequest, endpoint_id: UUID, *, enabled: bool) -> None:
    services.endpoint_update(shop_id=request.shop.id, endpoint_id=endpoint_id, enabled=enabled)
    detail = {"enabled": {"from": not enabled, "to": enabled}}
    write_down(request, "webhook.changed", subject=f"webhook:{endpoint_id}", detail=detail)


def _switch_on_and_send(request: MemberRequest, endpoint_id: UUID) -> None:
    """Two transactions: what happens before everybody sees that it is on is still missed, so what
    it missed ends after that."""
    asked: dict[str, Any] = {"shop_id": request.shop.id, "endpoint_id": endpoint_id}
    now = timezone.now()
    since = missed_since(selectors.endpoint_get(**asked), now=now)
    if since is None:  # sent twice
        messages.success(request, _("The endpoint is on."))
        return
    replay_count(**asked, since=since, until=now, now=now)  # too many are refused while it is off
    _switch(request, endpoint_id, enabled=True)
    try:
        with transaction.atomic():
            _replay, is_new = replay_begin(
                **asked, since=since, key=key_of(request), now=timezone.now()
            )
            if is_new:
                write_down(request, "webhook.replayed", subject=f"webhook:{endpoint_id}")
    except TillwayError as error:
        messages.success(request, _("The endpoint is on."))
        unsent = _("What it missed since %(since)s was not sent.") % {"since": time_text(since)}
        messages.error(request, f"{unsent} {replay_problem(error)}")
        return
    messages.success(request, _("The endpoint is on. What it missed is sent to it, in order."))


def _done(
    request: MemberRequest,
    shop_id: UUID,
    endpoint_id: UUID,
    verb: Callable[[], object],
    *,
    said: str = "",
) -> HttpResponse:
    """Do it, say so (if the verb doesn't), or say why not, and go back to the endpoint."""
    try:
        verb()
        if said:
            messages.success(request, said)
    except (EndpointUnknown, DeliveryUnknown) as error:
        raise Http404 from error
    except TillwayError as error:
        messages.error(request, replay_problem(error))
    return HttpResponseRedirect(_here(shop_id, endpoint_id))


def _here(shop_id: UUID, endpoint_id: UUID) -> str:
    return f"/dashboard/{shop_id}/developers/webhooks/{endpoint_id}"


def _page(
    request: MemberRequest,
    shop_id: UUID,
    endpoint_id: UUID,
    *,
    secret: dict[str, Any] | None = None,
) -> HttpResponse:
    try:
        found = selectors.endpoint_get(shop_id=shop_id, endpoint_id=endpoint_id)
        asked = _asked(request, endpoint_id)
        wanted = _wanted(asked)
        deliveries = selectors.deliveries_page(
            shop_id=shop_id,
            endpoint_id=endpoint_id,
            order=asked.order,
            cursor=asked.cursor,
            **wanted,
        )
    except (EndpointUnknown, BadCursor, ValueError) as error:
        raise Http404 from error
    failing = found.failing_since if found.enabled else None
    context = {
        "endpoint": found,
        "here": asked.here,
        "secret": secret,
        "off_words": "" if found.enabled else disabled_words(found.disabled_reason),
        "failing_text": time_text(failing) if failing else "",
        "previous_text": time_text(found.previous_secret_until)
        if found.previous_secret_until and found.previous_secret_until > timezone.now()
        else "",
        "deliveries": [_row(sent) for sent in deliveries.items],
        "replay_id": wanted["replay_id"],
        "state": asked.query.get("state", ""),
        "filters": asked.filters("state", STATES, word=lambda state: delivery_sign(state).word),
        "file_href": asked.address(f"{asked.here}/deliveries.csv"),
        **asked.pages(deliveries),
        "missed": missed_by(found, now=timezone.now()),
        **replay_part(request, found),
    }
    return draw(request, "dashboard/webhook.html", context)


def _asked(request: MemberRequest, endpoint_id: UUID) -> Listed:
    return listed(
        request.GET,
        _here(request.shop.id, endpoint_id),
        query={
            "state": choice_in(request.GET, "state", STATES),
            "replay": request.GET.get("replay", ""),
        },
    )


def _wanted(asked: Listed) -> dict[str, Any]:
    """Of one state; of one replay.

    Raises:
        ValueError: that is no replay's id.
    """
    replay = asked.query.get("replay")
    return {"state": asked.query.get("state"), "replay_id": UUID(replay) if replay else None}


def _line(sent: Delivery) -> tuple[str, ...]:
    return (
        rfc3339(sent.created_at),
        str(sent.event_id),
        sent.type,
        sent.subject,
        str(sent.sequence),
        sent.state,
        str(sent.attempts),
        rfc3339(sent.finished_at) if sent.finished_at else "",
        str(sent.replay_id or ""),
    )


def _row(sent: Delivery) -> dict[str, Any]:
    sign = delivery_sign(sent.state)
    return {
        "event_id": sent.event_id,
        "type": sent.type,
        "subject": sent.subject,
        "sequence": sent.sequence,
        "attempts": sent.attempts,
        "at_text": time_text(sent.created_at),
        "replay_id": sent.replay_id,
        "tone": sign.tone,
        "icon": sign.icon,
        "word": sign.word,
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    worked = attempt.status is not None and 200 <= attempt.status < 300
    return {
        "number": attempt.number,
        "at_text": time_text(attempt.started_at),
        "took_text": "" if attempt.milliseconds is None else f"{attempt.milliseconds} ms",
        "status": attempt.status,
        "tone": "paid" if worked else "problem" if attempt.error or attempt.status else "wait",
        "icon": "check" if worked else "alert" if attempt.error or attempt.status else "clock",
        "error": attempt.error,
        "excerpt": attempt.excerpt,
    }
