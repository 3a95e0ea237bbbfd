"""Balances and payouts."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from gateway.chains.models import Token
from gateway.money.amounts import Amount, format_amount, parse_positive_amount
from gateway.money.assets import FIAT, Asset
from gateway.settlement import selectors
from gateway.settlement.approving import waiting_for
from gateway.settlement.errors import AssetNotPaidOut
from gateway.settlement.life import STATUSES, Payable
from gateway.settlement.models import Payout
from gateway.settlement.presenters import payout_as_dict
from gateway.settlement.quoting import chains_of
from gateway.settlement.requesting import payout_cancel, payout_request
from gateway.shops.selectors import policy_of
from merchants.api import docs, payout_answers
from merchants.api.contract import ApiView, fault, of_field, page_as_dict
from merchants.api.idempotency import Answer
from merchants.api.problems import InputRefused
from merchants.api.serializers import NewPayout, Nothing


class BalancesView(ApiView):
    scopes: ClassVar = {"GET": "balances:read"}

    @extend_schema(
        operation_id="balances_get",
        summary="Get balances",
        responses=docs.answers_with(payout_answers.Balances),
    )
    def get(self, request: Request) -> HttpResponse:
        self.query()
        payable = selectors.payable_balances(shop=self.shop)
        decimals = dict(Token.objects.filter(code__in=payable).values_list("code", "decimals"))
        decimals |= {code: FIAT[code].decimals for code in payable if code in FIAT}
        return self.read(
            {
                "balances": [
                    balance_as_dict(Asset(code, decimals[code]), balance)
                    for code, balance in payable.items()
                    if code in decimals
                ]
            }
        )


class PayoutsView(ApiView):
    scopes: ClassVar = {"GET": "payouts:read", "POST": "payouts:write"}

    @extend_schema(
        operation_id="payouts_list",
        summary="List payouts, newest first",
        parameters=[
            docs.CURSOR,
            docs.LIMIT,
            docs.parameter("status", "Only payouts of this status.", enum=STATUSES),
        ],
        responses=docs.answers_with(payout_answers.PayoutList),
    )
    def get(self, request: Request) -> HttpResponse:
        query, cursor, size = self.page_query("status")
        status = self.choice(query, "status", STATUSES)
        page = selectors.payouts_page(
            shop_id=self.shop.id, cursor=cursor, statuses=(status,) if status else (), size=size
        )
        waits = waiting_for(page.items)
        return self.read(
            page_as_dict(page, lambda one: payout_as_dict(one, waiting_for=waits.get(one.id)))
        )

    @extend_schema(
        operation_id="payout_request",
        summary="Pay out to the shop's address",
        description=(
            "Only money of final deposits may leave. In another asset, or on another chain, it is "
            "a conversion: ask POST /v1/payout-quotes first to see its parts."
        ),
        request=NewPayout,
        parameters=[docs.IDEMPOTENCY_KEY_REQUIRED],
        responses=docs.answers_with(payout_answers.Payout, status=201),
    )
    def post(self, request: Request) -> HttpResponse:
        return self.write(self._request, key_required=True)

    def _request(self, key: str) -> Answer:
        wanted = self.checked(NewPayout)
        if "quote_id" in wanted and len(wanted) > 1:
            said = "A quote says what is paid: leave the rest out."
            raise InputRefused([fault("quote_id", "quote_and_more", said)])
        code = wanted.get("asset", self.shop.settlement_asset)
        into = wanted.get("into", code)
        cheapest = wanted.get("cheapest", False)
        payout = payout_request(
            shop_id=self.shop.id,
            units=_units(wanted.get("amount"), code=code),
            asset=code,
            into=into,
            chains=chains_of(policy_of(shop=self.shop).policy, into) if cheapest else (),
            quote_id=wanted.get("quote_id"),
            idempotency_key=key,
            origin=f"key:{self.caller.key_id}",
            now=timezone.now(),
        )
        self.write_down("payout.asked", subject=f"payout:{payout.id}")
        return Answer(201, _shown(payout), location=f"/v1/payouts/{payout.id}")


class PayoutView(ApiView):
    scopes: ClassVar = {"GET": "payouts:read"}

    @extend_schema(
        operation_id="payout_get",
        summary="Get a payout",
        responses=docs.answers_with(payout_answers.Payout),
    )
    def get(self, request: Request, payout_id: UUID) -> HttpResponse:
        self.query()
        payout = selectors.payout_get(shop_id=self.shop.id, payout_id=payout_id)
        return self.read(_shown(payout))


class PayoutCancelView(ApiView):
    scopes: ClassVar = {"POST": "payouts:write"}

    @extend_schema(
        operation_id="payout_cancel",
        summary="Cancel a payout that was not sent yet",
        request=Nothing,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(payout_answers.Payout),
    )
    def post(self, request: Request, payout_id: UUID) -> HttpResponse:
        def cancel(key: str) -> Answer:
            self.checked(Nothing)
            # Looked up in the shop first: a stranger's payout is not there, locked or not.
            selectors.payout_get(shop_id=self.shop.id, payout_id=payout_id)
            payout = payout_cancel(shop_id=self.shop.id, payout_id=payout_id, now=timezone.now())
            self.write_down("payout.cancelled", subject=f"payout:{payout_id}")
            return Answer(200, _shown(payout))

        return self.write(cancel)


def _shown(payout: Payout) -> dict[str, Any]:
    """A payout with what it waits for. One query for one that is only requested."""
    return payout_as_dict(payout, waiting_for=waiting_for([payout]).get(payout.id))


def _units(amount: str | None, *, code: str) -> int | None:
    """Base units of an amount of an asset; None for everything."""
    if amount is None:
        return None
    asset = FIAT.get(code)
    if asset is None:
        decimals = Token.objects.filter(code=code).values_list("decimals", flat=True).first()
        if decimals is None:
            raise AssetNotPaidOut(f"{code[:80]} is no asset we know.", field="asset")
        asset = Asset(code, decimals)
    with of_field("amount"):
        return parse_positive_amount(amount, asset).units


def balance_as_dict(asset: Asset, payable: Payable) -> dict[str, Any]:
    shown: dict[str, Any] = {"asset": asset.code, "symbol": asset.symbol}
    for name, units in (
        ("available", payable.available),
        ("reserved", payable.reserved),
        ("payable", payable.units),
        ("not_final", payable.not_final),
        ("withheld", payable.withheld),
        ("reserve", payable.reserve),
    ):
        shown[name] = format_amount(Amount(units, asset))
        shown[f"{name}_units"] = str(units)
    return shown
