"""Invoices: ask for money, look, void, draw new quotes."""

from typing import Any, ClassVar, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from gateway.invoices import selectors, services
from gateway.invoices.errors import InvoiceNotOpen, PayerUntold
from gateway.invoices.issuing import Alongside
from gateway.invoices.models import STATUSES, Invoice
from gateway.invoices.presenters import head_numbers, invoice_as_dict
from gateway.invoices.qr import MAX_MODULE_PX, MODULE_PX, qr_png
from gateway.money.amounts import parse_positive_amount
from gateway.money.assets import fiat
from gateway.settlement.allocating.selectors import payouts_of_invoices
from merchants.api import answers, docs
from merchants.api.contract import ApiView, fault, of_field, page_as_dict
from merchants.api.idempotency import Answer
from merchants.api.problems import InputRefused
from merchants.api.serializers import NewInvoice, Nothing, Requote
from merchants.api.views.payout_invoices import assets_of, paid_in_as_dict
from merchants.customers.said import said_of
from merchants.customers.services import customer_note

NAMES_CUSTOMER: Final = b'"customer"'
"""In the body of a new invoice that says who buys. Spelt with an escape it is not seen here: then
who buys is noted after the invoice, in a transaction of its own."""


class InvoicesView(ApiView):
    scopes: ClassVar = {"GET": "invoices:read", "POST": "invoices:write"}

    @extend_schema(
        operation_id="invoices_list",
        summary="List invoices, newest first",
        parameters=[
            docs.CURSOR,
            docs.LIMIT,
            docs.parameter("status", "Only invoices of this status.", enum=STATUSES),
            docs.parameter("order_id", "Only invoices of this sale."),
        ],
        responses=docs.answers_with(answers.InvoiceList),
    )
    def get(self, request: Request) -> HttpResponse:
        query, cursor, size = self.page_query("status", "order_id")
        page = selectors.invoices_page(
            shop_id=self.shop.id,
            cursor=cursor,
            status=self.choice(query, "status", STATUSES) or "",
            order_id=query.get("order_id", ""),
            size=size,
        )
        waits = any(entry["state"] == "seen" for found in page.items for entry in found.received)
        heads = head_numbers() if waits else {}
        return self.read(page_as_dict(page, lambda found: invoice_as_dict(found, heads=heads)))

    @extend_schema(
        operation_id="invoice_create",
        summary="Ask for money",
        description=(
            "Locks a quote for every asset the shop accepts. Show the QR code, or send the shopper"
            " to checkout_url; hand over the goods when release_goods says yes."
        ),
        request=NewInvoice,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(answers.Invoice, status=201),
    )
    def post(self, request: Request) -> HttpResponse:
        if NAMES_CUSTOMER in self.request.body:  # two statements, in one transaction
            return self.write(lambda key: _created(self._issue(None)))
        return self.write_invoice(self._issue, _created)

    def _issue(self, alongside: Alongside | None) -> Invoice:
        wanted = self.checked(NewInvoice)
        told = wanted.pop("customer", None)
        said = said_of(**told) if told is not None else None
        with of_field("currency"):
            currency = fiat(wanted.pop("currency", self.shop.pricing_currency))
        with of_field("amount"):
            amount = parse_positive_amount(wanted.pop("amount"), currency)
        now = timezone.now()
        invoice = services.invoice_issue(
            shop=self.shop,
            amount=amount,
            now=now,
            created_by=f"api_key:{self.caller.key_id}",
            alongside=alongside,
            **wanted,
        )
        if said is not None:
            customer_note(shop_id=self.shop.id, invoice_id=invoice.id, said=said, now=now)
        return invoice


def _created(invoice: Invoice) -> Answer:
    return Answer(201, invoice_as_dict(invoice), location=f"/v1/invoices/{invoice.id}")


class InvoiceView(ApiView):
    scopes: ClassVar = {"GET": "invoices:read"}

    @extend_schema(
        operation_id="invoice_get",
        summary="Get an invoice",
        responses=docs.answers_with(answers.InvoiceWithPayouts),
    )
    def get(self, request: Request, invoice_id: UUID) -> HttpResponse:
        self.query()
        invoice = _invoice(self, invoice_id)
        payouts = _payouts(invoice) if "payouts:read" in self.caller.scopes else None
        return self.read({**invoice_as_dict(invoice), "payouts": payouts})


class InvoiceVoidView(ApiView):
    scopes: ClassVar = {"POST": "invoices:write"}

    @extend_schema(
        operation_id="invoice_void",
        summary="Void an invoice",
        description="Money that comes all the same waits for a claim by whoever sent it.",
        request=Nothing,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(answers.Invoice),
    )
    def post(self, request: Request, invoice_id: UUID) -> HttpResponse:
        def void(key: str) -> Answer:
            self.checked(Nothing)
            invoice = services.invoice_void(
                shop_id=self.shop.id, invoice_id=invoice_id, now=timezone.now()
            )
            return Answer(200, invoice_as_dict(invoice))

        return self.write(void)


class InvoiceRequoteView(ApiView):
    scopes: ClassVar = {"POST": "invoices:write"}

    @extend_schema(
        operation_id="invoice_requote",
        summary="Draw new quotes",
        description="They end the old ones. For an invoice that nobody has paid in time.",
        request=Requote,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(answers.Invoice),
    )
    def post(self, request: Request, invoice_id: UUID) -> HttpResponse:
        def requote(key: str) -> Answer:
            wanted: dict[str, Any] = self.checked(Requote)
            invoice = services.invoice_requote(
                shop_id=self.shop.id, invoice_id=invoice_id, now=timezone.now(), **wanted
            )
            return Answer(200, invoice_as_dict(invoice))

        return self.write(requote)


class InvoiceQrView(ApiView):
    scopes: ClassVar = {"GET": "invoices:read"}

    @extend_schema(
        operation_id="invoice_qr",
        summary="Get the QR code",
        description=(
            "A PNG of the checkout page's URL, or, with asset, of its ERC-681 payment request."
        ),
        parameters=[
            docs.parameter("asset", "Asset code: hold its payment request instead of the URL."),
            docs.parameter("module_px", f"Pixels a module, 1 to {MAX_MODULE_PX}."),
        ],
        responses=docs.answers_with(OpenApiTypes.BINARY, media_type="image/png"),
    )
    def get(self, request: Request, invoice_id: UUID) -> HttpResponse:
        query = self.query({"asset", "module_px"})
        pixels = query.get("module_px", str(MODULE_PX))
        if not (
            pixels.isascii() and pixels.isdigit() and 1 <= int(pixels[:9] or 0) <= MAX_MODULE_PX
        ):
            raise InputRefused(
                [
                    fault(
                        "module_px",
                        "parameter_invalid",
                        f"module_px must lie between 1 and {MAX_MODULE_PX}.",
                    )
                ]
            )
        shown = invoice_as_dict(_invoice(self, invoice_id), heads={})
        text = shown["checkout_url"]
        if "asset" in query:
            text = _payment_request(shown, asset=query["asset"])
        return HttpResponse(qr_png(text, module_px=int(pixels)), content_type="image/png")


def _payouts(invoice: Invoice) -> list[dict[str, Any]]:
    """The payouts that an invoice went into. One query, and one for their assets."""
    found = payouts_of_invoices(invoice_ids=[invoice.id])[invoice.id]
    assets = assets_of({each.asset for each in found})
    return [paid_in_as_dict(each, assets[each.asset]) for each in found if each.asset in assets]


def _invoice(view: ApiView, invoice_id: UUID) -> Invoice:
    return selectors.invoice_get(shop_id=view.shop.id, invoice_id=invoice_id)


def _payment_request(shown: dict[str, Any], *, asset: str) -> str:
    due = next((due for due in shown["due"] if due["asset"] == asset), None)
    if due is None:
        raise InputRefused(
            [fault("asset", "asset_not_offered", "This invoice does not offer that asset.")]
        )
    if shown["payer_needed"]:
        raise PayerUntold
    if not due["uri"]:
        raise InvoiceNotOpen("Nothing is due for this invoice any more.")
    return str(due["uri"])
