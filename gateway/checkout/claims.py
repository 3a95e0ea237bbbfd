"""The page behind a claim link: what is refunded, where to, a second look, and how far it is."""

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gateway.chains.addresses import checksum
from gateway.checkout.claim_screens import (
    LOOK_AGAIN_SECONDS,
    choice_words,
    claim_problem,
    claim_screen,
    dust_screen,
)
from gateway.events.errors import TillwayError
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import wallet_places
from gateway.outside.buckets import buckets_of
from gateway.refunds.claiming import Choice, choices_of, refund_claim
from gateway.refunds.destinations import destination_read
from gateway.refunds.errors import (
    ChoiceGone,
    LinkThrottled,
    LinkUnknown,
    ProofRefused,
    RefundIsDust,
)
from gateway.refunds.models import Refund
from gateway.refunds.presenters import refund_as_dict
from gateway.refunds.proving import Proof, is_proof_asked, message_of, proof_of
from gateway.refunds.selectors import refund_by_link
from gateway.refunds.travel import is_wallet_shown
from gateway.shops.selectors import shop_view

ASKED_PER_MINUTE: Final = 30
"""Of one client address: a link can't be guessed, and nobody shall make us look for long."""
ADDRESS_GROUP: Final = 4


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """GET: how far it is, with a form while it is open. POST: a second look, then the claim."""
    try:
        _brake(request)
        refund = refund_by_link(token)
    except LinkUnknown as unknown:
        return _nowhere(request, token, status=unknown.status)
    except LinkThrottled as throttled:
        return _nowhere(
            request, token, status=throttled.status, problem=claim_problem(throttled.code)
        )
    context = _context(refund, token)
    if request.method != "POST" or not context["is_open"]:
        return _draw(request, context)
    typed = request.POST.get("address", "")
    asset = request.POST.get("asset", "")
    try:
        destination = destination_read(typed)
        chosen = _chosen(context["found"], asset)
        if request.POST.get("confirmed") != "yes":
            context["look"] = _look(refund, chosen, destination)
            return _draw(request, context)
        shown = request.POST.get("units", "")
        refund_claim(
            token=token,
            asset=chosen.asset.code,
            destination=destination,
            shown_units=int(shown[:80]) if shown.isascii() and shown.isdigit() else 0,
            now=timezone.now(),
            proof=_proof(request, refund, chosen, destination),
        )
    except ProofRefused as refused:
        context["look"] = _look(refund, chosen, destination)
        context["problem"] = claim_problem(refused.code)
        return _draw(request, context, status=refused.status)
    except TillwayError as refused:
        context |= {
            "problem": claim_problem(refused.code),
            "problem_of": refused.field,
            "typed": typed[:100],
            "typed_asset": asset,
        }
        return _draw(request, context, status=refused.status)
    return HttpResponseRedirect(f"/c/{token}")


def _brake(request: HttpRequest) -> None:
    """Raises LinkThrottled."""
    taken = buckets_of(settings.VALKEY_URL).take(
        f"checkout:claims:{request.META['REMOTE_ADDR']}",
        refill=ASKED_PER_MINUTE,
        every_seconds=60,
        burst=ASKED_PER_MINUTE,
    )
    if taken is not None and taken <= 0:
        raise LinkThrottled


def _nowhere(request: HttpRequest, token: str, *, status: int, problem: str = "") -> HttpResponse:
    context = {"screen": claim_screen(None), "page_path": f"/c/{token}", "problem": problem}
    return _draw(request, context, status=status)


def _draw(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    context |= {"languages": settings.LANGUAGES}
    response = render(request, "checkout/claim.html", context, status=status)
    # The address of this page is a secret, and its own form needs an origin.
    response["Referrer-Policy"] = "same-origin"
    return response


def _context(refund: Refund, token: str) -> dict[str, Any]:
    now = timezone.now()
    shown = refund_as_dict(refund)
    screen = claim_screen(shown, is_late=now >= refund.link_expires_at)
    found = choices_of(refund, now=now) if screen.action == "claim" else []
    if found and all(choice.is_dust for choice in found):
        screen = dust_screen()
    return {
        "refund": shown,
        "shop": shop_view(shop_id=refund.shop_id),
        "screen": screen,
        "is_open": screen.action == "claim",
        "found": found,
        "choices": [
            {
                "asset": choice.asset.code,
                "words": choice_words(choice, _amount(choice))
                if choice.amount and not choice.is_dust
                else "",
                "is_dust": choice.is_dust,
                "symbol": choice.asset.symbol,
                "chain": choice.chain_name,
            }
            for choice in found
        ],
        "is_about": any(choice.amount and not choice.is_fixed for choice in found),
        "page_path": f"/c/{token}",
        "refresh_seconds": LOOK_AGAIN_SECONDS if screen.action == "wait" else 0,
    }


def _chosen(found: list[Choice], asset: str) -> Choice:
    """Raises ChoiceGone."""
    chosen = next((choice for choice in found if choice.asset.code == asset), None)
    if chosen is None and not asset and len(found) == 1:
        chosen = found[0]
    if chosen is None or chosen.amount is None:
        raise ChoiceGone
    if chosen.is_dust:
        raise RefundIsDust
    return chosen


def _proof(
    request: HttpRequest, refund: Refund, chosen: Choice, destination: bytes
) -> Proof | None:
    """What the shopper signed, where the shop asks for it. Raises ProofRefused."""
    if not _asks_proof(refund):
        return None
    return proof_of(
        refund,
        asset=chosen.asset.code,
        destination=destination,
        signature=request.POST.get("signature", ""),
    )


def _asks_proof(refund: Refund) -> bool:
    terms = shop_view(shop_id=refund.shop_id).terms
    return is_proof_asked(terms, refund.worth_units) or is_wallet_shown(refund, now=timezone.now())


def _look(refund: Refund, chosen: Choice, destination: bytes) -> dict[str, Any]:
    assert chosen.amount is not None
    address = checksum(destination)
    return {
        "asset": chosen.asset.code,
        "units": chosen.amount.units,
        "words": choice_words(chosen, _amount(chosen)),
        "chain": chosen.chain_name,
        "symbol": chosen.asset.symbol,
        "is_fixed": chosen.is_fixed,
        "address": address,
        "message": message_of(refund, asset=chosen.asset.code, destination=destination)
        if _asks_proof(refund)
        else "",
        "groups": [
            address[start : start + ADDRESS_GROUP]
            for start in range(2, len(address), ADDRESS_GROUP)
        ],
    }


def _amount(choice: Choice) -> str:
    """In full where it is certain; else as many decimals as a wallet shows, rounded down."""
    assert choice.amount is not None
    if choice.is_fixed:
        return format_amount(choice.amount, trim=True)
    step = 10 ** (choice.asset.decimals - wallet_places(choice.asset))
    units = choice.amount.units // step * step or choice.amount.units
    return format_amount(Amount(units, choice.asset), trim=True)
