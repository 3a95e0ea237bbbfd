"""A person's devices on the page of their notices, and the worker that shows what is pushed."""

import hashlib
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from csp.constants import NONE, SELF
from csp.decorators import csp
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from merchants.accounts.models import User
from merchants.notices.errors import (
    BadSubscription,
    DevicesFull,
    DeviceUnknown,
    PushOff,
    TrialTooSoon,
)
from merchants.notices.models import Device
from merchants.notices.push.configuration import house_key, push_is_on
from merchants.notices.push.devices import (
    device_move,
    device_turn_off,
    device_turn_on,
    devices_of,
    trial_ask,
)
from merchants.notices.push.labels import label_of

HERE = "/notices/#push"
MOVED: Final = ("old_endpoint", "old_auth", "endpoint", "p256dh", "auth")
MOST_LETTERS: Final = 2_000


@csp({"default-src": [NONE], "connect-src": [SELF]})
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script that a browser runs when a message comes. It says the same to everybody, keeps
    nothing, and tells the house alone where the browser is reached once that changes; its scope is
    the page of notices."""
    return HttpResponse(
        render_to_string("notices/worker.js"),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )


@require_POST
@login_required
def turn_on(request: HttpRequest) -> HttpResponse:
    """The browser that sends this is told from now on."""
    here_only = request.POST.get("until") == "signed-out"
    try:
        device_turn_on(
            user=_person(request),
            endpoint=request.POST.get("endpoint", ""),
            p256dh=request.POST.get("p256dh", ""),
            auth=request.POST.get("auth", ""),
            label=label_of(request.headers.get("User-Agent", "")),
            session_key=request.session.session_key if here_only else None,
            now=timezone.now(),
        )
    except BadSubscription:
        messages.error(request, _("What this browser handed in can't be used to reach it."))
    except DevicesFull:
        messages.error(request, _("You are told on as many devices as one person may be."))
    except PushOff:
        messages.error(request, _("This house sends no push messages."))
    else:
        messages.success(request, _("On for this device."))
    return HttpResponseRedirect(HERE)


@csrf_exempt
@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """A browser's address has changed, which its worker says while nobody is signed in: the old
    address and its secret are its sign-in. What can't be is answered like what was done."""
    with suppress(DeviceUnknown, BadSubscription, PushOff):
        device_move(**{name: request.POST.get(name, "")[:MOST_LETTERS] for name in MOVED})
    return HttpResponse(status=204)


@require_POST
@login_required
def turn_off(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """That device is told no more."""
    try:
        device_turn_off(user=_person(request), device_id=device_id)
    except DeviceUnknown as error:
        raise Http404 from error
    messages.success(request, _("Removed: nothing is sent there any more."))
    return HttpResponseRedirect(HERE)


@require_POST
@login_required
def send_trial(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """A trial to that device."""
    try:
        trial_ask(user=_person(request), device_id=device_id, now=timezone.now())
    except DeviceUnknown as error:
        raise Http404 from error
    except TrialTooSoon:
        messages.error(request, _("A trial was sent to this device a moment ago."))
    else:
        messages.success(request, _("A trial is on its way; it takes a few seconds."))
    return HttpResponseRedirect(HERE)


def push_context(user: User) -> dict[str, Any]:
    """What the page says of push and the person's devices. One query."""
    if not push_is_on():
        return {"on": False, "devices": []}
    key = house_key().public
    return {"on": True, "key": key, "devices": [_row(one, key) for one in devices_of(user)]}


def _row(device: Device, key: str) -> dict[str, Any]:
    """A device for the page, which knows itself among them by the digest of its endpoint: the
    endpoint itself is no page's business."""
    return {
        "id": device.id,
        "label": device.label,
        "digest": hashlib.sha256(device.endpoint.encode()).hexdigest(),
        "made_at": device.made_at,
        "last_sent_at": device.last_sent_at,
        "until_signed_out": device.session_id is not None,
        "deaf": device.server_key != key,
    }


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the sign-in stands before every view that asks
    return request.user
