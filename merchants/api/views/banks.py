"""How a shop is paid to its bank."""

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from gateway.ramps.configuration import ramp_settings
from gateway.ramps.presenters import account_as_dict
from gateway.ramps.selectors import accounts_of
from merchants.api import docs, payout_answers
from merchants.api.contract import ApiView


class BankAccountsView(ApiView):
    scopes: ClassVar = {"GET": "payouts:read"}

    @extend_schema(
        operation_id="bank_accounts_list",
        summary="List the ways to the shop's bank",
        description=(
            "What each payment provider still wants to know, and by when. A person tells it on the"
            " provider's own pages, which the dashboard opens."
        ),
        responses=docs.answers_with(payout_answers.BankAccountList),
    )
    def get(self, request: Request) -> HttpResponse:
        self.query()
        offered = [entry for entry in ramp_settings() if entry.mode == self.shop.mode]
        return self.read(
            {
                "offered": [
                    {"ramp": entry.name, "currencies": sorted(entry.currencies)}
                    for entry in offered
                ],
                "accounts": [account_as_dict(row) for row in accounts_of(shop_id=self.shop.id)],
            }
        )
