"""Pairing: a plugin sends a person here, they say yes for one shop, the plugin gets a key.

The key leaves this house in one place only: in the form that the person's own browser posts to the
address the plugin named, which the page's policy allows for that answer alone.
"""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gateway.shops.models import Shop
from merchants.accounts.actions import roles_allowing
from merchants.accounts.factors.stepping import step_asked
from merchants.accounts.models import User
from merchants.accounts.selectors import shop_entered, shops_of
from merchants.plugins.addresses import LONGEST_URL, AddressRefused, origin_of
from merchants.plugins.permissions import GRANTS, of_store
from merchants.plugins.services import Application, PairingRefused, may_give, plugin_pair
from merchants.plugins.words import permission_words

LONGEST_NAME: Final = 80
HOMES: Final = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
GIVES: Final = "api_key.manage"


class AskedWrongly(Exception):
    """The plugin's link can't be used; says why, for whoever made the plugin."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What a plugin's link asks for."""

    application: Application
    redirect: str

    @property
    def is_plain(self) -> bool:
        """Whether the key would cross a network that anybody may listen to."""
        parts = urlsplit(self.redirect)
        return parts.scheme == "http" and parts.hostname not in HOMES

    @property
    def may_frame(self) -> bool:
        """Whether its site will be one that may show the checkout in a frame."""
        return self.application.host.startswith("https://")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """GET: what it asks for, and for which shop. POST: the person has said yes."""
    try:
        asking = _asking(request)
    except AskedWrongly as wrong:
        return render(request, "plugins/wrong.html", {"reason": str(wrong)}, status=400)
    if request.method == "POST":
        return _paired(request, asking)
    return _page(request, asking)


def _asking(request: HttpRequest) -> Asking:
    """Raises AskedWrongly."""
    query = request.GET
    redirect = query.get("redirect", "")
    try:
        host = origin_of(redirect)
    except AddressRefused:
        raise AskedWrongly(_("It names no web address to send the key to.")) from None
    permissions = tuple(dict.fromkeys(query.getlist("permissions")))
    unknown = [one[:80] for one in permissions if one not in GRANTS]
    if unknown:
        raise AskedWrongly(
            _("It asks for what is not given away here: %(names)s.") % {"names": ", ".join(unknown)}
        )
    if not permissions:
        raise AskedWrongly(_("It doesn't say what it wants to do."))
    shown = "".join(one for one in query.get("applicationName", "") if one.isprintable())
    return Asking(
        application=Application(
            name=shown.strip()[:LONGEST_NAME] or urlsplit(redirect).hostname or host,
            identifier=query.get("applicationIdentifier", "").replace("\0", "")[:LONGEST_URL],
            host=host,
            permissions=permissions,
        ),
        redirect=redirect,
    )


def _page(
    request: HttpRequest, asking: Asking, *, problem: str = "", status: int = 200
) -> HttpResponse:
    shops = [_shop_row(shop, role, asking) for shop, role in shops_of(_person(request))]
    open_rows = [row for row in shops if row["may"]]
    context = {
        "application": asking.application,
        "asked": [permission_words(one) for one in asking.application.permissions],
        "shops": shops,
        "chosen": open_rows[0]["id"] if len(open_rows) == 1 else request.POST.get("shop", ""),
        "may_any": bool(open_rows),
        "may_frame": asking.may_frame,
        "here": request.get_full_path(),
        "problem": problem,
    }
    return render(request, "plugins/authorize.html", context, status=status)


def _shop_row(shop: Shop, role: str, asking: Asking) -> dict[str, Any]:
    lacks_role = not may_give(asking.application.permissions, roles={role})
    lacks_https = shop.mode == "live" and asking.is_plain
    return {
        "id": str(shop.id),
        "name": shop.name,
        "is_test": shop.mode == "test",
        "may": not lacks_role and not lacks_https,
        "lacks_role": lacks_role,
        "lacks_https": lacks_https and not lacks_role,
    }


def _paired(request: HttpRequest, asking: Asking) -> HttpResponse:
    user = _person(request)
    try:
        shop_id = UUID(request.POST.get("shop", ""))
    except ValueError:
        return _page(request, asking, problem=_("Choose a shop first."), status=422)
    entered = shop_entered(user=user, shop_id=shop_id, allowed=roles_allowing(GIVES))
    if entered is None:
        raise Http404
    shop, roles = entered
    is_live = shop.mode == "live"
    asked = step_asked(request, GIVES, is_live=is_live, back=request.get_full_path())
    if asked is not None:
        return asked
    if is_live and asking.is_plain:
        said = _("A key to real money is sent to an https:// address only.")
        return _page(request, asking, problem=said, status=422)
    try:
        secret = plugin_pair(
            shop=shop,
            application=asking.application,
            user=user,
            roles=roles,
            now=timezone.now(),
        )
    except PairingRefused:
        said = _("Your role in this shop may not give this away. Ask its owner.")
        return _page(request, asking, problem=said, status=403)
    return _handed_over(request, asking, shop_id=shop_id, secret=secret)


def _handed_over(
    request: HttpRequest, asking: Asking, *, shop_id: UUID, secret: str
) -> HttpResponse:
    """The page whose form carries the key to the plugin; without a script, by a click."""
    context = {
        "application": asking.application,
        "redirect": asking.redirect,
        "secret": secret,
        "user_id": str(_person(request).pk),
        "permissions": [of_store(one, shop_id) for one in asking.application.permissions],
    }
    response = render(request, "plugins/hand_over.html", context)
    response._csp_replace = {"form-action": [asking.application.host]}  # type: ignore[attr-defined]
    return response


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
