"""Payment links: make, list, change, close."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from gateway.money.amounts import parse_positive_amount
from gateway.money.assets import fiat
from merchants.api import answers, docs
from merchants.api.contract import ApiView, of_field, page_as_dict
from merchants.api.idempotency import Answer
from merchants.api.serializers import NewPaymentLink, Nothing, PaymentLinkChange
from merchants.links.life import Price
from merchants.links.models import PaymentLink
from merchants.links.presenters import link_as_dict
from merchants.links.selectors import link_get, links_page
from merchants.links.services import NewLink, link_change, link_close, link_make


class PaymentLinksView(ApiView):
    scopes: ClassVar = {"GET": "links:read", "POST": "links:write"}

    @extend_schema(
        operation_id="payment_links_list",
        summary="List payment links, newest first",
        parameters=[docs.CURSOR, docs.LIMIT],
        responses=docs.answers_with(answers.PaymentLinkList),
    )
    def get(self, request: Request) -> HttpResponse:
        _query, cursor, size = self.page_query()
        page = links_page(shop_id=self.shop.id, cursor=cursor, size=size)
        now = timezone.now()
        return self.read(page_as_dict(page, lambda link: link_as_dict(link, now=now)))

    @extend_schema(
        operation_id="payment_link_create",
        summary="Make a payment link",
        description=(
            "A page that asks whoever opens it for money: a fixed amount, or one that the payer "
            "chooses between minimum and maximum. Its invoices carry the link's id as payment_link "
            "in their metadata."
        ),
        request=NewPaymentLink,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(answers.PaymentLink, status=201),
    )
    def post(self, request: Request) -> HttpResponse:
        return self.write(self._create)

    def _create(self, key: str) -> Answer:
        wanted = self.checked(NewPaymentLink)
        units = [self._units(wanted, name) for name in ("amount", "minimum", "maximum")]
        now = timezone.now()
        link = link_make(
            shop=self.shop,
            wanted=NewLink(price=Price(*units), **wanted),
            by=f"api_key:{self.caller.key_id}",
            now=now,
        )
        return _answer(link, now=now, status=201)

    def _units(self, wanted: dict[str, Any], name: str) -> int | None:
        """Takes the amount out of what is wanted."""
        if name not in wanted:
            return None
        with of_field(name):
            return parse_positive_amount(wanted.pop(name), fiat(self.shop.pricing_currency)).units


class PaymentLinkView(ApiView):
    scopes: ClassVar = {"GET": "links:read", "PATCH": "links:write"}

    @extend_schema(
        operation_id="payment_link_get",
        summary="Get a payment link",
        responses=docs.answers_with(answers.PaymentLink),
    )
    def get(self, request: Request, link_id: UUID) -> HttpResponse:
        self.query()
        link = link_get(shop_id=self.shop.id, link_id=link_id)
        return self.read(link_as_dict(link, now=timezone.now()))

    @extend_schema(
        operation_id="payment_link_change",
        summary="Change a payment link",
        description="What it asks for stays: make another link for another price.",
        request=PaymentLinkChange,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(answers.PaymentLink),
    )
    def patch(self, request: Request, link_id: UUID) -> HttpResponse:
        def change(key: str) -> Answer:
            now = timezone.now()
            wanted = self.checked(PaymentLinkChange)
            link = link_change(shop_id=self.shop.id, link_id=link_id, now=now, **wanted)
            return _answer(link, now=now)

        return self.write(change)


class PaymentLinkCloseView(ApiView):
    scopes: ClassVar = {"POST": "links:write"}

    @extend_schema(
        operation_id="payment_link_close",
        summary="Close a payment link for good",
        description="Invoices that came of it stay payable.",
        request=Nothing,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(answers.PaymentLink),
    )
    def post(self, request: Request, link_id: UUID) -> HttpResponse:
        def close(key: str) -> Answer:
            self.checked(Nothing)
            now = timezone.now()
            return _answer(link_close(shop_id=self.shop.id, link_id=link_id, now=now), now=now)

        return self.write(close)


def _answer(link: PaymentLink, *, now: datetime, status: int = 200) -> Answer:
    location = f"/v1/payment-links/{link.id}" if status == 201 else ""
    return Answer(status, link_as_dict(link, now=now), location=location)
