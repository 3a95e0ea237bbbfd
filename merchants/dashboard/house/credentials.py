"""Credentials of ours: who waits for a code, who was given one, and taking one back."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gateway.compliance.issuing.models import CredentialOffer, IssuedCredential
from gateway.compliance.issuing.offer_secrets import transaction_code_of
from gateway.compliance.issuing.selectors import credentials_given, offers_open
from gateway.compliance.issuing.standing import credential_revoke
from gateway.compliance.knowing.selectors import subjects_called
from gateway.events.errors import TillwayError
from gateway.shops.selectors import shop_views
from merchants.accounts.guards import MemberRequest, require_action
from merchants.accounts.selectors import people_named
from merchants.dashboard.house.frame import draw
from merchants.dashboard.selectors import time_text
from merchants.onboarding.credential_words import offer_sign, standing_sign
from merchants.onboarding.words import LEVEL_NAMES

ROOT: Final = "/house/verification/credentials"


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("verification.decide", shop=None)
def credentials(request: MemberRequest) -> HttpResponse:
    """Offers with their codes, and what was given out; posted to, one is taken back."""
    if request.method != "POST":
        return _page(request)
    try:
        credential_revoke(
            credential_id=UUID(request.POST.get("credential", "")),
            by=request.user.pk,
            reason=request.POST.get("reason", ""),
            now=timezone.now(),
        )
    except ValueError:
        raise Http404 from None
    except TillwayError as refused:
        return _page(request, problem=_refusal(refused), status=422)
    messages.success(request, _("Taken back. Verifiers know within minutes."))
    return HttpResponseRedirect(ROOT)


def _page(request: MemberRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    offers, given = offers_open(now=timezone.now()), credentials_given()
    rows: list[CredentialOffer | IssuedCredential] = [*offers, *given]
    shops = shop_views(shop_ids=sorted({row.shop_id for row in rows}))
    called = subjects_called({row.subject_id for row in rows})
    enders = {
        UUID(row.ended_by.removeprefix("user:")) for row in given if row.ended_by[:5] == "user:"
    }
    people = {f"user:{id}": name for id, name in people_named(enders).items()}

    def whose(row: CredentialOffer | IssuedCredential) -> dict[str, Any]:
        shop = shops.get(row.shop_id)
        return {
            "name": called.get(row.subject_id) or _("Erased"),
            "shop": shop.name if shop else str(row.shop_id),
            "shop_id": row.shop_id,
        }

    context = {
        "problem": problem,
        "offers": [whose(row) | _offer(row) for row in offers],
        "given": [whose(row) | _given(row, people) for row in given],
    }
    return draw(request, "dashboard/house/credentials.html", context, status=status)


def _offer(row: CredentialOffer) -> dict[str, Any]:
    code = transaction_code_of(row.id)
    return {
        "code": f"{code[:3]} {code[3:]}",
        "sign": offer_sign(row.state_at(timezone.now())),
        "names_them": row.family_words is not None,
        "wrong": row.wrong_codes,
        "ends": time_text(row.expires_at),
    }


def _given(row: IssuedCredential, people: dict[str, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "sign": standing_sign(row.standing, is_over=row.expires_at <= timezone.now()),
        "level": LEVEL_NAMES[row.level],
        "names_them": row.names_them,
        "issued": time_text(row.issued_at),
        "ends": time_text(row.expires_at),
        "ended": time_text(row.ended_at) if row.ended_at else "",
        "ended_by": people.get(row.ended_by, ""),
        "reason": row.reason if row.ended_by[:5] == "user:" else "",
        "can_end": row.standing != "revoked" and row.expires_at > timezone.now(),
    }


def _refusal(refused: TillwayError) -> str:
    return {
        "credential_reason_missing": _("Say why, in up to 500 characters."),
        "credential_not_found": _("Somebody was quicker: it is taken back already."),
    }.get(refused.code, refused.message)
