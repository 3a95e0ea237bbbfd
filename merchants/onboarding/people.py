"""The people and companies behind a business, and who owns which part of it."""

from fractions import Fraction
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gateway.compliance.knowing.checking import share_of
from gateway.compliance.knowing.errors import FileRefused
from gateway.compliance.knowing.facts import Known
from gateway.compliance.knowing.files import holding_put, subject_end, subject_put
from gateway.compliance.knowing.owning import Ownership
from gateway.events.errors import TillwayError
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.onboarding.forms import HolderForm, LaterForm, PersonForm
from merchants.onboarding.frame import CHANGE, Page, refusal, subject_or_none
from merchants.onboarding.words import ROLES


@require_GET
@require_action("verification.view")
def people(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Everybody who was named."""
    page = Page(request)
    lacking = {one.about for one in page.due if one.about and one.code != "identity"}
    rows = [
        {
            "id": one.id,
            "name": one.fields.get("name") or _("No name yet"),
            "is_company": one.kind == "company",
            "roles": [str(ROLES[role]) for role in ROLES if role in one.roles],
            "lacks": str(one.id) in lacking,
        }
        for one in page.opened.people
    ]
    return page.draw("people", {"rows": rows}, step="people")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@require_action("verification.change")
def person(request: MemberRequest, shop_id: UUID, subject_id: UUID | None = None) -> HttpResponse:
    """One person or company, new or known; a POST saves what was typed, complete or not."""
    page = Page(request)
    known = subject_or_none(page.opened, subject_id) if subject_id else None
    if subject_id and known is None:
        raise Http404
    is_company = known.kind == "company" if known else request.GET.get("kind") == "company"
    form_class: type[LaterForm] = HolderForm if is_company else PersonForm
    context = {"known": known, "is_company": is_company}
    if request.method != "POST":
        told = {**known.fields, "roles": sorted(known.roles)} if known else {}
        return page.draw("person", {**context, "form": form_class(initial=told)}, step="people")
    form = form_class(request.POST)
    if form.is_valid():
        typed = dict(form.cleaned_data)
        roles = ["owner"] if is_company else typed.pop("roles")
        try:
            subject_put(
                shop_id=shop_id,
                kind="company" if is_company else "person",
                fields=typed,
                roles=roles,
                subject_id=subject_id,
                now=timezone.now(),
            )
        except TillwayError as error:
            form.refuse(error.field, refusal(error))
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(f"{page.root}/people")
    return page.draw("person", {**context, "form": form}, step="people", status=422)


@require_POST
@require_action("verification.change")
def remove(request: MemberRequest, shop_id: UUID, subject_id: UUID) -> HttpResponse:
    """Somebody has nothing to do with the business any more."""
    page = Page(request)
    if subject_or_none(page.opened, subject_id) is None:
        raise Http404
    try:
        subject_end(shop_id=shop_id, subject_id=subject_id, now=timezone.now())
        messages.success(request, _("Taken out."))
    except TillwayError as error:
        messages.error(request, refusal(error))
    return HttpResponseRedirect(f"{page.root}/people")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@require_action("verification.view")
def owners(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Who holds which part of the business and of the companies that hold it."""
    page = Page(request)
    problem, status = "", 200
    typed: dict[str, str] = {}
    if request.method == "POST":
        if not may(request, CHANGE):
            raise PermissionDenied(CHANGE)
        typed = {name: str(value) for name, value in request.POST.items() if ":" in name}
        try:
            _save_shares(page, typed)
        except TillwayError as error:
            problem, status = refusal(error), 422
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(f"{page.root}/owners")
    context = {
        "companies": _companies(page, typed),
        "found": _found(page, page.opened.ownership),
        "ownership": page.opened.ownership,
        "untraced": percent(page.opened.ownership.untraced) if page.opened.ownership else "",
        "problem": problem,
    }
    return page.draw("owners", context, step="owners", status=status)


def percent(share: Fraction) -> str:
    """A share for people: ``33.33 %``, cut off; exact ones without zeros."""
    hundredths = share * 10_000
    whole = hundredths.numerator // hundredths.denominator
    text = f"{whole // 100}.{whole % 100:02}".rstrip("0").rstrip(".")
    return f"{text} %"


def _typed_share(share: Fraction) -> str:
    """A share as its owner would type it: in percent where that is exact."""
    hundred = share * 100
    if not share:
        return ""
    if (10**4) % hundred.denominator == 0:
        return percent(share).removesuffix(" %")
    return f"{share.numerator}/{share.denominator}"


def _companies(page: Page, typed: dict[str, str]) -> list[dict[str, Any]]:
    """Each company with everybody who may hold a part of it. No query."""
    opened = page.opened
    rows = []
    for company in (opened.company, *opened.companies):
        holders = [one for one in opened.people if one.id != company.id]
        rows.append(
            {
                "name": company.fields.get("name") or _("Your business"),
                "id": company.id,
                "holders": [
                    {
                        "field": f"{company.id}:{holder.id}",
                        "name": holder.fields.get("name") or _("No name yet"),
                        "share": typed.get(
                            f"{company.id}:{holder.id}",
                            _typed_share(opened.stakes.get((holder.id, company.id), Fraction(0))),
                        ),
                    }
                    for holder in holders
                ],
            }
        )
    return rows


def _save_shares(page: Page, typed: dict[str, str]) -> None:
    """Every share as typed; nothing is saved if one can't be taken.

    Raises:
        FileRefused: no share, or they come to more than all of a company.
    """
    known = {one.id: one for one in (page.opened.company, *page.opened.people)}
    shares: dict[tuple[UUID, UUID], Fraction] = {}
    for name, value in typed.items():
        held, holder = _pair(name, known)
        shares[held, holder] = share_of(value)
    for company in {held for held, _holder in shares}:
        if sum((s for (held, _), s in shares.items() if held == company), Fraction(0)) > 1:
            raise FileRefused(field="share")
    for (held, holder), share in shares.items():
        if share != page.opened.stakes.get((holder, held), Fraction(0)):
            holding_put(
                shop_id=page.request.shop.id,
                holder_id=holder,
                held_id=held,
                share=share,
                now=timezone.now(),
            )


def _pair(name: str, known: dict[UUID, Known]) -> tuple[UUID, UUID]:
    held, _colon, holder = name.partition(":")
    try:
        pair = UUID(held), UUID(holder)
    except ValueError:
        raise Http404 from None
    if pair[0] not in known or pair[1] not in known:
        raise Http404
    return pair


def _found(page: Page, found: Ownership | None) -> list[dict[str, Any]]:
    names = {str(one.id): one.fields.get("name") or _("No name yet") for one in page.opened.people}
    return [
        {
            "name": names[one.person],
            "interest": percent(one.interest),
            "controlled": percent(one.controlled),
            "counts": one.counts,
        }
        for one in (found.persons if found else ())
    ]
