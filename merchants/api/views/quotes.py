"""Quotes and the assets they are in."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from gateway.chains.addresses import checksum
from gateway.chains.errors import AmbiguousFactory
from gateway.invoices.catalogue import catalogue
from gateway.invoices.issuing import draw_quotes
from gateway.invoices.presenters import RATE_PLACES
from gateway.market.quotes import Quote
from gateway.money.amounts import Amount, format_amount, parse_positive_amount
from gateway.money.assets import fiat
from merchants.api import answers, docs
from merchants.api.contract import ApiView, fault, of_field
from merchants.api.problems import InputRefused


class QuotesView(ApiView):
    scopes: ClassVar = {"GET": "quotes:read"}

    @extend_schema(
        operation_id="quotes_preview",
        summary="Preview what each asset would pay",
        parameters=[
            docs.parameter("amount", "A plain decimal.", required=True),
            docs.parameter("currency", "ISO 4217; the shop's pricing currency if unset."),
        ],
        responses=docs.answers_with(answers.QuotePreview),
    )
    def get(self, request: Request) -> HttpResponse:
        query = self.query({"amount", "currency"})
        if "amount" not in query:
            raise InputRefused([fault("amount", "field_required", "Say which amount.")])
        with of_field("currency"):
            currency = fiat(query.get("currency", self.shop.pricing_currency))
        with of_field("amount"):
            amount = parse_positive_amount(query["amount"], currency)
        drawn = draw_quotes(
            shop=self.shop,
            amount=amount,
            lock_seconds=self.shop.terms.lock_seconds,
            shorten_lock=True,
            now=timezone.now(),
        )
        return self.read(
            {
                "amount": format_amount(amount),
                "currency": currency.code,
                "settlement_asset": self.shop.settlement_asset,
                "drawn_at": drawn.drawn_at,
                "data": [quote_as_dict(quote) for quote in drawn.quotes],
                "refused": drawn.refused,
            }
        )


class AssetsView(ApiView):
    scopes: ClassVar = {"GET": "quotes:read"}

    @extend_schema(
        operation_id="assets_list",
        summary="List the assets of the shop's mode",
        responses=docs.answers_with(answers.AssetList),
    )
    def get(self, request: Request) -> HttpResponse:
        self.query()
        try:
            offered = catalogue(self.shop.mode)
        except AmbiguousFactory:
            return self.read({"data": [], "next_cursor": None})  # no chain is set up yet
        accepted = self.shop.terms.accepted_assets
        data = [
            {
                "code": token.code,
                "symbol": token.symbol,
                "decimals": token.decimals,
                "chain_id": token.chain_id,
                "chain_name": offered.chains[token.chain_id].name,
                "token": None if token.address is None else checksum(token.address),
                "native": token.address is None,
                "accepted": accepted is None or token.code in accepted,
                "settlement": token.code == self.shop.settlement_asset,
            }
            for token in offered.tokens.values()
        ]
        return self.read({"data": data, "next_cursor": None})


def quote_as_dict(quote: Quote) -> dict[str, Any]:
    credit = quote.credit(quote.units)
    fee = quote.fee(credit)
    pricing = quote.pricing_asset
    return {
        "asset": quote.asset,
        "symbol": quote.token_asset.symbol,
        "decimals": quote.decimals,
        "chain_id": quote.token_asset.chain_id,
        "amount": format_amount(quote.due, trim=True),
        "units": str(quote.units),
        "rate": quote.token_rate.price_text(RATE_PLACES),
        "credit": format_amount(credit - fee, trim=True),
        "fee": format_amount(fee, trim=True),
        "parts": quote.parts.shown(),
        "sources": [
            {"name": source.name, "age_ms": source.age_ms, "simulated": source.simulated}
            for source in quote.sources
        ],
        "min": format_amount(Amount(quote.minimum, pricing)) if quote.minimum else None,
        "max": format_amount(Amount(quote.maximum, pricing)) if quote.maximum else None,
    }
