"""Invoices: asked for, looked at, described, marked, given back."""

from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from gateway.chains.models import Token
from gateway.invoices import services as invoices
from gateway.invoices.errors import InvoiceNotFound, InvoiceNotOpen
from gateway.invoices.issuing import MAX_LOCK_SECONDS
from gateway.invoices.models import Invoice
from gateway.invoices.selectors import invoice_get
from gateway.money.assets import FIAT, Asset
from gateway.refunds.links import link_of
from merchants.plugins import inputs
from merchants.plugins.contract import PluginView, id_in
from merchants.plugins.known import reads_one_currency
from merchants.plugins.methods import Methods, methods_of
from merchants.plugins.permissions import (
    MAY_CREATE_INVOICE,
    MAY_DESCRIBE_INVOICE,
    MAY_MARK_INVOICE,
    MAY_REFUND,
    MAY_VIEW_INVOICES,
)
from merchants.plugins.presenters import invoice_data, payment_methods, pull_payment_data
from merchants.plugins.problems import Fault, InputRefused, fault
from merchants.plugins.selectors import (
    MOST_TAKEN,
    TAKE,
    Said,
    Wanted,
    identifier_of,
    invoices_wanted,
    said_of,
    said_of_invoices,
)
from merchants.plugins.services import (
    plugin_invoice_describe,
    plugin_invoice_issue,
    plugin_refund,
    refund_worth,
)
from merchants.plugins.statuses import STATUSES

MARKS: Final = {"Settled": "settled", "Invalid": "invalid"}
LATEST: Final = 253_402_300_799
"""The last second that a date can name."""


class OneInvoice(PluginView):
    """What the views of one invoice share."""

    def found(self, invoice_id: str) -> Invoice:
        return invoice_get(
            shop_id=self.shop.id, invoice_id=id_in(invoice_id, unknown=InvoiceNotFound)
        )

    def shown(self, invoice: Invoice, *, said: Said | None = None) -> HttpResponse:
        methods = methods_of(self.shop.mode)
        return self.answer(self.data(invoice, said=said or said_of(invoice.id), methods=methods))

    def data(self, invoice: Invoice, *, said: Said, methods: Methods) -> dict[str, Any]:
        data = invoice_data(invoice, said=said, methods=methods)
        if self.switch("includePaymentMethods"):
            data["paymentMethods"] = payment_methods(invoice, methods=methods)
        return data


class InvoicesView(OneInvoice):
    needs: ClassVar = {"GET": MAY_VIEW_INVOICES, "POST": MAY_CREATE_INVOICE}

    def get(self, request: Request, store_id: str) -> HttpResponse:
        found = invoices_wanted(shop_id=self.shop.id, wanted=self._wanted())
        said = said_of_invoices([invoice.id for invoice in found])
        methods = methods_of(self.shop.mode)
        return self.answer(
            [
                self.data(invoice, said=said.get(invoice.id, Said()), methods=methods)
                for invoice in found
            ]
        )

    def post(self, request: Request, store_id: str) -> HttpResponse:
        wanted = inputs.read_invoice(
            self.body(),
            currency=FIAT[self.shop.pricing_currency],
            methods=methods_of(self.shop.mode),
            most_lock_seconds=MAX_LOCK_SECONDS,
        )
        invoice, said = plugin_invoice_issue(
            shop=self.shop,
            wanted=wanted,
            made_by=f"api_key:{self.caller.key_id}",
            now=timezone.now(),
        )
        return self.shown(invoice, said=said)

    def _wanted(self) -> Wanted:
        """Raises InputRefused."""
        query = self.request.query_params
        faults: list[Fault] = []
        statuses = query.getlist("status")
        for status in statuses:
            if status not in STATUSES:
                faults.append(fault("status", f"There is no status {status[:40]!r}."))
        numbers = {
            name: _whole(query.get(name), name, most=most, faults=faults)
            for name, most in (
                ("startDate", LATEST),
                ("endDate", LATEST),
                ("take", MOST_TAKEN),
                ("skip", 10**6),
            )
        }
        texts = [*query.getlist("orderId"), query.get("textSearch", "")]
        if any("\0" in text for text in texts):
            faults.append(fault("orderId", "This holds characters that can't be."))
        if faults:
            raise InputRefused(*faults)
        take = numbers["take"]
        return Wanted(
            order_ids=query.getlist("orderId"),
            statuses=statuses,
            text=query.get("textSearch", ""),
            start=_moment(numbers["startDate"]),
            end=_moment(numbers["endDate"]),
            take=TAKE if take is None else take,
            skip=numbers["skip"] or 0,
        )


def _whole(text: str | None, name: str, *, most: int, faults: list[Fault]) -> int | None:
    """A whole number of the query; more than the most is the most."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        faults.append(fault(name, "This must be a whole number."))
        return None
    return min(int(text), most)


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


class InvoiceView(OneInvoice):
    needs: ClassVar = {"GET": MAY_VIEW_INVOICES, "PUT": MAY_DESCRIBE_INVOICE}

    def get(self, request: Request, store_id: str, invoice_id: str) -> HttpResponse:
        return self.shown(self.found(invoice_id))

    def put(self, request: Request, store_id: str, invoice_id: str) -> HttpResponse:
        metadata, order_id = inputs.read_metadata(self.body())
        invoice = plugin_invoice_describe(
            shop_id=self.shop.id,
            invoice_id=id_in(invoice_id, unknown=InvoiceNotFound),
            metadata=metadata,
            order_id=order_id,
        )
        return self.shown(invoice)


class InvoiceMethodsView(OneInvoice):
    """What each token asks for and brought; to a plugin that reads one currency alone, what was
    paid once anything was."""

    needs: ClassVar = {"GET": MAY_VIEW_INVOICES}

    def get(self, request: Request, store_id: str, invoice_id: str) -> HttpResponse:
        invoice, methods = self.found(invoice_id), methods_of(self.shop.mode)
        if invoice.received and reads_one_currency(identifier_of(self.caller.key_id)):
            paid = payment_methods(invoice, methods=methods, only_paid=True)
            if paid:
                return self.answer(paid)
        accounted = self.switch("onlyAccountedPayments", otherwise=True)
        return self.answer(payment_methods(invoice, methods=methods, only_accounted=accounted))


class InvoiceStatusView(OneInvoice):
    """Marking posts no money: it says what a person knows."""

    needs: ClassVar = {"POST": MAY_MARK_INVOICE}

    def post(self, request: Request, store_id: str, invoice_id: str) -> HttpResponse:
        mark = MARKS.get(str(self.body().get("status")))
        if mark is None:
            raise InputRefused(fault("status", "An invoice can be marked Settled or Invalid."))
        try:
            with transaction.atomic():
                invoice = invoices.invoice_mark(
                    shop_id=self.shop.id,
                    invoice_id=id_in(invoice_id, unknown=InvoiceNotFound),
                    status=mark,
                    by=self.acts_as,
                    now=timezone.now(),
                )
                self.write_down(
                    "invoice.marked", subject=f"invoice:{invoice.id}", detail={"mark": mark}
                )
        except InvoiceNotOpen as refused:
            raise InputRefused(fault("status", refused.message)) from None
        return self.shown(invoice)


class InvoiceRefundView(OneInvoice):
    needs: ClassVar = {"POST": MAY_REFUND}

    def post(self, request: Request, store_id: str, invoice_id: str) -> HttpResponse:
        invoice = self.found(invoice_id)
        wanted = inputs.read_refund(
            self.body(),
            currencies=_currencies(invoice),
            methods=methods_of(self.shop.mode),
        )
        asked = plugin_refund(invoice=invoice, wanted=wanted, by=self.person, now=timezone.now())
        return self.answer(
            pull_payment_data(
                asked.refund,
                link=link_of(asked.token),
                name=wanted.name or f"Refund of {invoice.order_id or invoice.id}"[:50],
                description=wanted.description,
                amount=refund_worth(asked.refund),
            )
        )


def _currencies(invoice: Invoice) -> dict[str, Asset]:
    """What an amount to give back may be in: the invoice's currency, what it settles in, and what
    it was paid in, each by its symbol. One query."""
    codes = {invoice.settlement_asset, *(entry["asset"] for entry in invoice.received)}
    tokens = {
        code.partition("@")[0].upper(): Asset(code, decimals)
        for code, decimals in Token.objects.filter(code__in=codes).values_list("code", "decimals")
    }
    return {**tokens, invoice.currency: FIAT[invoice.currency]}
