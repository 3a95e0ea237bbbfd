"""Sending again what a webhook endpoint missed or had: asked for, counted first, then begun."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from gateway.events.errors import TillwayError
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.auditing import write_down
from merchants.dashboard.replay_form import ReplayForm
from merchants.dashboard.selectors import time_text
from merchants.pos.views import problem_words
from merchants.webhooks.errors import EndpointUnknown
from merchants.webhooks.models import Endpoint, Replay
from merchants.webhooks.replaying import (
    EVENTS_A_REPLAY,
    missed_since,
    replay_begin,
    replay_count,
    replay_glance,
)
from merchants.webhooks.selectors import replays_of

MOST_REPLAYS: Final = 5


@require_POST
@require_action("webhook.manage")
def begin(request: MemberRequest, shop_id: UUID, endpoint_id: UUID) -> HttpResponse:
    """Begin the replay that the page counted; pressed twice it is the same one."""
    here = f"/dashboard/{shop_id}/developers/webhooks/{endpoint_id}"
    try:
        since, until = (datetime.fromisoformat(request.POST[name]) for name in ("since", "until"))
        if since.tzinfo is None or until.tzinfo is None:
            raise ValueError
    except (KeyError, ValueError):
        messages.error(request, _("That range of time can't be read. Type it again."))
        return HttpResponseRedirect(f"{here}#replay")
    events = [request.POST["events"]] if request.POST.get("events") else []
    try:
        with transaction.atomic():
            replay, is_new = replay_begin(
                shop_id=shop_id,
                endpoint_id=endpoint_id,
                since=since,
                until=until,
                events=events,
                key=key_of(request),
                now=timezone.now(),
            )
            if is_new:
                write_down(request, "webhook.replayed", subject=f"webhook:{endpoint_id}")
        messages.success(request, begun_words(replay))
    except EndpointUnknown as error:
        raise Http404 from error
    except TillwayError as error:
        messages.error(request, replay_problem(error))
    return HttpResponseRedirect(f"{here}#replay")


def key_of(request: MemberRequest) -> str:
    """By which a form that is sent twice is known."""
    return f"dashboard:{request.POST.get('key', '')[:64] or uuid4()}"


def begun_words(replay: Replay) -> str:
    return ngettext(
        "%(number)d message is sent again, in order.",
        "%(number)d messages are sent again, in order.",
        replay.counted,
    ) % {"number": replay.counted}


def replay_part(request: MemberRequest, endpoint: Endpoint) -> dict[str, Any]:
    """What the endpoint's page shows of replays. One query, and where a range was typed the count.

    Nothing is begun by it: a range that was typed is counted.
    """
    is_asked = "since" in request.GET
    form = ReplayForm(endpoint, request.GET if is_asked else None)
    replays = replays_of(shop_id=endpoint.shop_id, endpoint_id=endpoint.id, most=MOST_REPLAYS)
    return {
        "replay_form": form,
        "replay_preview": _preview(endpoint, form) if is_asked and form.is_valid() else None,
        "replays": [_row(replay) for replay in replays],
    }


def missed_by(endpoint: Endpoint, *, now: datetime) -> dict[str, Any] | None:
    """What happened while it was off, to be sent if somebody says so; None if that isn't known.
    At most two queries: of many it is said that they are at least so many."""
    since = missed_since(endpoint, now=now)
    if since is None:
        return None
    count, is_more = replay_glance(endpoint, since=since, until=now)
    return {
        "count": count,
        "is_more": is_more,
        "since_text": time_text(since),
        "key": uuid4(),
    }


def replay_problem(error: TillwayError) -> str:
    """A refusal in the reader's language."""
    known = {
        "replay_range_invalid": _("The range has to begin before it ends, and in the past."),
        "replay_too_old": _("What happened more than 100 days ago can't be sent again."),
        "replay_too_large": _(
            "More than %(limit)d events happened in this time. Send a part of it, then the next."
        )
        % {"limit": EVENTS_A_REPLAY},
        "replay_key_conflict": _("This page asked for something else before. Load it again."),
        "replay_running": _("Another replay is under way. Wait until it is done."),
        "webhook_endpoint_disabled": _("This endpoint is off. Switch it on first."),
    }
    return known.get(error.code) or problem_words(error)


def _preview(endpoint: Endpoint, form: ReplayForm) -> dict[str, Any] | None:
    """How many messages it would be; a problem becomes the form's."""
    now = timezone.now()
    since, until = form.range_until(now)
    try:
        count = replay_count(
            shop_id=endpoint.shop_id,
            endpoint_id=endpoint.id,
            since=since,
            until=until,
            events=form.chosen,
            now=now,
        )
    except TillwayError as error:
        form.add_error("since", replay_problem(error))
        form.fields["since"].widget.attrs["aria-invalid"] = "true"
        return None
    return {
        "count": count,
        "since": since.isoformat(),
        "until": until.isoformat(),
        "since_text": time_text(since),
        "until_text": time_text(until),
        "events": form.cleaned_data["events"],
        "key": uuid4(),
    }


def _row(replay: Replay) -> dict[str, Any]:
    tone, icon, word = {
        Replay.OPEN: ("wait", "clock", _("Under way")),
        Replay.DONE: ("paid", "check", _("All queued")),
        Replay.FAILED: ("problem", "alert", _("Given up")),
    }[replay.state]
    return {
        "id": replay.id,
        "since_text": time_text(replay.since),
        "until_text": time_text(replay.until),
        "asked_text": time_text(replay.asked_at),
        "events": ", ".join(replay.events),
        "counted": replay.counted,
        "queued": replay.queued,
        "tone": tone,
        "icon": icon,
        "word": word,
    }
