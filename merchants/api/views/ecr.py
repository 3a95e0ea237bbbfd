"""Cash registers: an amount in, an answer out, as they know it from card terminals."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Final

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from gateway.invoices.selectors import invoice_get
from gateway.money.amounts import parse_amount, parse_positive_amount
from gateway.money.assets import fiat
from merchants.api import docs
from merchants.api.contract import ApiView, of_field
from merchants.api.ecr_answers import EcrDay, EcrTransaction
from merchants.api.idempotency import Answer
from merchants.api.serializers import EcrDayEnd, NewEcrTransaction, Nothing
from merchants.ecr.errors import TransactionUnknown
from merchants.ecr.models import EcrSale, Register
from merchants.ecr.presenters import day_as_dict, day_of, ecr_sale_as_dict
from merchants.ecr.selectors import day_figures, last_sale, register_of, sale_numbered
from merchants.ecr.services import day_end, ecr_sale_cancel, ecr_sale_start
from merchants.shifts.models import ZReport

SCOPE: Final = "ecr:use"


class RegisterView(ApiView):
    @cached_property
    def register(self) -> Register:
        """Whose till the key acts at.

        Raises:
            RegisterUnknown
        """
        return register_of(shop_id=self.shop.id, key_id=self.caller.key_id)

    def shown(self, sale: EcrSale) -> dict[str, Any]:
        invoice = invoice_get(shop_id=self.shop.id, invoice_id=sale.invoice_id)
        return ecr_sale_as_dict(sale, invoice=invoice, register=self.register, shop=self.shop)


class EcrTransactionsView(RegisterView):
    scopes: ClassVar = {"POST": SCOPE}

    @extend_schema(
        operation_id="ecr_transaction_start",
        summary="Ask for an amount at the register's till",
        description=(
            "The till's display, tablet and sticker show the sale. The same transaction number"
            " again is the same sale, whatever became of the first answer; one transaction at a"
            " time. Then ask for its result every poll_after_ms until it isn't waiting."
        ),
        request=NewEcrTransaction,
        responses=docs.answers_with(EcrTransaction),
    )
    def post(self, request: Request) -> HttpResponse:
        def start(key: str) -> Answer:
            wanted = self.checked(NewEcrTransaction)
            with of_field("currency"):
                currency = fiat(wanted.get("currency", self.shop.pricing_currency))
            with of_field("amount"):
                amount = parse_positive_amount(wanted["amount"], currency)
            sale = ecr_sale_start(
                shop=self.shop,
                register=self.register,
                number=wanted["transaction"],
                amount=amount,
                order_id=wanted.get("order_id", ""),
                now=timezone.now(),
            )
            return Answer(200, self.shown(sale))

        return self.write(start)


class EcrLastView(RegisterView):
    scopes: ClassVar = {"GET": SCOPE}

    @extend_schema(
        operation_id="ecr_transaction_last",
        summary="The transaction that was started last at this till",
        description="For a register that doesn't know any more how far it was: ask before asking.",
        responses=docs.answers_with(EcrTransaction),
    )
    def get(self, request: Request) -> HttpResponse:
        self.query()
        sale = last_sale(till_id=self.register.till_id)
        if sale is None:
            raise TransactionUnknown
        return self.read(self.shown(sale))


class EcrTransactionView(RegisterView):
    scopes: ClassVar = {"GET": SCOPE}

    @extend_schema(
        operation_id="ecr_transaction_get",
        summary="A transaction's result, and its receipt",
        description="The same answer at each asking while the sale stands as it does: a reprint.",
        responses=docs.answers_with(EcrTransaction),
    )
    def get(self, request: Request, transaction: str) -> HttpResponse:
        self.query()
        return self.read(
            self.shown(sale_numbered(till_id=self.register.till_id, number=transaction))
        )


class EcrCancelView(RegisterView):
    scopes: ClassVar = {"POST": SCOPE}

    @extend_schema(
        operation_id="ecr_transaction_cancel",
        summary="Call a transaction off",
        description=(
            "Too late once it is covered (409): it can be refunded then. Again is the same. Money"
            " that comes all the same waits for a claim by whoever sent it."
        ),
        request=Nothing,
        responses=docs.answers_with(EcrTransaction),
    )
    def post(self, request: Request, transaction: str) -> HttpResponse:
        def cancel(key: str) -> Answer:
            self.checked(Nothing)
            sale = ecr_sale_cancel(register=self.register, number=transaction, now=timezone.now())
            return Answer(200, self.shown(sale))

        return self.write(cancel)


class EcrTotalsView(RegisterView):
    scopes: ClassVar = {"GET": SCOPE}

    @extend_schema(
        operation_id="ecr_totals",
        summary="What the till's sales brought today, by tender",
        responses=docs.answers_with(EcrDay),
    )
    def get(self, request: Request) -> HttpResponse:
        self.query()
        return self.read(self.day(now=timezone.now()))

    def day(self, *, now: datetime, report: ZReport | None = None) -> dict[str, Any]:
        day, till_id = day_of(now, shop=self.shop), self.register.till_id
        figures = day_figures(shop=self.shop, till_id=till_id, day=day)
        return day_as_dict(
            day, figures=figures, register=self.register, shop=self.shop, report=report
        )


class EcrDayEndView(EcrTotalsView):
    scopes: ClassVar = {"POST": SCOPE}
    http_method_names: Sequence[str] = ("post",)

    @extend_schema(
        operation_id="ecr_end_of_day",
        summary="End the day: totals, and the shift closed if one is open",
        description=(
            "A shift that is open at the till closes with what was counted in its drawer, in the"
            " name of whoever made the key. Without one it is the day's totals alone."
        ),
        request=EcrDayEnd,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(EcrDay),
    )
    def post(self, request: Request) -> HttpResponse:
        def end(key: str) -> Answer:
            counted, now = self.checked(EcrDayEnd).get("counted"), timezone.now()
            report = day_end(
                shop=self.shop,
                register=self.register,
                counted_units=None if counted is None else self._units(counted),
                now=now,
            )
            return Answer(200, self.day(now=now, report=report))

        return self.write(end)

    def _units(self, counted: str) -> int:
        with of_field("counted"):
            return parse_amount(counted, fiat(self.shop.pricing_currency)).units
