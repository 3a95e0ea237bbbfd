"""Refunds: ask, list, approve, cancel, a new link."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from gateway.chains.models import Token
from gateway.invoices.selectors import invoice_get
from gateway.money.amounts import Amount, format_amount, parse_positive_amount
from gateway.money.assets import FIAT, Asset
from gateway.refunds import selectors
from gateway.refunds.deciding import refund_approve, refund_reject, refund_relink
from gateway.refunds.errors import RefundAssetUnknown
from gateway.refunds.life import STATUSES
from gateway.refunds.links import link_of
from gateway.refunds.models import Refund
from gateway.refunds.presenters import refund_as_dict
from gateway.refunds.requesting import Wanted, refund_request
from merchants.api import answers, docs
from merchants.api.contract import KeyActs, fault, of_field, page_as_dict
from merchants.api.idempotency import Answer
from merchants.api.problems import InputRefused
from merchants.api.serializers import NewRefund, Nothing


class RefundsView(KeyActs):
    scopes: ClassVar = {"GET": "refunds:read", "POST": "refunds:write"}

    @extend_schema(
        operation_id="refunds_list",
        summary="List refunds, newest first",
        parameters=[
            docs.CURSOR,
            docs.LIMIT,
            docs.parameter("status", "Only refunds of this status.", enum=STATUSES),
            docs.parameter("invoice_id", "Only refunds of this invoice."),
        ],
        responses=docs.answers_with(answers.RefundList),
    )
    def get(self, request: Request) -> HttpResponse:
        query, cursor, size = self.page_query("status", "invoice_id")
        status = self.choice(query, "status", STATUSES)
        page = selectors.refunds_page(
            shop_id=self.shop.id,
            cursor=cursor,
            statuses=(status,) if status else (),
            invoice_id=self.id_of(query, "invoice_id"),
            size=size,
        )
        return self.read(page_as_dict(page, refund_as_dict))

    @extend_schema(
        operation_id="refund_request",
        summary="Ask for a refund",
        description=(
            "What goes back is set aside at once; the shopper says where to by the claim link. "
            "Above the limit that the shop's terms set for keys, a person approves it."
        ),
        request=NewRefund,
        parameters=[docs.IDEMPOTENCY_KEY_REQUIRED],
        responses=docs.answers_with(answers.RefundWithLink, status=201),
    )
    def post(self, request: Request) -> HttpResponse:
        return self.write(self._request, key_required=True)

    def _request(self, key: str) -> Answer:
        wanted = self.checked(NewRefund)
        asked = refund_request(
            shop_id=self.shop.id,
            invoice_id=wanted["invoice_id"],
            wanted=Wanted(
                amount=self._amount(wanted),
                claim_id=wanted.get("claim_id"),
                rate=wanted.get("rate"),
                assets=tuple(wanted.get("assets", ())),
                reason=wanted.get("reason", ""),
            ),
            by=self.person,
            now=timezone.now(),
        )
        return _with_link(asked.refund, asked.token, status=201)

    def _amount(self, wanted: dict[str, Any]) -> Amount | None:
        for name in ("amount", "asset", "rate"):
            if "claim_id" in wanted and name in wanted:
                raise InputRefused(
                    [fault(name, "unknown_field", "Money that is owed goes back as it is.")]
                )
        if "amount" not in wanted:
            return None
        invoice = invoice_get(shop_id=self.shop.id, invoice_id=wanted["invoice_id"])
        with of_field("amount"):
            return parse_positive_amount(
                wanted["amount"], _asset(wanted.get("asset", invoice.currency))
            )


class RefundableView(KeyActs):
    scopes: ClassVar = {"GET": "refunds:read"}

    @extend_schema(
        operation_id="invoice_refundable",
        summary="What may still go back of an invoice",
        responses=docs.answers_with(answers.Refundable),
    )
    def get(self, request: Request, invoice_id: UUID) -> HttpResponse:
        self.query()
        invoice = invoice_get(shop_id=self.shop.id, invoice_id=invoice_id)
        found = selectors.refundable_of(invoice)
        return self.read(
            {
                "currency": invoice.currency,
                "left": format_amount(found.left),
                "owed": [
                    {
                        "claim_id": str(owed.claim_id),
                        "reason": owed.reason,
                        "asset": owed.amount.asset.code,
                        "amount": format_amount(owed.amount, trim=True),
                        "units": str(owed.amount.units),
                    }
                    for owed in found.owed
                ],
            }
        )


class RefundView(KeyActs):
    scopes: ClassVar = {"GET": "refunds:read"}

    @extend_schema(
        operation_id="refund_get",
        summary="Get a refund",
        responses=docs.answers_with(answers.Refund),
    )
    def get(self, request: Request, refund_id: UUID) -> HttpResponse:
        self.query()
        return self.read(
            refund_as_dict(selectors.refund_get(shop_id=self.shop.id, refund_id=refund_id))
        )


class RefundApproveView(KeyActs):
    scopes: ClassVar = {"POST": "refunds:write"}

    @extend_schema(
        operation_id="refund_approve",
        summary="Approve a refund within the key's limit",
        request=Nothing,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(answers.Refund),
    )
    def post(self, request: Request, refund_id: UUID) -> HttpResponse:
        def approve(key: str) -> Answer:
            self.checked(Nothing)
            refund = refund_approve(
                shop_id=self.shop.id, refund_id=refund_id, by=self.person, now=timezone.now()
            )
            self.write_down("refund.approved", subject=f"refund:{refund_id}")
            return Answer(200, refund_as_dict(refund))

        return self.write(approve)


class RefundCancelView(KeyActs):
    scopes: ClassVar = {"POST": "refunds:end"}

    @extend_schema(
        operation_id="refund_cancel",
        summary="Call a refund off that was not sent yet",
        description="A key with the scope refunds:write may as well.",
        request=Nothing,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(answers.Refund),
    )
    def post(self, request: Request, refund_id: UUID) -> HttpResponse:
        def cancel(key: str) -> Answer:
            self.checked(Nothing)
            refund = refund_reject(
                shop_id=self.shop.id, refund_id=refund_id, by=self.person, now=timezone.now()
            )
            self.write_down("refund.rejected", subject=f"refund:{refund_id}")
            return Answer(200, refund_as_dict(refund))

        return self.write(cancel)


class RefundLinkView(KeyActs):
    scopes: ClassVar = {"POST": "refunds:write"}

    @extend_schema(
        operation_id="refund_link",
        summary="Make a new claim link; the old one ends",
        description="Claimed and not approved yet, the refund can be claimed anew by it.",
        request=Nothing,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(answers.RefundWithLink),
    )
    def post(self, request: Request, refund_id: UUID) -> HttpResponse:
        def relink(key: str) -> Answer:
            self.checked(Nothing)
            refund, token = refund_relink(
                shop_id=self.shop.id, refund_id=refund_id, by=self.person, now=timezone.now()
            )
            return _with_link(refund, token, status=200)

        return self.write(relink)


def _with_link(refund: Refund, token: str, *, status: int) -> Answer:
    """The link's only appearance: the answer is kept sealed."""
    return Answer(
        status,
        {**refund_as_dict(refund), "claim_url": link_of(token)},
        location=f"/v1/refunds/{refund.id}",
        secret=True,
    )


def _asset(code: str) -> Asset:
    if code in FIAT:
        return FIAT[code]
    decimals = Token.objects.filter(code=code).values_list("decimals", flat=True).first()
    if decimals is None:
        raise RefundAssetUnknown(field="asset")
    return Asset(code, decimals)
