"""Refunds to cards: ask, list, approve, cancel."""

from collections.abc import Callable
from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from gateway.invoices.selectors import invoice_get
from gateway.money.amounts import Amount, parse_positive_amount
from gateway.money.assets import FIAT
from gateway.refunds.cards import selectors
from gateway.refunds.cards.life import STATUSES
from gateway.refunds.cards.models import CardRefund
from gateway.refunds.cards.presenters import card_refund_as_dict
from gateway.refunds.cards.requesting import (
    card_refund_approve,
    card_refund_reject,
    card_refund_request,
)
from merchants.api import answers, docs
from merchants.api.contract import KeyActs, of_field, page_as_dict
from merchants.api.idempotency import Answer
from merchants.api.serializers import NewCardRefund, Nothing


class CardRefundsView(KeyActs):
    scopes: ClassVar = {"GET": "refunds:read", "POST": "refunds:write"}

    @extend_schema(
        operation_id="card_refunds_list",
        summary="List refunds to cards, newest first",
        parameters=[
            docs.CURSOR,
            docs.LIMIT,
            docs.parameter("status", "Only refunds of this status.", enum=STATUSES),
            docs.parameter("invoice_id", "Only refunds of this invoice."),
        ],
        responses=docs.answers_with(answers.CardRefundList),
    )
    def get(self, request: Request) -> HttpResponse:
        query, cursor, size = self.page_query("status", "invoice_id")
        page = selectors.card_refunds_page(
            shop_id=self.shop.id,
            cursor=cursor,
            status=self.choice(query, "status", STATUSES),
            invoice_id=self.id_of(query, "invoice_id"),
            size=size,
        )
        return self.read(page_as_dict(page, card_refund_as_dict))

    @extend_schema(
        operation_id="card_refund_request",
        summary="Give a card payment back, or a part of it",
        description=(
            "What goes back is set aside at once and goes to the card that paid. Above the limit "
            "that the shop's terms set for keys, a person approves it."
        ),
        request=NewCardRefund,
        parameters=[docs.IDEMPOTENCY_KEY_REQUIRED],
        responses=docs.answers_with(answers.CardRefund, status=201),
    )
    def post(self, request: Request) -> HttpResponse:
        return self.write(self._request, key_required=True)

    def _request(self, key: str) -> Answer:
        wanted = self.checked(NewCardRefund)
        refund = card_refund_request(
            shop_id=self.shop.id,
            invoice_id=wanted["invoice_id"],
            amount=self._amount(wanted["invoice_id"], wanted.get("amount")),
            reason=wanted.get("reason", ""),
            by=self.person,
            now=timezone.now(),
        )
        return Answer(201, card_refund_as_dict(refund), location=f"/v1/card-refunds/{refund.id}")

    def _amount(self, invoice_id: UUID, text: str | None) -> Amount | None:
        """Of a sale that is the shop's: a stranger's is not found."""
        currency = invoice_get(shop_id=self.shop.id, invoice_id=invoice_id).currency
        if text is None:
            return None
        with of_field("amount"):
            return parse_positive_amount(text, FIAT[currency])


class CardRefundView(KeyActs):
    scopes: ClassVar = {"GET": "refunds:read"}

    @extend_schema(
        operation_id="card_refund_get",
        summary="Get a refund to a card",
        responses=docs.answers_with(answers.CardRefund),
    )
    def get(self, request: Request, refund_id: UUID) -> HttpResponse:
        self.query()
        return self.read(
            card_refund_as_dict(
                selectors.card_refund_get(shop_id=self.shop.id, refund_id=refund_id)
            )
        )


class _DecideView(KeyActs):
    def decided(self, verb: Callable[..., CardRefund], *, refund_id: UUID) -> HttpResponse:
        def decide(key: str) -> Answer:
            self.checked(Nothing)
            refund = verb(
                shop_id=self.shop.id, refund_id=refund_id, by=self.person, now=timezone.now()
            )
            act = "refund.rejected" if refund.status == "rejected" else "refund.approved"
            self.write_down(act, subject=f"card_refund:{refund_id}")
            return Answer(200, card_refund_as_dict(refund))

        return self.write(decide)


class CardRefundApproveView(_DecideView):
    scopes: ClassVar = {"POST": "refunds:write"}

    @extend_schema(
        operation_id="card_refund_approve",
        summary="Approve a refund to a card within the key's limit",
        request=Nothing,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(answers.CardRefund),
    )
    def post(self, request: Request, refund_id: UUID) -> HttpResponse:
        return self.decided(card_refund_approve, refund_id=refund_id)


class CardRefundCancelView(_DecideView):
    scopes: ClassVar = {"POST": "refunds:end"}

    @extend_schema(
        operation_id="card_refund_cancel",
        summary="Call a refund to a card off that nobody approved yet",
        description="A key with the scope refunds:write may as well.",
        request=Nothing,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(answers.CardRefund),
    )
    def post(self, request: Request, refund_id: UUID) -> HttpResponse:
        return self.decided(card_refund_reject, refund_id=refund_id)
