"""Whose wallet a shop is paid to: its own, as a signature shows, or an account with a provider."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gateway.chains.addresses import checksum
from gateway.compliance.travelling.configuration import travel_settings
from gateway.compliance.travelling.errors import TravelError
from gateway.compliance.travelling.ownership import Ownership
from gateway.compliance.travelling.proving import (
    challenge_issue,
    proof_in_force,
    wallet_prove,
)
from gateway.compliance.travelling.wallets import (
    wallet_is_ours,
    wallet_is_with_provider,
    wallet_said,
)
from gateway.shops.selectors import ShopView
from merchants.accounts.guards import MemberRequest, may, require_action, step_first
from merchants.dashboard.frame import draw
from merchants.dashboard.selectors import time_text

CHANGE = "shop.change_payout_address"


def is_wallet_asked(shop: ShopView) -> bool:
    """Whether anybody wants to know whose wallet it is. No query."""
    return shop.payout_address is not None and travel_settings().counts(shop.mode)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_action("settings.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """What is known of the wallet in force. A POST asks for the text to sign, takes its signature,
    or names the provider."""
    shop = request.shop
    if not is_wallet_asked(shop) or shop.payout_address is None:
        raise Http404
    if request.method != "POST":
        return _page(request, shop, shop.payout_address)
    if not may(request, CHANGE):
        raise PermissionDenied(CHANGE)
    if asked := step_first(request, CHANGE, back=request.path):
        return asked
    return _posted(request, shop, shop.payout_address)


def _posted(request: MemberRequest, shop: ShopView, address: bytes) -> HttpResponse:
    now, by = timezone.now(), f"user:{request.user.pk}"
    whose: dict[str, Any] = {"shop_id": shop.id, "address": address, "mode": shop.mode, "now": now}
    do = request.POST.get("do", "")
    try:
        if do == "provider":
            typed = request.POST.get("travel_address", "")
            wallet_is_with_provider(**whose, travel_address=typed, by=by)
            messages.success(request, _("Saved. We ask your provider before we pay."))
        elif do == "prove":
            nonce = _nonce(request.POST.get("nonce", ""))
            signature = request.POST.get("signature", "")
            wallet_prove(**whose, purpose="payout", nonce=nonce, signature=signature)
            wallet_is_ours(**whose, by=by)
            messages.success(request, _("Confirmed. What waited for it goes out now."))
        else:
            asked = _asked(shop, address)
            return _page(request, shop, address, asked=asked)
    except TravelError as refused:
        again = None if do == "provider" else _asked(shop, address)
        problem = refusal_words(refused)
        return _page(
            request, shop, address, asked=again, problem=problem, of=do, status=refused.status
        )
    return HttpResponseRedirect(f"/dashboard/{shop.id}/settings/wallet")


def _asked(shop: ShopView, address: bytes) -> Ownership:
    return challenge_issue(
        shop_id=shop.id, address=address, purpose="payout", about=shop.name, now=timezone.now()
    )


def _nonce(typed: str) -> bytes:
    try:
        return bytes.fromhex(typed[:64])
    except ValueError:
        return b""


def _page(
    request: MemberRequest,
    shop: ShopView,
    address: bytes,
    *,
    asked: Ownership | None = None,
    problem: str = "",
    of: str = "",
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    proof = proof_in_force(shop_id=shop.id, address=address, now=now)
    said = wallet_said(shop_id=shop.id, address=address)
    is_with_provider = said is not None and said.kind == "provider"
    context = {
        "address": checksum(address),
        "proven_until": time_text(proof.valid_until) if proof and not is_with_provider else "",
        "provider": said.counterparty_name if said and is_with_provider else "",
        "asked": asked,
        "nonce": asked.nonce.hex() if asked else "",
        "problem": problem,
        "problem_of": of,
        "typed": request.POST.get("travel_address", "")[:3_000],
        "may_change": may(request, CHANGE),
    }
    return draw(request, "dashboard/payout_wallet.html", context, status=status)


def refusal_words(refused: TravelError) -> str:
    """Why it was not taken, and what to do."""
    words = {
        "ownership_refused": _("This is not a signature of this text by this wallet."),
        "ownership_unasked": _("The network can't be asked about this wallet now. Sign once more."),
        "ownership_challenge_over": _("That text is too old or was used. Sign this new one."),
        "travel_address_invalid": _("This is no travel address: one begins with “ta”."),
        "counterparty_unknown": _("We don't exchange with this provider yet. Ask us."),
    }
    return words.get(refused.code, _("This can't be done now."))
