"""Have something happen to a test invoice, and see how far that is."""

from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from gateway.invoices.selectors import invoice_get
from gateway.trying.presenters import provocation_as_dict
from gateway.trying.selectors import provocations_of
from gateway.trying.services import provoke
from merchants.accounts.errors import ScopeMissing
from merchants.api import answers, docs
from merchants.api.contract import KeyActs
from merchants.api.idempotency import Answer
from merchants.api.serializers import NewProvocation

ASKS_FOR_A_REFUND = "refunds:write"


class ProvocationsView(KeyActs):
    scopes: ClassVar = {"GET": "invoices:read", "POST": "invoices:provoke"}

    @extend_schema(
        operation_id="provocations_list",
        summary="List what was provoked of a test invoice, latest first",
        responses=docs.answers_with(answers.Provocations),
    )
    def get(self, request: Request, invoice_id: UUID) -> HttpResponse:
        self.query()
        invoice = invoice_get(shop_id=self.shop.id, invoice_id=invoice_id)
        found = provocations_of(shop_id=self.shop.id, invoice_id=invoice.id)
        return self.read({"data": [provocation_as_dict(row) for row in found]})

    @extend_schema(
        operation_id="invoice_provoke",
        summary="Provoke what is hard to wait for",
        description=(
            "For a test shop, on the chain that the house brings along: a real payment of a test"
            " wallet, or a real reorganisation. It happens within seconds (late: once the lock,"
            " shortened to 30 seconds, and the chain's grace are over), and its events and webhooks"
            " are those of any payment. What can't be done there is refused: chain_not_ours. A"
            " refund needs the scope refunds:write besides."
        ),
        request=NewProvocation,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(answers.Provocation, status=201),
    )
    def post(self, request: Request, invoice_id: UUID) -> HttpResponse:
        def ask(key: str) -> Answer:
            invoice_get(shop_id=self.shop.id, invoice_id=invoice_id)
            wanted = self.checked(NewProvocation)
            if wanted["what"] == "refund" and ASKS_FOR_A_REFUND not in self.caller.scopes:
                raise ScopeMissing(ASKS_FOR_A_REFUND)
            row = provoke(
                shop=self.shop,
                invoice_id=invoice_id,
                what=wanted["what"],
                asset=wanted.get("asset", ""),
                by=self.person,
                now=timezone.now(),
            )
            return Answer(201, provocation_as_dict(row))

        return self.write(ask)
