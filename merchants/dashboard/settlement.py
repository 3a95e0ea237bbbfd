"""How the shop is paid: its policy, what that would pay next, and what the reserve holds."""

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
from django.views.decorators.http import require_http_methods

from gateway.chains.addresses import checksum
from gateway.checkout.wording import money_text, trimmed
from gateway.events.errors import TillwayError
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import Asset
from gateway.settlement.presenters import conversion_as_dict
from gateway.settlement.previewing import PartPreview, check_paid_out, preview
from gateway.settlement.reserve import reserve_days
from gateway.settlement.selectors import runs_of
from gateway.shops.policies import SettlementPolicy, policy_from
from gateway.shops.selectors import ShopView, policy_of
from gateway.shops.services import shop_set_policy
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.dashboard import settlement_words as words
from merchants.dashboard.auditing import policy_changes, write_down
from merchants.dashboard.frame import draw
from merchants.dashboard.payout_wallet import is_wallet_asked
from merchants.dashboard.selectors import assets_by_code, time_text
from merchants.dashboard.settlement_form import PolicyForm

CHANGE = "shop.change_terms"
RUNS_SHOWN = 5


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_action("settings.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """The policy; a POST saves it, or (``preview``) shows what it would pay."""
    shop, now = request.shop, timezone.now()
    asset = assets_by_code([shop.settlement_asset]).get(shop.settlement_asset)
    if asset is None:
        raise Http404  # its settlement asset is of a chain that we don't follow
    policy = policy_of(shop=shop).policy
    if request.method != "POST":
        return _page(request, shop, asset, policy, PolicyForm(shop, asset, policy), now=now)
    if not may(request, CHANGE):
        raise PermissionDenied(CHANGE)
    form = PolicyForm(shop, asset, policy, request.POST)
    wanted = _wanted(form, shop, policy) if form.is_valid() else None
    if wanted is None:
        return _page(request, shop, asset, policy, form, now=now, status=422)
    if request.POST.get("do") == "preview":
        return _page(request, shop, asset, wanted, form, now=now, is_draft=True)
    with transaction.atomic():
        shop_set_policy(
            shop_id=shop_id, changes=form.changes(), now=now, changed_by=f"user:{request.user.pk}"
        )
        changed = policy_changes(policy, wanted)
        write_down(
            request, "settings.changed", subject="settings:settlement", detail=changed, now=now
        )
    messages.success(request, _("Saved. Payouts go by this from now on."))
    return HttpResponseRedirect(f"/dashboard/{shop_id}/settings/settlement")


def _wanted(form: PolicyForm, shop: ShopView, before: SettlementPolicy) -> SettlementPolicy | None:
    """What is typed as a policy; None if it can't be kept, with the reason in the form."""
    reserve = {"reserve_bps": before.reserve_bps, "reserve_days": before.reserve_days}
    try:
        policy = policy_from({**form.changes(), **reserve})
        check_paid_out(shop=shop, policy=policy)
    except TillwayError as refused:
        form.add_error(None, words.refusal_words(refused))
        return None
    return policy


def _page(
    request: MemberRequest,
    shop: ShopView,
    asset: Asset,
    policy: SettlementPolicy,
    form: PolicyForm,
    *,
    now: datetime,
    is_draft: bool = False,
    status: int = 200,
) -> HttpResponse:
    if not may(request, CHANGE):
        for field in form.fields.values():
            field.disabled = True
    found = preview(shop=shop, policy=policy, now=now)
    context: dict[str, Any] = {
        "form": form,
        "is_draft": is_draft,
        "symbol": asset.symbol,
        "current": checksum(shop.payout_address) if shop.payout_address else "",
        "is_wallet_asked": is_wallet_asked(shop),
        "payable": _money(found.payable.units, asset),
        "why": words.why_words(found.why),
        "next_at": time_text(found.next_at) if found.next_at else "",
        "parts": [_part(part, asset) for part in found.parts],
        "reserve": {
            "percent": words.percent_of_bps(f"{policy.reserve_bps}.00"),
            "days": policy.reserve_days,
            "held": _money(found.payable.reserve, asset),
            "is_kept": bool(policy.reserve_bps or found.payable.reserve),
            "rows": [
                {"at_text": time_text(until), "amount_text": _money(units, asset)}
                for until, units in reserve_days(shop_id=shop.id, asset=asset.code, now=now)
            ],
        },
        "runs": [
            {
                "at_text": time_text(run.ran_at),
                "word": words.trigger_word(run.trigger),
                "amount_text": _money(int(run.units), asset) if run.units else "–",
                "outcome": words.run_words(run.outcome, run.refusal),
            }
            for run in runs_of(shop_id=shop.id, limit=RUNS_SHOWN)
        ],
    }
    return draw(request, "dashboard/settlement.html", context, status=status)


def _part(found: PartPreview, balance: Asset) -> dict[str, Any]:
    """A part of the next run as the page shows it."""
    taken = _money(found.part.units, balance)
    if found.offer is None:
        refusal = words.refusal_words(found.refusal) if found.refusal else ""
        return {"taken": taken, "asset": found.part.asset, "refusal": refusal}
    made = found.offer
    parts = conversion_as_dict(made.conversion, asset=made.paid.asset)
    return {
        "taken": taken,
        "asset": made.paid.asset.code,
        "gives": _money(made.paid.units, made.paid.asset),
        "lines": words.conversion_lines(parts, symbol=made.paid.asset.symbol, taken=balance.symbol),
        "chain_why": words.chain_words(made.chain_choice),
        "looked_at": words.looked_at(made.chain_choice),
    }


def _money(units: int, asset: Asset) -> str:
    return money_text(trimmed(format_amount(Amount(units, asset))), asset.code)
