"""How the shop is paid, and what a payout would give."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from gateway.chains.addresses import checksum
from gateway.money.amounts import Amount, format_amount, parse_positive_amount
from gateway.money.assets import Asset
from gateway.settlement.errors import NothingToPayOut
from gateway.settlement.presenters import conversion_as_dict, quote_as_dict
from gateway.settlement.previewing import PartPreview, check_paid_out, preview
from gateway.settlement.quoting import chains_of, payout_quote, token_paid_out
from gateway.settlement.reserve import reserve_days
from gateway.settlement.selectors import payable_balances
from gateway.shops.errors import PolicyRefused
from gateway.shops.policies import policy_from
from gateway.shops.selectors import policy_of
from gateway.shops.services import shop_set_policy
from merchants.api import docs, payout_answers
from merchants.api.contract import ApiView, of_field
from merchants.api.idempotency import Answer
from merchants.api.serializers import NewPayoutQuote, PolicyChange


class SettlementPolicyView(ApiView):
    http_method_names = ("get", "head", "put")
    scopes: ClassVar = {"GET": "payouts:read", "PUT": "payouts:write"}

    @extend_schema(
        operation_id="settlement_policy_get",
        summary="Get the settlement policy, and what it would pay now",
        responses=docs.answers_with(payout_answers.SettlementPolicy),
    )
    def get(self, request: Request) -> HttpResponse:
        self.query()
        return self.read(self._shown())

    @extend_schema(
        operation_id="settlement_policy_put",
        summary="Replace the settlement policy",
        description="A new version; what is left out is as at first. The reserve is the house's.",
        request=PolicyChange,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(payout_answers.SettlementPolicy),
    )
    def put(self, request: Request) -> HttpResponse:
        return self.write(self._replace)

    def _replace(self, key: str) -> Answer:
        wanted = self.checked(PolicyChange)
        shop = self.shop
        token = token_paid_out(shop.settlement_asset, mode=shop.mode)
        asset = Asset(token.code, token.decimals)
        changes = {
            "split": [dict(share) for share in wanted["split"]],
            "schedule": wanted.get("schedule", "on_demand"),
            "threshold_units": _units(wanted, "threshold", asset),
            "closes_at": wanted.get("closes_at"),
            "minimum_units": _units(wanted, "minimum", asset) or 0,
            "chains": wanted.get("chains", []),
        }
        try:
            check_paid_out(shop=shop, policy=policy_from(changes))
            shop_set_policy(
                shop_id=shop.id,
                changes=changes,
                now=timezone.now(),
                changed_by=f"key:{self.caller.key_id}",
            )
        except PolicyRefused as refused:
            refused.field = (refused.field or "").removesuffix("_units") or None
            raise
        return Answer(200, self._shown())

    def _shown(self) -> dict[str, Any]:
        shop, now = self.shop, timezone.now()
        view = policy_of(shop=shop)
        policy = view.policy
        found = preview(shop=shop, policy=policy, now=now)
        asset = found.balance
        return {
            "version": view.number,
            "decided_at": view.decided_at.isoformat() if view.decided_at else None,
            "split": [{"asset": share.asset, "bps": share.bps} for share in policy.split],
            "schedule": policy.schedule,
            "threshold": _text(policy.threshold_units, asset),
            "closes_at": policy.closes_at,
            "time_zone": shop.time_zone,
            "minimum": _text(policy.minimum_units, asset),
            "chains": list(policy.chains),
            "destination": checksum(shop.payout_address) if shop.payout_address else None,
            "reserve": {
                "bps": policy.reserve_bps,
                "days": policy.reserve_days,
                "asset": asset.code,
                "held": _text(found.payable.reserve, asset),
                "released": [
                    {"at": until.isoformat(), "amount": _text(units, asset)}
                    for until, units in reserve_days(shop_id=shop.id, asset=asset.code, now=now)
                ],
            },
            "next": {
                "state": found.why,
                "at": found.next_at.isoformat() if found.next_at else None,
                "payable": _text(found.payable.units, asset),
                "parts": [part_as_dict(part, asset) for part in found.parts],
            },
        }


class PayoutQuotesView(ApiView):
    scopes: ClassVar = {"POST": "payouts:write"}

    @extend_schema(
        operation_id="payout_quote",
        summary="Ask what a payout would give",
        description=(
            "Promised until `expires_at`; pass its id as `quote_id` to POST /v1/payouts. Nothing "
            "leaves by it alone."
        ),
        request=NewPayoutQuote,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(payout_answers.PayoutQuote, status=201),
    )
    def post(self, request: Request) -> HttpResponse:
        return self.write(self._quote)

    def _quote(self, key: str) -> Answer:
        wanted = self.checked(NewPayoutQuote)
        shop = self.shop
        token = token_paid_out(wanted.get("asset", shop.settlement_asset), mode=shop.mode)
        asset = Asset(token.code, token.decimals)
        units = _units(wanted, "amount", asset)
        if units is None:
            balance = payable_balances(shop=shop).get(asset.code)
            units = balance.units if balance else 0
        if units <= 0:
            raise NothingToPayOut
        into = wanted.get("into", asset.code)
        chains = chains_of(policy_of(shop=shop).policy, into) if wanted.get("cheapest") else ()
        quote = payout_quote(
            shop=shop, taken=Amount(units, asset), into=into, chains=chains, now=timezone.now()
        )
        return Answer(201, quote_as_dict(quote))


def part_as_dict(found: PartPreview, balance: Asset) -> dict[str, Any]:
    """A part of the next run."""
    made, refusal = found.offer, found.refusal
    asset = made.paid.asset if made else None
    return {
        "taken_amount": _text(found.part.units, balance),
        "asset": asset.code if asset else found.part.asset,
        "chain_id": made.chain_id if made else None,
        "amount": format_amount(made.paid) if made else None,
        "conversion": conversion_as_dict(made.conversion, asset=asset) if made and asset else None,
        "chain_choice": made.chain_choice if made else None,
        "refusal": (
            {"code": refusal.code, "detail": refusal.message, "hint": refusal.hint}
            if refusal
            else None
        ),
    }


def _units(wanted: dict[str, Any], name: str, asset: Asset) -> int | None:
    text = wanted.get(name)
    if text is None:
        return None
    with of_field(name):
        return parse_positive_amount(text, asset).units


def _text(units: int | None, asset: Asset) -> str | None:
    return None if units is None else format_amount(Amount(units, asset))
