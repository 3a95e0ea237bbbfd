"""Pull payments and payouts: money on its way back to shoppers, in the plugins' words."""

from typing import ClassVar

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from gateway.money.assets import FIAT
from gateway.refunds.deciding import refund_approve, refund_reject
from gateway.refunds.errors import RefundNotOpen, RefundUnknown
from gateway.refunds.links import link_of
from gateway.refunds.selectors import refund_get
from merchants.plugins import inputs
from merchants.plugins.contract import PluginView, id_in
from merchants.plugins.methods import methods_of
from merchants.plugins.permissions import MAY_MANAGE_PAYOUTS, MAY_REFUND, MAY_VIEW_PAYOUTS
from merchants.plugins.presenters import payout_data, pull_payment_data
from merchants.plugins.problems import InputRefused, fault
from merchants.plugins.services import plugin_pull_payment


class PullPaymentsView(PluginView):
    needs: ClassVar = {"POST": MAY_REFUND}

    def post(self, request: Request, store_id: str) -> HttpResponse:
        currency = self.shop.pricing_currency
        wanted = inputs.read_pull_payment(
            self.body(),
            currencies={currency: FIAT[currency]},
            methods=methods_of(self.shop.mode),
        )
        asked = plugin_pull_payment(
            shop=self.shop, wanted=wanted, by=self.person, now=timezone.now()
        )
        return self.answer(
            pull_payment_data(
                asked.refund,
                link=link_of(asked.token),
                name=wanted.name,
                description=wanted.description,
                amount=wanted.amount,
            )
        )


class ClaimsView(PluginView):
    """A refund has one claim, made by whoever holds its link: then it is a payout."""

    needs: ClassVar = {"GET": MAY_VIEW_PAYOUTS, "POST": MAY_MANAGE_PAYOUTS}

    def get(self, request: Request, refund_id: str) -> HttpResponse:
        refund = refund_get(shop_id=self.shop.id, refund_id=id_in(refund_id, unknown=RefundUnknown))
        claimed = [refund] if refund.claimed_at is not None else []
        return self.answer(
            [payout_data(one, methods=methods_of(self.shop.mode)) for one in claimed]
        )

    def post(self, request: Request, refund_id: str) -> HttpResponse:
        refund_get(shop_id=self.shop.id, refund_id=id_in(refund_id, unknown=RefundUnknown))
        raise InputRefused(
            fault("destination", "The shopper says where to, at the pull payment's viewLink.")
        )


class PayoutView(PluginView):
    """POST lets it go, within what the key may; DELETE calls it off."""

    needs: ClassVar = {"POST": MAY_MANAGE_PAYOUTS, "DELETE": MAY_MANAGE_PAYOUTS}

    def post(self, request: Request, store_id: str, refund_id: str) -> HttpResponse:
        try:
            with transaction.atomic():
                refund = refund_approve(
                    shop_id=self.shop.id,
                    refund_id=id_in(refund_id, unknown=RefundUnknown),
                    by=self.person,
                    now=timezone.now(),
                )
                self.write_down("refund.approved", subject=f"refund:{refund.id}")
        except RefundNotOpen as refused:
            raise InputRefused(fault("payoutId", refused.message)) from None
        return self.answer(payout_data(refund, methods=methods_of(self.shop.mode)))

    def delete(self, request: Request, store_id: str, refund_id: str) -> HttpResponse:
        try:
            with transaction.atomic():
                refund = refund_reject(
                    shop_id=self.shop.id,
                    refund_id=id_in(refund_id, unknown=RefundUnknown),
                    by=self.person,
                    now=timezone.now(),
                )
                self.write_down("refund.rejected", subject=f"refund:{refund.id}")
        except RefundNotOpen as refused:
            raise InputRefused(fault("payoutId", refused.message)) from None
        return self.done()


class PayoutPaidView(PluginView):
    """Nobody can say that money went: it is sent from here, or it isn't."""

    needs: ClassVar = {"POST": MAY_MANAGE_PAYOUTS}

    def post(self, request: Request, store_id: str, refund_id: str) -> HttpResponse:
        refund_get(shop_id=self.shop.id, refund_id=id_in(refund_id, unknown=RefundUnknown))
        raise InputRefused(
            fault("payoutId", "It is marked as paid when its transaction is mined, not before.")
        )
