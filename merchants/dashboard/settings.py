"""The shop's settings: where payouts go, its terms, its place."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from gateway.chains.addresses import checksum
from gateway.compliance.behaviour.noticing import destination_asked
from gateway.compliance.behaviour.opening import opening_hours_set
from gateway.custody.approvals.errors import ApprovalError
from gateway.events.errors import TillwayError
from gateway.settlement.destinations import destination_waiting, payout_destination_change
from gateway.shops import services
from gateway.shops.fees import fee_versions_of
from gateway.shops.selectors import ShopView, shop_view
from merchants.accounts.acting import knows_password
from merchants.accounts.guards import MemberRequest, may, require_action, step_first
from merchants.dashboard.approvals.acting import act_problem
from merchants.dashboard.auditing import shop_changes, write_down
from merchants.dashboard.bank_account import banks_by_number
from merchants.dashboard.fee_words import example_words, percent_text, version_rows
from merchants.dashboard.frame import draw
from merchants.dashboard.settings_forms import (
    AddressForm,
    PlaceForm,
    SettingsForm,
    TermsForm,
)
from merchants.dashboard.settings_hours import HoursForm
from merchants.dashboard.settings_refunds import RefundsForm
from merchants.pos.views import problem_words

SECTIONS = {
    "address": "shop.change_payout_address",
    "terms": "shop.change_terms",
    "refunds": "shop.change_terms",
    "hours": "shop.change_terms",
    "place": "shop.change_terms",
}
"""Each form of the page, and the action that saves it."""


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_action("settings.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """The settings; a POST names the section it saves."""
    shop = request.shop
    if request.method != "POST":
        return _page(request, shop)
    section = request.POST.get("section", "")
    if section not in SECTIONS:
        raise Http404
    if not may(request, SECTIONS[section]):
        raise PermissionDenied(SECTIONS[section])
    if asked := step_first(request, SECTIONS[section], back=request.path):
        return asked
    form = _form(section, shop, request.POST)
    said = _saved(request, form) if form.is_valid() else ""
    if not said:
        return _page(request, shop, refused=form, status=422)
    messages.success(request, said)
    return HttpResponseRedirect(f"/dashboard/{shop_id}/settings")


def _form(section: str, shop: ShopView, data: Any = None) -> SettingsForm:
    if section == "address":
        return AddressForm(shop, data)
    if section == "terms":
        return TermsForm(shop, data)
    if section == "refunds":
        return RefundsForm(shop, data)
    if section == "hours":
        return HoursForm(shop, data)
    return PlaceForm(shop, data)


def _saved(request: MemberRequest, form: SettingsForm) -> str:
    """What to say now that it is saved; empty if it was refused, with the reason in the form."""
    if isinstance(form, AddressForm) and not knows_password(request):
        form.add_error("password", _("That isn't your password."))
        return ""
    now = timezone.now()
    try:
        with transaction.atomic():
            said = _save(form, person=request.user.pk, now=now)
            if isinstance(form, AddressForm):
                address = str(request.META["REMOTE_ADDR"])
                destination_asked(shop=form.shop, user_id=request.user.pk, address=address, now=now)
            _write_down(request, form, now=now)
        return said
    except TillwayError as error:
        form.add_error(None, settings_problem(error))
        return ""


def _write_down(request: MemberRequest, form: SettingsForm, *, now: datetime) -> None:
    if isinstance(form, AddressForm):
        detail = {"address": {"to": checksum(form.cleaned_data["address"])}}
        write_down(request, "payout_address.asked", detail=detail, now=now)
        return
    detail = shop_changes(form.shop, shop_view(shop_id=form.shop.id))
    subject = f"settings:{form.section}"
    write_down(request, "settings.changed", subject=subject, detail=detail, now=now)


def settings_problem(error: TillwayError) -> str:
    """A refusal in the reader's language, whichever room it comes from."""
    return act_problem(error) if isinstance(error, ApprovalError) else problem_words(error)


def _save(form: SettingsForm, *, person: UUID, now: datetime) -> str:
    data, shop_id, changed_by = form.cleaned_data, form.shop.id, f"user:{person}"
    if isinstance(form, AddressForm):
        act = payout_destination_change(
            shop_id=shop_id, address=data["address"], by=person, now=now
        )
        if act is None:
            return _("Payouts now go to the new address.")
        return _("The new address waits for another person. Until then payouts go to the old one.")
    if isinstance(form, HoursForm):
        opening_hours_set(shop_id=shop_id, spans=form.spans(), by=person, now=now)
        return _("Your opening hours were saved.")
    if isinstance(form, RefundsForm):
        services.shop_set_terms(
            shop_id=shop_id, changes=form.changes(), now=now, changed_by=changed_by
        )
        return _("The limits of refunds were saved.")
    if isinstance(form, TermsForm):
        services.shop_set_terms(
            shop_id=shop_id, changes=form.changes(), now=now, changed_by=changed_by
        )
        return _("The terms were saved. Open invoices keep theirs.")
    services.shop_set_place(shop_id=shop_id, now=now, changed_by=changed_by, **data)
    return _("Currency and time zone were saved.")


def _page(
    request: MemberRequest,
    shop: ShopView,
    *,
    refused: SettingsForm | None = None,
    status: int = 200,
) -> HttpResponse:
    forms = {section: _form(section, shop) for section in SECTIONS}
    if refused is not None:
        forms[refused.section] = refused
    for section, form in forms.items():
        if not may(request, SECTIONS[section]):
            for field in form.fields.values():
                field.disabled = True
    context = {
        "forms": forms,
        "refused": refused,
        "current": checksum(shop.payout_address) if shop.payout_address else "",
        "waiting": destination_waiting(shop_id=shop.id),
        "has_bank": bool(banks_by_number(shop)),
        "fee": percent_text(shop.terms.fee_bps),
        "fee_example": example_words(fee_bps=shop.terms.fee_bps, currency=shop.pricing_currency),
        "versions": version_rows(fee_versions_of(shop_id=shop.id), names={}),
    }
    return draw(request, "dashboard/settings.html", context, status=status)
