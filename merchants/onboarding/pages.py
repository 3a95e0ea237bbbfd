"""How far a verification is, the business itself, and handing it in."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from gateway.checkout.countries import country_name
from gateway.compliance.knowing.checking import whole_amount
from gateway.compliance.knowing.file_models import OURS
from gateway.compliance.knowing.files import file_say, file_submit
from gateway.compliance.knowing.gate import level_of
from gateway.compliance.knowing.levels import LEVELS
from gateway.compliance.knowing.requirements import is_complete
from gateway.events.errors import TillwayError
from gateway.money.assets import FIAT
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.onboarding.countries import countries_of
from merchants.onboarding.figures import expected_monthly
from merchants.onboarding.forms import BusinessForm
from merchants.onboarding.frame import CHANGE, Page, refusal
from merchants.onboarding.steps import due_rows, next_step
from merchants.onboarding.words import LEGAL_FORMS, LEVEL_NAMES, ROLES, TRADES, level_words

COMPANY = ("name", "registration", "country", "address", "website")


@require_GET
@require_action("verification.view")
def overview(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """How far it is, what is due and why, and what the shop may do until then."""
    page = Page(request)
    level = level_of(shop=request.shop, now=timezone.now())
    context = {
        "due": due_rows(page.due, opened=page.opened),
        "go_on": next_step(page.due),
        "level": LEVEL_NAMES[level],
        "level_words": level_words(level, currency=request.shop.pricing_currency),
        "levels": _levels(page),
    }
    return page.draw("overview", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@require_action("verification.view")
def business(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """The business; a POST saves what was typed, complete or not."""
    page = Page(request)
    if request.method != "POST":
        return page.draw("business", {"form": BusinessForm(initial=_told(page))}, step="business")
    if not may(request, CHANGE):
        raise PermissionDenied(CHANGE)
    form = BusinessForm(request.POST)
    if form.is_valid():
        try:
            _save_business(shop_id, form.cleaned_data, currency=page.file.currency)
        except TillwayError as error:
            form.refuse(error.field, refusal(error))
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(f"{page.root}/people")
    return page.draw("business", {"form": form}, step="business", status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@require_action("verification.view")
def review(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Everything that was told, to be read once more; a POST chooses a level or hands it in."""
    page = Page(request)
    status = 200
    if request.method == "POST":
        if not may(request, CHANGE):
            raise PermissionDenied(CHANGE)
        try:
            if level := request.POST.get("level"):
                file_say(shop_id=shop_id, columns={"level_wanted": level}, now=timezone.now())
                return HttpResponseRedirect(f"{page.root}/review")
            file_submit(shop_id=shop_id, by=f"user:{request.user.pk}", now=timezone.now())
            messages.success(request, _("Handed in. We look at it and tell you here."))
            return HttpResponseRedirect(page.root)
        except TillwayError as error:
            messages.error(request, refusal(error))
            page, status = Page(request), 422
    context = {
        "business_facts": _business_facts(page),
        "people": _people_facts(page),
        "due": due_rows(page.due, opened=page.opened),
        "is_complete": is_complete(page.due) and page.file.status not in OURS,
        "levels": _levels(page),
    }
    return page.draw("review", context, step="review", status=status)


def _told(page: Page) -> dict[str, Any]:
    file = page.file
    monthly = file.expected_monthly_units
    return {
        **page.opened.company.fields,
        "legal_form": file.legal_form,
        "mcc": file.mcc,
        "expected_monthly": "" if monthly is None else monthly // FIAT[file.currency].one,
        "sells_to": ", ".join(country_name(code) for code in file.sells_to),
    }


def _save_business(shop_id: UUID, typed: dict[str, Any], *, currency: str) -> None:
    whole = whole_amount(typed["expected_monthly"], field="expected_monthly")
    file_say(
        shop_id=shop_id,
        fields={name: typed[name] for name in COMPANY},
        columns={
            "legal_form": typed["legal_form"],
            "mcc": typed["mcc"],
            "expected_monthly_units": None if whole is None else whole * FIAT[currency].one,
            "sells_to": countries_of(typed["sells_to"]),
        },
        now=timezone.now(),
    )


def _levels(page: Page) -> list[dict[str, Any]]:
    return [
        {
            "name": level,
            "word": LEVEL_NAMES[level],
            "does": level_words(level, currency=page.request.shop.pricing_currency),
            "chosen": page.file.level_wanted == level,
        }
        for level in LEVELS[1:]
    ]


def _business_facts(page: Page) -> list[tuple[str, str]]:
    file, told = page.file, page.opened.company.fields
    return [
        (_("Name"), told.get("name", "")),
        (_("What kind of business it is"), str(LEGAL_FORMS.get(file.legal_form, ""))),
        (_("Number in the register, or tax number"), told.get("registration", "")),
        (_("Country"), country_name(told.get("country", ""))),
        (_("Address"), told.get("address", "")),
        (_("What it sells"), str(TRADES.get(file.mcc, file.mcc))),
        (_("How much it expects to take in a month"), expected_monthly(file)),
        (_("Where its customers are"), ", ".join(country_name(code) for code in file.sells_to)),
    ]


def _people_facts(page: Page) -> list[dict[str, Any]]:
    return [
        {
            "name": one.fields.get("name", ""),
            "roles": [str(ROLES[role]) for role in ROLES if role in one.roles],
        }
        for one in page.opened.people
    ]
