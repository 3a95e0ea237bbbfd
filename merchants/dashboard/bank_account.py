"""The shop's bank account, for payouts by the house's own bank: which one, and naming another."""

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

from gateway.compliance.behaviour.noticing import destination_asked
from gateway.events.errors import TillwayError
from gateway.ramps.configuration import RampSettings, ramp_settings
from gateway.ramps.iso20022.iban import iban_shown
from gateway.ramps.iso20022.ramp import usable_account
from gateway.settlement.bank_destinations import bank_destination_change, bank_destination_waiting
from gateway.shops.selectors import ShopView
from merchants.accounts.acting import knows_password
from merchants.accounts.guards import MemberRequest, may, require_action, step_first
from merchants.dashboard.approvals.acting import act_problem
from merchants.dashboard.auditing import write_down
from merchants.dashboard.bank_account_form import BankAccountForm
from merchants.dashboard.bank_words import ramp_word
from merchants.dashboard.frame import draw
from merchants.dashboard.selectors import time_text

CHANGE = "shop.change_payout_address"


def banks_by_number(shop: ShopView) -> list[RampSettings]:
    """The house's banks that pay this shop to a number it names. No query."""
    return [one for one in ramp_settings() if one.kind == "iso20022" and one.mode == shop.mode]


@sensitive_post_parameters("password", "iban")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_action("settings.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """The account in force and the form; a POST proposes another one."""
    offered = banks_by_number(request.shop)
    if not offered:
        raise Http404
    if request.method != "POST":
        return _page(request, offered)
    if not may(request, CHANGE):
        raise PermissionDenied(CHANGE)
    if asked := step_first(request, CHANGE, back=request.path):
        return asked
    entry = next((one for one in offered if one.name == request.POST.get("ramp")), None)
    if entry is None:
        raise Http404
    form = BankAccountForm(entry.name, request.POST)
    if not form.is_valid():
        return _page(request, offered, refused=form)
    if not knows_password(request):
        form.add_error("password", _("That isn't your password."))
        return _page(request, offered, refused=form)
    data, now = form.cleaned_data, timezone.now()
    address = str(request.META["REMOTE_ADDR"])
    try:
        with transaction.atomic():
            act = bank_destination_change(
                shop_id=shop_id,
                ramp=entry.name,
                iban=data["iban"],
                holder=data["holder"],
                bic=data["bic"],
                by=request.user.pk,
                now=now,
            )
            destination_asked(shop=request.shop, user_id=request.user.pk, address=address, now=now)
            write_down(request, "bank_account.asked", subject=f"ramp:{entry.name}", now=now)
    except TillwayError as error:
        form.add_error(None, act_problem(error))
        return _page(request, offered, refused=form)
    if act is None:
        messages.success(request, _("You are paid to this account already."))
        return HttpResponseRedirect(f"/dashboard/{shop_id}/settings/bank")
    messages.success(request, _("Proposed. Another person must approve it."))
    return HttpResponseRedirect(f"/dashboard/{shop_id}/approvals/{act.id}")


def _page(
    request: MemberRequest, offered: list[RampSettings], *, refused: BankAccountForm | None = None
) -> HttpResponse:
    context = {
        "banks": [_bank(request.shop, entry, refused) for entry in offered],
        "may_change": may(request, CHANGE),
        "refused": refused,
    }
    return draw(request, "dashboard/bank_account.html", context, status=422 if refused else 200)


def _bank(shop: ShopView, entry: RampSettings, refused: BankAccountForm | None) -> dict[str, Any]:
    """One of the house's banks. Two queries."""
    account = usable_account(ramp=entry.name, shop_id=shop.id, now=timezone.now())
    mine = refused is not None and refused.ramp == entry.name
    return {
        "ramp": entry.name,
        "name": ramp_word(entry.kind),
        "currencies": ", ".join(sorted(entry.currencies)),
        "iban": iban_shown(account.iban) if account else "",
        "holder": account.holder if account else "",
        "since": time_text(account.usable_from) if account else "",
        "waiting": bank_destination_waiting(shop_id=shop.id, ramp=entry.name),
        "form": refused if mine else BankAccountForm(entry.name),
    }
