"""Pull payments and payouts: money on its way back to shoppers, in the plugins' words."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from gateway.money.assets import FIAT
from gateway.refunds.deciding import refund_approve, refund_reject
from gateway.refunds.errors import RefundNotOpen, RefundUnknown
from gateway.refunds.life import STATUSES, UNDONE
from gateway.refunds.links import link_of
from gateway.refunds.models import Refund
from gateway.refunds.selectors import refund_get, refunds_page
from merchants.plugins import inputs
from merchants.plugins.contract import PluginView, id_in
from merchants.plugins.methods import methods_of
from merchants.plugins.permissions import (
    MAY_END_REFUNDS,
    MAY_MANAGE_PAYOUTS,
    MAY_REFUND,
    MAY_VIEW_PAYOUTS,
    MAY_VIEW_REFUNDS,
)
from merchants.plugins.presenters import payout_data, pull_payment_data
from merchants.plugins.problems import InputRefused, PayoutUnknown, fault
from merchants.plugins.services import plugin_pull_payment, refund_worth

MOST_TOLD: Final = 250


class RefundView(PluginView):
    """What the views of one refund share."""

    def found(self, refund_id: str) -> Refund:
        return refund_get(shop_id=self.shop.id, refund_id=id_in(refund_id, unknown=RefundUnknown))

    def refunds(self, including: str) -> list[Refund]:
        """The shop's latest; those that gave nothing back where ``including`` asks for them."""
        statuses = () if self.switch(including) else [one for one in STATUSES if one not in UNDONE]
        return list(refunds_page(shop_id=self.shop.id, statuses=statuses, size=MOST_TOLD).items)

    def told(self, refunds: Iterable[Refund]) -> list[dict[str, Any]]:
        return [
            pull_payment_data(
                refund,
                link="",
                name=refund.reason[: inputs.MAX_NAME],
                description=refund.reason,
                amount=refund_worth(refund),
            )
            for refund in refunds
        ]

    def payouts(self, refunds: Iterable[Refund]) -> list[dict[str, Any]]:
        """A refund has one claim, made by whoever holds its link: then it is a payout."""
        methods = methods_of(self.shop.mode)
        return [payout_data(one, methods=methods) for one in refunds if one.claimed_at is not None]

    def call_off(self, refund_id: str) -> HttpResponse:
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


class PullPaymentsView(RefundView):
    needs: ClassVar = {"GET": MAY_VIEW_REFUNDS, "POST": MAY_REFUND}

    def get(self, request: Request, store_id: str) -> HttpResponse:
        return self.answer(self.told(self.refunds("includeArchived")))

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


class PullPaymentView(RefundView):
    needs: ClassVar = {"GET": MAY_VIEW_REFUNDS}

    def get(self, request: Request, refund_id: str) -> HttpResponse:
        [told] = self.told([self.found(refund_id)])
        return self.answer(told)


class StorePullPaymentView(RefundView):
    """DELETE puts it away: its link ends, and what was not sent yet stays."""

    needs: ClassVar = {"DELETE": MAY_END_REFUNDS}

    def delete(self, request: Request, store_id: str, refund_id: str) -> HttpResponse:
        return self.call_off(refund_id)


class ClaimsView(RefundView):
    needs: ClassVar = {"GET": MAY_VIEW_PAYOUTS, "POST": MAY_MANAGE_PAYOUTS}

    def get(self, request: Request, refund_id: str) -> HttpResponse:
        return self.answer(self.payouts([self.found(refund_id)]))

    def post(self, request: Request, refund_id: str) -> HttpResponse:
        self.found(refund_id)
        raise InputRefused(
            fault("destination", "The shopper says where to, at the pull payment's viewLink.")
        )


class ClaimView(RefundView):
    """A payout by its pull payment's id and its own, which are the same."""

    needs: ClassVar = {"GET": MAY_VIEW_PAYOUTS}

    def get(self, request: Request, refund_id: str, payout_id: str) -> HttpResponse:
        if payout_id != refund_id:
            raise PayoutUnknown
        return self.answer(_the_one(self.payouts([self.found(refund_id)])))


class PayoutsView(RefundView):
    needs: ClassVar = {"GET": MAY_VIEW_PAYOUTS}

    def get(self, request: Request, store_id: str) -> HttpResponse:
        return self.answer(self.payouts(self.refunds("includeCancelled")))


class PayoutView(RefundView):
    """POST lets it go, within what the key may; DELETE calls it off."""

    needs: ClassVar = {
        "GET": MAY_VIEW_PAYOUTS,
        "POST": MAY_MANAGE_PAYOUTS,
        "DELETE": MAY_MANAGE_PAYOUTS,
    }

    def get(self, request: Request, store_id: str, refund_id: str) -> HttpResponse:
        return self.answer(_the_one(self.payouts([self.found(refund_id)])))

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
        return self.call_off(refund_id)


def _the_one(payouts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Raises PayoutUnknown: nobody has claimed it."""
    if not payouts:
        raise PayoutUnknown
    return payouts[0]


class PayoutPaidView(RefundView):
    """Nobody can say that money went: it is sent from here, or it isn't."""

    needs: ClassVar = {"POST": MAY_MANAGE_PAYOUTS}

    def post(self, request: Request, store_id: str, refund_id: str) -> HttpResponse:
        self.found(refund_id)
        raise InputRefused(
            fault("payoutId", "It is marked as paid when its transaction is mined, not before.")
        )
