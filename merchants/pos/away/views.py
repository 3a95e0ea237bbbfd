"""What a tablet sends of the time it had no connection, and what one leaves that was taken off."""

import json
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from gateway.compliance.behaviour.noticing import till_used
from gateway.events.errors import TillwayError
from merchants.pos.away.booking import away_leave, away_take
from merchants.pos.away.errors import AwayInvalid
from merchants.pos.away.said import said_from
from merchants.pos.away.words import why_word
from merchants.pos.models import AwaySale
from merchants.receipts.selectors import receipt_of_sale
from merchants.tills import cookies
from merchants.tills.acting import maker_of
from merchants.tills.guards import TillRequest, cleared, refusal, require_till
from merchants.tills.models import Device
from merchants.tills.selectors import device_taken_off

MOST_AT_ONCE: Final = 100
"""So many of those that a tablet leaves are read at once: it asks again with the others."""
MOST_BYTES: Final = 2 * 1024 * 1024
"""A ticket of 200 lines with their modifiers is some 600 KB: the limit for forms is below that."""


@never_cache
@require_POST
@require_till("invoice.create")
def send(request: TillRequest, shop_id: UUID) -> HttpResponse:
    """One ticket that this tablet kept. It is safe here from now on, booked or waiting for a
    manager: the tablet forgets it. A refusal (``X-Problem``) leaves it on the tablet."""
    if request.till is None:
        raise Http404
    now = timezone.now()
    try:
        row = away_take(
            shop=request.shop,
            said=said_from(_sent(request)),
            device_id=request.till.device_id,
            sent_by=request.user.id,
            now=now,
        )
    except TillwayError as refused:
        return refusal(refused)
    till_used(shop=request.shop, who=maker_of(request), act="sale", now=now)
    return JsonResponse(_told(row))


def _told(row: AwaySale) -> dict[str, Any]:
    """What became of it, in words for the till."""
    told = {"state": row.state, "number": row.number, "href": "", "words": ""}
    home = f"/pos/{row.shop_id}"
    if row.state != "booked":
        told["words"] = _("It waits for a manager: %(why)s") % {"why": why_word(row.why)}
    elif row.ends == "cash":
        receipt, _is_gone = receipt_of_sale(shop_id=row.shop_id, source=f"ticket:{row.ticket_id}")
        assert receipt is not None  # booked with it
        told["href"] = f"{home}/receipts/{receipt.id}"
        told["words"] = _("Receipt %(label)s") % {"label": receipt.label}
    else:
        told["href"] = f"{home}/tickets/{quote(str(row.ticket_id))}"
        told["words"] = why_word(row.why) if row.why else _("It is among the tickets.")
    return told


@csrf_exempt  # its cookie is sent by this site's own pages alone (SameSite=Strict)
@never_cache
@require_POST
def left(request: HttpRequest) -> HttpResponse:
    """What a tablet still had when it was taken off. None of it becomes a sale; a manager sees it.
    The answer has the keys of those that are safe here: the tablet forgets these and no other.

    One that says that it has none (204) is told to wipe everything; ``end`` has it forget that it
    was a till. One that is a till still, or was never one, is not there (404).
    """
    device = device_taken_off(cookies.token_in(request))
    if device is None:
        raise Http404
    try:
        sent = _sent(request)
        sales = sent["sales"]
        if not isinstance(sales, list):
            raise AwayInvalid
    except (AwayInvalid, KeyError, TypeError):
        return refusal(AwayInvalid())
    if sales:
        return JsonResponse({"keys": _written_down(device, sales[:MOST_AT_ONCE])})
    response = HttpResponse(status=204)
    if sent.get("end"):
        cookies.drop(response)
    return cleared(response)


def _written_down(device: Device, sales: list[Any]) -> list[str]:
    keys = []
    for one in sales:
        # What is no ticket of ours keeps none of the others from being left.
        with suppress(TillwayError):
            said = said_from(one)
            if away_leave(device=device, said=said, now=timezone.now()):
                keys.append(said.key)
    return keys


def _sent(request: HttpRequest) -> Any:
    """The body as JSON's own types, up to ``MOST_BYTES``.

    Raises:
        AwayInvalid
    """
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise AwayInvalid
    try:
        return json.loads(body)  # half a sign at a name's end is dropped later: orjson refuses all
    except (ValueError, RecursionError) as error:
        raise AwayInvalid from error
