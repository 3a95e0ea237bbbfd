"""Papers and proofs of identity, sent by the shop."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from gateway.compliance.issuing.configuration import are_credentials_offered
from gateway.compliance.knowing.errors import PaperRefused
from gateway.compliance.knowing.file_models import COMPANY_PAPERS
from gateway.compliance.knowing.inspecting import MAX_BYTES
from gateway.compliance.knowing.models import IdentityProof, Paper
from gateway.compliance.knowing.papers import paper_add, papers_of
from gateway.compliance.knowing.selectors import proofs_of
from gateway.compliance.presenting.selectors import are_wallets_offered
from gateway.events.errors import TillwayError
from gateway.outside.uploads import OneFileInMemory
from gateway.ramps.configuration import settings_of
from gateway.ramps.identity import identity_link, identity_look
from gateway.ramps.identity_wishes import identity_ramp
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.selectors import time_text
from merchants.onboarding.frame import Page, refusal, subject_or_none
from merchants.onboarding.words import (
    PAPER_HINTS,
    PAPERS,
    REJECTIONS,
    identity_problem,
    state_sign,
)

ROOM_BYTES = 64 * 1024
"""For what a form has around its file."""


@require_GET
@require_action("verification.view")
def papers(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Each kind of paper about the business, and what came of it."""
    return _papers(Page(request))


@csrf_exempt  # the token stands in the body, which is read only where it is known to be short
@require_http_methods(["POST"])
@require_action("verification.change")
def send(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Take a paper in; the body is read by a handler that ends where it is too large."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES + ROOM_BYTES:
        too_large = PaperRefused(code="paper_too_large")
        return _papers(Page(request), problem=refusal(too_large), status=413)
    request.upload_handlers = [OneFileInMemory(request, max_bytes=MAX_BYTES)]
    return _send(request, shop_id)


@csrf_protect
def _send(request: HttpRequest, shop_id: UUID) -> HttpResponse:
    assert isinstance(request, HttpRequest)
    page = Page(request)  # type: ignore[arg-type]
    about = request.POST.get("about", "")
    kind = request.POST.get("kind", "")
    person = person_about(page, about)
    upload = request.FILES.get("paper")
    try:
        paper_add(
            shop_id=shop_id,
            subject_id=person.id if person else page.file.company_id,
            kind=kind,
            upload=upload.read() if upload else b"",
            by=f"user:{request.user.pk}",
            now=timezone.now(),
        )
    except TillwayError as error:
        words = refusal(error)
        if person:
            return identity_page(Page(page.request), problem=words, status=error.status)
        return _papers(Page(page.request), problem=words, kind=kind, status=error.status)
    messages.success(request, _("Received. We look at it once you have handed everything in."))
    return HttpResponseRedirect(f"{page.root}/{'identity' if person else 'papers'}")


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("verification.change")
def identity(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Who must show who they are; a POST opens a page of the provider's for one of them.

    The link is shown and not followed for its reader: a form here may lead to no other site.
    """
    page = Page(request)
    now = timezone.now()
    if request.method != "POST":
        if "back" in request.GET:
            for person in page.opened.persons:
                identity_look(subject=f"subject:{person.id}", now=now)
            messages.success(request, _("Thank you. We ask how far it is; look again in a minute."))
        return identity_page(page)
    person = person_about(page, request.POST.get("about", ""))
    ramp = identity_ramp()
    if person is None or not ramp or not page.may_change:
        raise Http404
    try:
        _row, url = identity_link(
            subject=f"subject:{person.id}",
            mode=settings_of(ramp).mode,
            ramp=ramp,
            return_url=f"{settings.PUBLIC_URL}{page.root}/identity?back=1",
            shop_id=shop_id,
            now=now,
        )
    except TillwayError as error:
        words = _("The provider does not answer now. Try again in a minute.")
        return identity_page(page, problem=words, status=error.status)
    return identity_page(page, links={person.id: url})


def person_about(page: Page, text: str) -> Any:
    """The person that a form is about; None for the business."""
    if not text:
        return None
    try:
        found = subject_or_none(page.opened, UUID(text))
    except ValueError:
        found = None
    if found is None or found.kind != "person":
        raise Http404
    return found


def _papers(page: Page, *, problem: str = "", kind: str = "", status: int = 200) -> HttpResponse:
    wanted = {one.code.removeprefix("paper_"): one for one in page.due if "paper_" in one.code}
    sent = [one for one in papers_of(page.file) if one.subject_id == page.file.company_id]
    kinds = [one for one in COMPANY_PAPERS if one in wanted]
    kinds += [one for one in COMPANY_PAPERS if one not in kinds and _any(sent, one)]
    context = {
        "kinds": [
            {
                "kind": one,
                "word": PAPERS[one],
                "hint": PAPER_HINTS.get(one, ""),
                "sign": state_sign(wanted[one].state if one in wanted else "accepted"),
                "sent": [_paper(paper) for paper in sent if paper.kind == one],
                "problem": problem if one == kind else "",
            }
            for one in (*kinds, "other")
            if one != "other" or one not in kinds
        ],
        "problem": problem,
    }
    return page.draw("papers", context, step="papers", status=status)


def _any(sent: list[Paper], kind: str) -> bool:
    return any(paper.kind == kind for paper in sent)


def _paper(paper: Paper) -> dict[str, Any]:
    return {
        "at": time_text(paper.sent_at),
        "pages": paper.pages,
        "sign": state_sign(paper.state),
        "reason": REJECTIONS.get(paper.reason, ""),
        "scan": paper.scan,
    }


def identity_page(
    page: Page,
    *,
    links: dict[UUID, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Who must show who they are, and the ways to do it."""
    wanted = {one.about: one for one in page.due if one.code == "identity"}
    proofs = proofs_of([one.id for one in page.opened.persons])
    context = {
        "rows": [
            {
                "id": person.id,
                "name": person.fields.get("name") or _("No name yet"),
                "sign": state_sign(
                    wanted[str(person.id)].state if str(person.id) in wanted else "verified"
                ),
                "is_wanted": str(person.id) in wanted and wanted[str(person.id)].state != "waiting",
                "is_verified": str(person.id) not in wanted,
                "problem": _last_problem(proofs.get(person.id, [])),
                "link": (links or {}).get(person.id),
            }
            for person in page.opened.persons
            if str(person.id) in wanted or proofs.get(person.id)
        ],
        "has_provider": bool(identity_ramp()),
        "has_wallets": are_wallets_offered(),
        "has_credentials": page.file.status == "approved" and are_credentials_offered(),
        "problem": problem,
    }
    return page.draw("identity", context, step="identity", status=status)


def _last_problem(proofs: list[IdentityProof]) -> str:
    last = proofs[0] if proofs else None
    return identity_problem(last.problem) if last and last.state == "rejected" else ""
