"""Card readers: which there are, and having one ask for a sale's card."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from gateway.cards.at_reader import page_give_up, reader_again, reader_cancel, reader_start
from gateway.cards.errors import CardTenderUnknown
from gateway.cards.models import CardTender
from gateway.cards.presenters import reader_as_dict, turn_as_dict
from gateway.cards.reader_life import MAY_TRY_AGAIN
from gateway.cards.selectors import open_tender, readers_of
from gateway.invoices.selectors import invoice_get
from merchants.api import answers, docs
from merchants.api.contract import ApiView
from merchants.api.idempotency import Answer
from merchants.api.serializers import AtReader, Nothing


class ReadersView(ApiView):
    scopes: ClassVar = {"GET": "invoices:read"}

    @extend_schema(
        operation_id="readers_list",
        summary="List the shop's card readers",
        responses=docs.answers_with(answers.CardReaders),
    )
    def get(self, request: Request) -> HttpResponse:
        self.query()
        return self.read(
            {"data": [reader_as_dict(row) for row in readers_of(shop_id=self.shop.id)]}
        )


class InvoiceReaderView(ApiView):
    http_method_names: Sequence[str] = ("get", "head", "put", "delete")
    scopes: ClassVar = {"GET": "invoices:read", "PUT": "invoices:write", "DELETE": "invoices:write"}

    @extend_schema(
        operation_id="invoice_reader_get",
        summary="How far a sale's card is at its reader",
        responses=docs.answers_with(answers.CardTurn),
    )
    def get(self, request: Request, invoice_id: UUID) -> HttpResponse:
        self.query()
        return self.read(turn_as_dict(self._at_reader(invoice_id)))

    @extend_schema(
        operation_id="invoice_reader_ask",
        summary="Have a reader ask for the card that pays a sale",
        description=(
            "Again is the same; after a turn that ended without a card it begins anew, at this "
            "reader. The invoice says when it is paid."
        ),
        request=AtReader,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(answers.CardTurn),
    )
    def put(self, request: Request, invoice_id: UUID) -> HttpResponse:
        invoice = invoice_get(shop_id=self.shop.id, invoice_id=invoice_id)
        sale: dict[str, Any] = {
            "shop_id": self.shop.id,
            "invoice_id": invoice.id,
            "now": timezone.now(),
        }
        reader_id = self.checked(AtReader)["reader_id"]

        def ask(key: str) -> Answer:
            row = reader_start(**sale, reader_id=reader_id)
            if row.turn in MAY_TRY_AGAIN:
                row = reader_again(**sale, reader_id=reader_id)
            return Answer(200, turn_as_dict(row))

        if self.kept is None:
            # By itself: the refusal that follows it must not undo it.
            page_give_up(**sale)
        return self.write(ask)

    @extend_schema(
        operation_id="invoice_reader_cancel",
        summary="Have the reader ask no more",
        description="No card is charged. Too late once one was taken: it can be refunded then.",
        responses=docs.answers_with(answers.CardTurn),
    )
    def delete(self, request: Request, invoice_id: UUID) -> HttpResponse:
        self.checked(Nothing)
        self._at_reader(invoice_id)
        row = reader_cancel(shop_id=self.shop.id, invoice_id=invoice_id, now=timezone.now())
        if row is None:
            raise CardTenderUnknown
        return self.read(turn_as_dict(row))

    def _at_reader(self, invoice_id: UUID) -> CardTender:
        """A sale of the shop's whose card is under way at a reader.

        Raises:
            InvoiceNotFound, CardTenderUnknown
        """
        row = open_tender(invoice_id=invoice_get(shop_id=self.shop.id, invoice_id=invoice_id).id)
        if row is None or row.reader_id is None:
            raise CardTenderUnknown
        return row
