"""Bank payouts: what a payment provider still wants to know, and the way to its own pages."""

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gateway.events.errors import TillwayError
from gateway.ramps.accounts import account_look, bank_rests_until
from gateway.ramps.configuration import RampSettings, ramp_settings
from gateway.ramps.models import RampAccount
from gateway.ramps.onboarding import onboarding_link
from gateway.ramps.presenters import account_as_dict
from gateway.ramps.selectors import accounts_of
from gateway.ramps.terms import Link
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.dashboard.bank_words import bank_sign, bank_words, ramp_word, requirement_words
from merchants.dashboard.frame import draw
from merchants.dashboard.selectors import time_text

CONNECT: Final = "shop.change_payout_address"
"""Who may say which bank the shop's money goes to."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_action("payout.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Each provider and what it lacks; a POST makes a link to its pages, good for minutes.

    The link is shown and not followed for its reader: a form here may lead to no other site.
    """
    offered = [entry for entry in ramp_settings() if entry.mode == request.shop.mode]
    if request.method != "POST":
        if "back" in request.GET:
            for row in accounts_of(shop_id=shop_id):
                account_look(account_id=row.id, now=timezone.now())
            messages.success(request, _("Thank you. We ask how far it is; look again in a minute."))
        if "ended" in request.GET:
            messages.error(request, _("That link has ended. Open a new one."))
        return _page(request, offered)
    if not may(request, CONNECT):
        raise PermissionDenied(CONNECT)
    with_pages = [one for one in offered if one.kind == "stripe"]
    entry = next((one for one in with_pages if one.name == request.POST.get("ramp")), None)
    if entry is None:
        raise Http404
    here = f"{settings.PUBLIC_URL}/dashboard/{shop_id}/banks"
    try:
        link = onboarding_link(
            shop_id=shop_id,
            mode=request.shop.mode,
            ramp=entry.name,
            return_url=f"{here}?back=1",
            refresh_url=f"{here}?ended=1",
            now=timezone.now(),
        )
    except TillwayError as error:
        messages.error(request, _("The provider does not answer now. Try again in a minute."))
        return _page(request, offered, status=error.status)
    return _page(request, offered, links={entry.name: link})


def _page(
    request: MemberRequest,
    offered: list[RampSettings],
    *,
    links: dict[str, Link] | None = None,
    status: int = 200,
) -> HttpResponse:
    rows = {row.ramp: row for row in accounts_of(shop_id=request.shop.id)}
    context = {
        "ways": [
            _way(entry, rows.get(entry.name), link=(links or {}).get(entry.name))
            for entry in offered
        ],
        "can_connect": may(request, CONNECT),
    }
    return draw(request, "dashboard/banks.html", context, status=status)


def _rests_until(row: RampAccount | None) -> str:
    """Until when a bank account that was changed at the provider cools off; empty if it doesn't."""
    until = bank_rests_until(row) if row is not None else None
    return time_text(until) if until is not None and until > timezone.now() else ""


def _way(entry: RampSettings, row: RampAccount | None, *, link: Link | None) -> dict[str, Any]:
    found = account_as_dict(row) if row is not None else None
    state = found["status"] if found else "none"
    wanted = found["requirements"] if found else {"due": [], "past_due": [], "deadline": None}
    late = set(wanted["past_due"])
    return {
        "ramp": entry.name,
        "name": ramp_word(entry.kind),
        "currencies": ", ".join(sorted(entry.currencies)),
        "banks": ", ".join(found["currencies"]) if found else "",
        "state": state,
        "sign": bank_sign(state),
        "words": bank_words(state, name=ramp_word(entry.kind), by_hand=entry.kind != "stripe"),
        "by_hand": entry.kind != "stripe",
        "wanted": [
            {"word": word, "late": bool(late & set(names)), "names": ", ".join(names)}
            for word, names in requirement_words(wanted["due"])
        ],
        "deadline": time_text(wanted["deadline"]) if wanted["deadline"] else "",
        "told_at": time_text(found["told_at"]) if found and found["told_at"] else "",
        "rests_until": _rests_until(row),
        "link": link.url if link else "",
    }
