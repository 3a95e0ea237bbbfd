"""API keys, and the list of webhook endpoints."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from gateway.compliance.behaviour.models import NetworkSeen
from gateway.compliance.behaviour.selectors import key_networks
from gateway.events.errors import TillwayError
from merchants.accounts.actions import TILL_SCOPES
from merchants.accounts.guards import MemberRequest, require_action, step_first
from merchants.accounts.selectors import api_keys_of
from merchants.accounts.services import api_key_create, api_key_revoke
from merchants.dashboard.auditing import write_down
from merchants.dashboard.frame import draw
from merchants.dashboard.selectors import time_text
from merchants.plugins.known import BY_HAND, KnownPlugin
from merchants.plugins.services import PairingRefused, may_give, plugin_key_make
from merchants.pos.views import problem_words
from merchants.webhooks.selectors import endpoints_of
from merchants.webhooks.services import endpoint_create

NEW_FOR: Final = timedelta(days=7)
"""So long a network that was new to a key is marked as such."""


@never_cache
@require_GET
@require_action("webhook.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Keys and endpoints."""
    return _page(request, shop_id)


@require_POST
@require_action("api_key.manage")
def make_key(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """A key that can take money in and none out, or one with what a plugin wants. Its secret is in
    this answer and nowhere else."""
    if asked := step_first(request, "api_key.manage", back=f"/dashboard/{shop_id}/developers"):
        return asked
    name, plugin = request.POST.get("name", "")[:80], BY_HAND.get(request.POST.get("for", ""))
    try:
        secret = _key_made(request, name, plugin)
    except PairingRefused:
        said = _("Your role in this shop may not give this away. Ask its owner.")
        messages.error(request, said)
        return HttpResponseRedirect(f"/dashboard/{shop_id}/developers")
    except TillwayError as error:
        messages.error(request, problem_words(error))
        return HttpResponseRedirect(f"/dashboard/{shop_id}/developers")
    return _page(request, shop_id, secret={"title": _("Your new API key"), "text": secret})


def _key_made(request: MemberRequest, name: str, plugin: KnownPlugin | None) -> str:
    """Raises PairingRefused."""
    if plugin is not None:
        return plugin_key_make(
            shop=request.shop,
            plugin=plugin,
            name=name,
            user=request.user,
            roles=request.roles,
            now=timezone.now(),
        )
    _key, secret = api_key_create(
        shop_id=request.shop.id,
        mode=request.shop.mode,
        scopes=TILL_SCOPES,
        name=name,
        created_by=request.user,
        now=timezone.now(),
    )
    return secret


@require_POST
@require_action("api_key.manage")
def revoke_key(request: MemberRequest, shop_id: UUID, key_id: UUID) -> HttpResponse:
    """From the next request on it opens nothing."""
    try:
        api_key_revoke(
            shop_id=shop_id, key_id=key_id, now=timezone.now(), by=f"user:{request.user.pk}"
        )
        messages.success(request, _("The key was revoked."))
    except TillwayError as error:
        messages.error(request, problem_words(error))
    return HttpResponseRedirect(f"/dashboard/{shop_id}/developers")


@require_POST
@require_action("webhook.manage")
def add_endpoint(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """An endpoint for every event. Its secret is in this answer and nowhere else."""
    try:
        with transaction.atomic():
            endpoint, secret = endpoint_create(
                shop_id=shop_id, url=request.POST.get("url", "").strip(), now=timezone.now()
            )
            write_down(request, "webhook.made", subject=f"webhook:{endpoint.id}")
    except TillwayError as error:
        messages.error(request, problem_words(error))
        return HttpResponseRedirect(f"/dashboard/{shop_id}/developers")
    title = _("The signing secret of your new endpoint")
    return _page(request, shop_id, secret={"title": title, "text": secret})


def _network(row: NetworkSeen) -> dict[str, Any]:
    """A network that a key was used from: its prefix, the day, and whether it is new to the key."""
    is_new = row.standing == "new" and timezone.now() - row.first_at <= NEW_FOR
    return {"name": row.network, "day": f"{timezone.localdate(row.last_at)}", "is_new": is_new}


def _page(
    request: MemberRequest, shop_id: UUID, *, secret: dict[str, Any] | None = None
) -> HttpResponse:
    keys = api_keys_of(shop_id)
    networks = key_networks(shop_id=shop_id, key_ids=[key.id for key in keys])
    context = {
        "keys": [
            {
                **key.as_dict(),
                "used_text": time_text(key.last_used_at),
                "networks": [_network(row) for row in networks.get(key.id, ())],
            }
            for key in keys
        ],
        "plugins": [
            {"word": word, "name": plugin.name}
            for word, plugin in BY_HAND.items()
            if plugin.name and may_give(plugin.permissions, roles=request.roles)
        ],
        "endpoints": endpoints_of(shop_id),
        "secret": secret,
        "embed_tag": f'<script src="{settings.PUBLIC_URL}/embed/tillway.js" defer></script>',
    }
    response = draw(request, "dashboard/developers.html", context)
    response["Cache-Control"] = "no-store"
    return response
