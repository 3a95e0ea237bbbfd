"""What stands before a page: a sign-in, and the action it needs."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from gateway.shops.selectors import ShopView
from merchants.accounts.actions import roles_allow, roles_allowing
from merchants.accounts.factors.stepping import factor_asked, step_asked
from merchants.accounts.models import User
from merchants.accounts.selectors import house_entered, shop_entered

View = Callable[..., HttpResponseBase]


class MemberRequest(HttpRequest):
    """The request of somebody who may: with what the guard learnt of them and of the shop.

    Attributes:
        acts_in: the paired tablet that they stand at; empty in a signed-in session.
    """

    user: User
    roles: frozenset[str]
    shop: ShopView
    acts_in: str


def may(request: MemberRequest, action: str) -> bool:
    """Whether who is asking may do it in the page's shop. No query."""
    return roles_allow(request.roles, action)


def step_first(request: MemberRequest, action: str, *, back: str) -> HttpResponse | None:
    """Where to send who must first show a second factor, or set one up, to do ``action`` here; None
    if nothing is asked. One query for acts that matter, none for others.

    Args:
        back: the page to come back to.
    """
    shop = getattr(request, "shop", None)
    is_live = settings.LIVE_MODE if shop is None else shop.mode == "live"
    return step_asked(request, action, is_live=is_live, back=back)


def require_action(action: str, *, shop: str | None = "shop_id") -> Callable[[View], View]:
    """Let only those through who may do ``action``, and let them see what it is about: the rows of
    the shop, or of every shop for pages of the house. One query.

    Args:
        shop: the view's keyword argument that names the shop; None for pages of the house.

    Nobody signed in is asked to sign in. Somebody who has nothing to do with the shop learns
    nothing about it (404); a member whose role lacks the action is told so (403). The view finds
    the person's roles in ``request.roles`` and the shop in ``request.shop``; times are written in
    the shop's time zone. In a live house nobody changes anything of the house's without a second
    factor, once their time is over: one query more.
    """
    allowed = roles_allowing(action)  # a misspelt action fails at import, not at a click

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            member = cast(MemberRequest, request)
            member.acts_in = ""
            if shop is None:
                roles = house_entered(user=request.user, allowed=allowed)
                member.roles = _needed(roles, allowed, action)
                if (
                    settings.LIVE_MODE
                    and request.method == "POST"
                    and (asked := factor_asked(request))
                ):
                    return asked
                return view(member, *args, **kwargs)
            found = shop_entered(user=request.user, shop_id=kwargs[shop], allowed=allowed)
            if found is None:
                raise Http404
            member.shop, roles = found
            member.roles = _needed(roles, allowed, action)
            with timezone.override(ZoneInfo(member.shop.time_zone)):
                return view(member, *args, **kwargs)

        guarded.needs = action  # type: ignore[attr-defined]  # for the test that walks the table
        return guarded

    return decorate


def _needed(roles: frozenset[str], allowed: frozenset[str], action: str) -> frozenset[str]:
    """The roles, if one of them is allowed the action."""
    if not roles:
        raise Http404
    if not roles & allowed:
        raise PermissionDenied(action)
    return roles
