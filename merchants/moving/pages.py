"""Moving in: a file or an old server, what it would change, how far it is, what is left."""

from collections.abc import Callable
from typing import Any, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from gateway.events.errors import TillwayError
from gateway.outside.uploads import OneFileInMemory
from gateway.shops.zones import zone_names
from merchants.accounts.guards import MemberRequest, require_action, step_first
from merchants.dashboard.frame import draw
from merchants.dashboard.selectors import time_text
from merchants.moving import moves, selectors
from merchants.moving.errors import MoveNotFound
from merchants.moving.models import UNDER_WAY, WORKING, Move, UnreadRow
from merchants.moving.rows import SOURCES
from merchants.moving.taking import Chosen, Taken, move_take
from merchants.moving.words import (
    error_words,
    here_words,
    hook_words,
    note_words,
    old_words,
    problem,
    reason_words,
    setting_word,
    source_word,
    state_sign,
)

ACTION: Final = "shop.move_in"
ROOM_BYTES: Final = 64 * 1024
"""For what a form has around its file."""


@never_cache
@require_GET
@require_action(ACTION)
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """The two ways in, and the moves so far."""
    return _begin(request)


@csrf_exempt  # the token stands in the body, which is read only where it is known to be short
@require_POST
@require_action(ACTION)
def from_file(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Take an export in."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > moves.MOST_BYTES + ROOM_BYTES:
        return _begin(request, file_problem=_("This file is too large."), status=413)
    request.upload_handlers = [OneFileInMemory(request, max_bytes=moves.MOST_BYTES)]
    return _from_file(request)


@csrf_protect
def _from_file(request: HttpRequest) -> HttpResponse:
    member = cast(MemberRequest, request)
    upload, zone = request.FILES.get("file"), request.POST.get("zone", "")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = member.shop.time_zone
    try:
        move = moves.move_from_file(
            shop_id=member.shop.id,
            upload=upload.read() if upload else b"",
            zone=zone,
            with_emails=request.POST.get("emails") == "yes",
            by=_who(member),
            now=timezone.now(),
        )
    except TillwayError as error:
        return _begin(member, file_problem=problem(error), status=error.status)
    return HttpResponseRedirect(_address(member, move.id))


@sensitive_post_parameters("key")
@never_cache
@require_POST
@require_action(ACTION)
def from_server(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Look at an old server with a key."""
    source = request.POST.get("source", "")
    if source not in SOURCES:
        raise Http404
    try:
        move = moves.move_from_server(
            shop_id=shop_id,
            source=source,
            url=request.POST.get("url", ""),
            key=request.POST.get("key", ""),
            by=_who(request),
            now=timezone.now(),
        )
    except TillwayError as error:
        typed = {"url": request.POST.get("url", "")[:500], "source": source}
        return _begin(request, server_problem=problem(error), typed=typed, status=error.status)
    return HttpResponseRedirect(_address(request, move.id))


@never_cache
@require_GET
@require_action(ACTION)
def one(request: MemberRequest, shop_id: UUID, move_id: UUID) -> HttpResponse:
    """How far a move is, what it asks, what it left out."""
    return _one(request, _found(shop_id, move_id))


@never_cache
@require_GET
@require_action(ACTION)
def status(request: MemberRequest, shop_id: UUID, move_id: UUID) -> HttpResponse:
    """What the page compares, to draw itself anew."""
    return JsonResponse({"version": _version(_found(shop_id, move_id))})


@never_cache
@require_POST
@require_action(ACTION)
def store(request: MemberRequest, shop_id: UUID, move_id: UUID) -> HttpResponse:
    """Which store of the old server this shop is."""
    return _act(
        request,
        move_id,
        lambda: moves.move_choose_store(
            shop_id=shop_id,
            move_id=move_id,
            store_id=request.POST.get("store", ""),
            now=timezone.now(),
        ),
    )


@never_cache
@require_POST
@require_action(ACTION)
def take(request: MemberRequest, shop_id: UUID, move_id: UUID) -> HttpResponse:
    """Take what was ticked. The new webhooks' secrets are in this answer and nowhere else."""
    here = _address(request, move_id)
    if asked := step_first(request, ACTION, back=here):
        return asked
    chosen = Chosen(
        settings=frozenset(request.POST.getlist("setting")),
        webhooks=frozenset(request.POST.getlist("webhook")),
        items=request.POST.get("items") == "yes",
        history=request.POST.get("history") == "yes",
        with_transactions=request.POST.get("transactions") == "yes",
        with_emails=request.POST.get("emails") == "yes",
    )
    try:
        taken = move_take(
            shop=request.shop, move_id=move_id, chosen=chosen, by=_who(request), now=timezone.now()
        )
    except MoveNotFound as error:
        raise Http404 from error
    except TillwayError as error:
        messages.error(request, problem(error))
        return HttpResponseRedirect(here)
    if not taken.made and not taken.refused:
        return HttpResponseRedirect(here)
    return _one(request, _found(shop_id, move_id), taken=taken)


@never_cache
@require_POST
@require_action(ACTION)
def stop(request: MemberRequest, shop_id: UUID, move_id: UUID) -> HttpResponse:
    """Bring nothing more over."""
    return _act(
        request,
        move_id,
        lambda: moves.move_stop(shop_id=shop_id, move_id=move_id, now=timezone.now()),
    )


@sensitive_post_parameters("key")
@never_cache
@require_POST
@require_action(ACTION)
def again(request: MemberRequest, shop_id: UUID, move_id: UUID) -> HttpResponse:
    """Go on with a key pasted anew."""
    return _act(
        request,
        move_id,
        lambda: moves.move_again(
            shop_id=shop_id,
            move_id=move_id,
            key=request.POST.get("key", ""),
            now=timezone.now(),
        ),
    )


@never_cache
@require_GET
@require_action(ACTION)
def checklist(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """What is over, and what is left of the evening."""
    steps = selectors.steps_of(request.shop)
    return draw(request, "moving/checklist.html", {"steps": steps})


# --- parts ---------------------------------------------------------------------------------------


def _who(request: MemberRequest) -> str:
    return f"user:{request.user.id}"


def _address(request: MemberRequest, move_id: UUID) -> str:
    return f"/dashboard/{request.shop.id}/settings/moving/{move_id}"


def _found(shop_id: UUID, move_id: UUID) -> Move:
    try:
        return selectors.move_get(shop_id=shop_id, move_id=move_id)
    except MoveNotFound as error:
        raise Http404 from error


def _act(request: MemberRequest, move_id: UUID, do: Callable[[], Move]) -> HttpResponse:
    try:
        do()
    except MoveNotFound as error:
        raise Http404 from error
    except TillwayError as error:
        messages.error(request, problem(error))
    return HttpResponseRedirect(_address(request, move_id))


def _begin(
    request: MemberRequest,
    *,
    file_problem: str = "",
    server_problem: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = selectors.moves_of(shop_id=request.shop.id)
    context = {
        "moves": [_row(one) for one in rows],
        "busy": next((one.id for one in rows if one.state in UNDER_WAY), None),
        "file_problem": file_problem,
        "server_problem": server_problem,
        "typed": typed or {"source": "btcpay"},
        "sources": [(one, source_word(one)) for one in SOURCES],
        "zones": zone_names(),
        "most_mb": moves.MOST_BYTES // 1024 // 1024,
    }
    return draw(request, "moving/begin.html", context, status=status)


def _row(move: Move) -> dict[str, Any]:
    return {
        "id": move.id,
        "source": source_word(move.source),
        "where": move.url or _("Export file"),
        "sign": state_sign(move),
        "began_text": time_text(move.began_at),
        "added": move.added,
        "unread": move.unread,
    }


def _one(request: MemberRequest, move: Move, *, taken: Taken | None = None) -> HttpResponse:
    choosing = move.state == "choosing"
    has_shop = choosing and bool(move.store_id)
    unread = selectors.unread_of(move) if move.unread else []
    context = {
        "move": move,
        "row": _row(move),
        "here": _address(request, move.id),
        "version": _version(move),
        "follows": move.state in WORKING,
        "stores": move.found.get("stores", ()) if choosing and not move.store_id else (),
        "old_name": (move.found.get("shop") or {}).get("name", ""),
        "has_shop": has_shop,
        "lines": _lines(move, request) if has_shop else [],
        "hooks": _hooks(move) if has_shop else [],
        "hooks_hidden": has_shop and move.source == "btcpay" and not _hooks_told(move),
        "items": move.found.get("items") if has_shop else None,
        "problem": error_words(move.error),
        "unread": [_unread(row) for row in unread],
        "unread_more": max(0, move.unread - len(unread)),
        "can_stop": move.state in UNDER_WAY,
        "can_go_on": move.way == "server" and move.state in ("failed", "stopped"),
        "taken": taken,
        "refused": [(url, problem(error)) for url, error in taken.refused] if taken else [],
    }
    response = draw(request, "moving/move.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _lines(move: Move, request: MemberRequest) -> list[dict[str, Any]]:
    return [
        {
            "setting": line.setting,
            "word": setting_word(line.setting),
            "old": old_words(line),
            "now": here_words(line, line.now),
            "new": here_words(line, line.new) if line.can_be_taken else "",
            "note": note_words(line),
            "can": line.can_be_taken,
        }
        for line in selectors.settings_of(move, shop=request.shop)
    ]


def _hooks(move: Move) -> list[dict[str, Any]]:
    return [
        {"id": hook.id, "url": hook.url, "words": hook_words(hook), "can": hook.can_be_taken}
        for hook in selectors.hooks_of(move)
    ]


def _hooks_told(move: Move) -> bool:
    return bool((move.found.get("shop") or {}).get("webhooks"))


def _unread(row: UnreadRow) -> dict[str, Any]:
    return {
        "is_item": row.kind == "item",
        "line": row.line,
        "old_id": row.old_id,
        "why": reason_words(row.reason),
    }


def _version(move: Move) -> str:
    """What of it a reader sees changes with this."""
    counts = (move.rows_read, move.items_read, move.added, move.unread)
    return "-".join(map(str, (move.state, *counts, move.error, move.attempts)))
