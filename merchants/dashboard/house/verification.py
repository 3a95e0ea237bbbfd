"""Who is behind a shop: the officers' queue, one file with all that is in it, and decisions."""

from collections.abc import Callable
from typing import Any, Final, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from gateway.compliance.knowing.deciding import (
    file_approval_propose,
    file_refuse,
    file_take_up,
    file_want_more,
)
from gateway.compliance.knowing.errors import KnowingError
from gateway.compliance.knowing.file_models import STATUSES
from gateway.compliance.knowing.levels import Level
from gateway.compliance.knowing.models import BusinessFile
from gateway.compliance.knowing.papers import paper_decide, paper_read
from gateway.compliance.knowing.proofs import proof_decide
from gateway.compliance.knowing.selectors import file_of, files_by_status
from gateway.events.errors import TillwayError
from gateway.shops.selectors import shop_views
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.approvals.acting import act_problem
from merchants.dashboard.approvals.own_shop import check_not_own
from merchants.dashboard.house.frame import draw
from merchants.dashboard.house.verification_rows import file_facts, file_row
from merchants.onboarding.words import status_sign

ROOT: Final = "/house/verification"
SHOWN: Final = ("submitted", "more_wanted", "approved", "reopened", "refused", "draft")
assert set(SHOWN) == set(STATUSES)


@require_GET
@require_action("verification.decide", shop=None)
def files(request: MemberRequest) -> HttpResponse:
    """Files that stand one way, those handed in longest ago first."""
    status = request.GET.get("status", "submitted")
    if status not in SHOWN:
        raise Http404
    found = files_by_status(status)
    shops = shop_views(shop_ids=[one.shop_id for one in found])
    context = {
        "status": status,
        "filters": [
            {
                "word": status_sign(one).word,
                "href": f"{ROOT}?status={one}",
                "current": one == status,
            }
            for one in SHOWN
        ],
        "rows": [file_row(one, shop=shops.get(one.shop_id)) for one in found],
    }
    return draw(request, "dashboard/house/verifications.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("verification.decide", shop=None)
def file(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """One file; posted to, what one officer may decide at once or propose to another."""
    try:
        found = file_of(shop_id=shop_id)
    except KnowingError as error:
        raise Http404 from error
    if request.method != "POST":
        return _page(request, found)
    decide = DO.get(request.POST.get("do", ""))
    if decide is None:
        raise Http404
    try:
        check_not_own(request.user, found.shop_id)
        there = decide(request, found)
    except TillwayError as refused:
        return _page(request, found, problem=_refusal(refused), status=422)
    return HttpResponseRedirect(there or f"{ROOT}/{shop_id}")


@require_GET
@require_action("verification.decide", shop=None)
def paper(request: MemberRequest, paper_id: UUID) -> HttpResponse:
    """What a paper shows: an image in its place, a PDF to be saved."""
    try:
        found, content = paper_read(paper_id)
    except KnowingError as error:
        raise Http404 from error
    response = HttpResponse(content, content_type=found.media)
    kept = "inline" if found.media == "image/jpeg" else "attachment"
    ending = "jpg" if found.media == "image/jpeg" else "pdf"
    response["Content-Disposition"] = f'{kept}; filename="{found.kind}.{ending}"'
    response["Cache-Control"] = "no-store"
    return response


def _page(
    request: MemberRequest, found: BusinessFile, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = file_facts(found) | {
        "problem": problem,
        "reason": request.POST.get("reason", ""),
        "note": request.POST.get("note", ""),
    }
    return draw(request, "dashboard/house/verification.html", context, status=status)


def _paper(request: MemberRequest, found: BusinessFile) -> None:
    paper_decide(
        paper_id=_id(request, "paper"),
        accepted=request.POST.get("accepted") == "yes",
        reason=request.POST.get("why", ""),
        by=f"user:{request.user.pk}",
        now=timezone.now(),
    )
    messages.success(request, _("Noted."))


def _proof(request: MemberRequest, found: BusinessFile) -> None:
    proof_decide(
        proof_id=_id(request, "proof"),
        accepted=request.POST.get("accepted") == "yes",
        by=f"user:{request.user.pk}",
        now=timezone.now(),
    )
    messages.success(request, _("Noted."))


def _one_decides(verb: Callable[..., BusinessFile], done: Promise) -> Callable[..., None]:
    def decide(request: MemberRequest, found: BusinessFile) -> None:
        verb(
            shop_id=found.shop_id,
            by=request.user.pk,
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", ""),
            now=timezone.now(),
        )
        messages.success(request, str(done))

    return decide


def _take_up(request: MemberRequest, found: BusinessFile) -> None:
    file_take_up(
        shop_id=found.shop_id,
        by=request.user.pk,
        reason=request.POST.get("reason", ""),
        now=timezone.now(),
    )
    messages.success(request, _("The shop can go on with it."))


def _approve(request: MemberRequest, found: BusinessFile) -> str:
    act = file_approval_propose(
        shop_id=found.shop_id,
        by=request.user.pk,
        reason=request.POST.get("reason", ""),
        level=cast(Level, request.POST.get("level", "")),
        now=timezone.now(),
    )
    messages.success(request, _("Proposed. Another officer must approve it."))
    return f"/house/approvals/{act.id}"


DO: Final[dict[str, Callable[[MemberRequest, BusinessFile], str | None]]] = {
    "paper": _paper,
    "proof": _proof,
    "more": _one_decides(file_want_more, gettext_lazy("The shop is told what is wanted.")),
    "refuse": _one_decides(file_refuse, gettext_lazy("Refused. The shop is told.")),
    "take_up": _take_up,
    "approve": _approve,
}


def _id(request: MemberRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise Http404 from None


def _refusal(refused: TillwayError) -> str:
    words: dict[str, Any] = {
        "business_file_not_submitted": _("Somebody was quicker: this is decided."),
        "business_file_incomplete": _("Something is due yet, or waits to be looked at."),
        "business_file_refused": _("Say why, and choose what it needs."),
        "business_names_not_clear": _(
            "Somebody behind this shop is called like one on a list, or could not be screened yet."
            " Decide about it in its case first."
        ),
    }
    return str(words.get(refused.code) or act_problem(refused))
