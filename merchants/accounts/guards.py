"""What stands before a page: a sign-in, and the action it needs."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone

from gateway.shops.errors import ShopUnknown
from gateway.shops.selectors import shop_view
from merchants.accounts.actions import roles_allowing
from merchants.accounts.selectors import roles_of

View = Callable[..., HttpResponseBase]


def require_action(action: str, *, shop: str | None = "shop_id") -> Callable[[View], View]:
    """Let only those through who may do ``action``.

    Args:
        shop: the view's keyword argument that names the shop; None for pages of the house.

    Nobody signed in is asked to sign in. Somebody who has nothing to do with the shop learns
    nothing about it (404); a member whose role lacks the action is told so (403). The view finds
    the person's roles in ``request.roles``; times are written in the shop's time zone.
    """
    allowed = roles_allowing(action)  # a misspelt action fails at import, not at a click

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            shop_id: UUID | None = kwargs[shop] if shop else None
            roles = roles_of(user=request.user, shop_id=shop_id)
            if not roles:
                raise Http404
            if not roles & allowed:
                raise PermissionDenied(action)
            request.roles = roles  # type: ignore[attr-defined]
            if shop_id is None:
                return view(request, *args, **kwargs)
            with timezone.override(_zone_of(shop_id)):
                return view(request, *args, **kwargs)

        return guarded

    return decorate


def _zone_of(shop_id: UUID) -> ZoneInfo:
    try:
        return ZoneInfo(shop_view(shop_id=shop_id).time_zone)
    except ShopUnknown as error:
        raise Http404 from error
