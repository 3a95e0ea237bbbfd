"""A credential of ours for the wallet of somebody behind the shop: what it shall say, the QR, and
how far it is. The code that the wallet asks for is an officer's to give."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from gateway.compliance.issuing.configuration import are_credentials_offered
from gateway.compliance.issuing.content import name_split, name_ways
from gateway.compliance.issuing.life import OPEN
from gateway.compliance.issuing.models import CredentialOffer, IssuedCredential
from gateway.compliance.issuing.offer_secrets import offer_link
from gateway.compliance.issuing.offering import offer_make, offer_withdraw
from gateway.compliance.issuing.selectors import credential_standing, newest_offer
from gateway.events.errors import TillwayError
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.selectors import time_text
from merchants.onboarding.credential_words import offer_sign, standing_sign
from merchants.onboarding.frame import Page, refusal
from merchants.onboarding.papers import person_about
from merchants.onboarding.words import LEVEL_NAMES

LOOK_AGAIN_SECONDS: Final = 10
"""Without a script."""


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("verification.change")
def credential(request: MemberRequest, shop_id: UUID, subject_id: UUID) -> HttpResponse:
    """What a person has, and may be offered; posted to, an offer or its end."""
    page = Page(request)
    person = person_about(page, str(subject_id))
    if not are_credentials_offered():
        raise Http404
    if request.method != "POST":
        return _page(page, person)
    if not page.may_change:
        raise Http404
    now = timezone.now()
    try:
        if request.POST.get("do") == "withdraw":
            offer_withdraw(shop_id=shop_id, subject_id=subject_id, now=now)
        else:
            offer_make(
                shop_id=shop_id,
                subject_id=subject_id,
                family_words=_family_words(request.POST.get("name", "")),
                by=f"user:{request.user.pk}",
                now=now,
            )
            messages.success(request, _("Offered. Ask us for the code that the wallet wants."))
    except TillwayError as error:
        return _page(page, person, problem=_problem(error), status=error.status)
    return HttpResponseRedirect(f"{page.root}/credentials/{subject_id}")


@never_cache
@require_GET
@require_action("verification.change")
def status(request: MemberRequest, shop_id: UUID, subject_id: UUID) -> HttpResponse:
    """How far the newest offer is, for the page's script. One query."""
    row = newest_offer(shop_id=shop_id, subject_id=subject_id)
    if row is None:
        raise Http404
    return JsonResponse({"state": row.state_at(timezone.now())})


def _page(page: Page, person: Any, *, problem: str = "", status: int = 200) -> HttpResponse:
    shop_id, now = page.request.shop.id, timezone.now()
    row = newest_offer(shop_id=shop_id, subject_id=person.id)
    held = credential_standing(shop_id=shop_id, subject_id=person.id)
    state = row.state_at(now) if row else ""
    is_open = state in OPEN
    context = {
        "about": person.id,
        "name": person.fields.get("name") or _("No name yet"),
        "problem": problem,
        "state": state,
        "offer": _offer(row) if row else None,
        "link": offer_link(row.id) if row and state == "asked" else "",
        "is_open": is_open,
        "held": _held(held) if held else None,
        "can_ask": page.may_change and page.file.status == "approved" and not is_open,
        "ways": _ways(person),
        "refresh_seconds": LOOK_AGAIN_SECONDS if is_open else 0,
        "status_path": f"{page.root}/credentials/{person.id}/status",
    }
    return page.draw("credential", context, step="identity", status=status)


def _offer(row: CredentialOffer) -> dict[str, Any]:
    return {
        "sign": offer_sign(row.state_at(timezone.now())),
        "ends": time_text(row.expires_at),
        "names_them": row.family_words is not None,
    }


def _held(row: IssuedCredential) -> dict[str, Any]:
    return {
        "sign": standing_sign(row.standing, is_over=row.expires_at <= timezone.now()),
        "level": LEVEL_NAMES[row.level],
        "names_them": row.names_them,
        "issued": time_text(row.issued_at),
        "ends": time_text(row.expires_at),
    }


def _ways(person: Any) -> list[dict[str, Any]]:
    """Each way to say which part of the name is the family's."""
    name = person.fields.get("identity_name") or person.fields.get("name", "")
    ways = []
    for words in name_ways(name):
        given, family = name_split(name, words)
        word = _("First name %(given)s, last name %(family)s") % {"given": given, "family": family}
        ways.append({"value": words, "word": word})
    return ways


def _family_words(told: str) -> int | None:
    """What was chosen; 0, which splits nothing, for what is no choice."""
    if not told:
        return None
    return int(told) if told.removeprefix("-").isdecimal() and len(told) <= 3 else 0


def _problem(error: TillwayError) -> str:
    return {
        "credential_not_verified": _(
            "A credential is given out once this shop is approved and this person has shown who"
            " they are."
        ),
        "credential_offers_too_many": _("Too many were offered today. Try again tomorrow."),
        "credential_name_not_split": _("Say which part of the name is the last name."),
    }.get(error.code) or refusal(error)
