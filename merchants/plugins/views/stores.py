"""The store that a key opens: its name, its payment methods, its rates; and the key itself."""

from typing import Any, ClassVar, Final

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from gateway.invoices.errors import NoQuote
from gateway.invoices.issuing import draw_quotes
from gateway.market.quotes import Quote
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from merchants.accounts.services import api_key_revoke
from merchants.plugins.contract import PluginView
from merchants.plugins.known import reads_methods_by_name
from merchants.plugins.methods import Methods, accepted_of, methods_of
from merchants.plugins.permissions import MAY_VIEW_STORE
from merchants.plugins.presenters import RATE_PLACES, store_data
from merchants.plugins.selectors import identifier_of, key_view

RATE_FOR_WHOLE: Final = 100
"""Rates are those of a sale of so much: a rate without an amount is nobody's."""


class StoresView(PluginView):
    """A key opens one store, so there is one."""

    needs: ClassVar = {"GET": MAY_VIEW_STORE}

    def get(self, request: Request) -> HttpResponse:
        return self.answer([store_data(self.shop)])


class StoreView(PluginView):
    needs: ClassVar = {"GET": MAY_VIEW_STORE}

    def get(self, request: Request, store_id: str) -> HttpResponse:
        return self.answer(store_data(self.shop))


class KeyView(PluginView):
    needs: ClassVar = {"GET": None, "DELETE": None}

    def get(self, request: Request) -> HttpResponse:
        caller = self.caller
        key = key_view(key_id=caller.key_id, shop_id=caller.shop.id, scopes=caller.scopes)
        return self.answer(
            {"apiKey": str(request.auth), "label": key.label, "permissions": key.permissions}
        )

    def delete(self, request: Request) -> HttpResponse:
        key_id = self.caller.key_id
        api_key_revoke(shop_id=self.shop.id, key_id=key_id, now=timezone.now(), by=f"key:{key_id}")
        return self.done()


class StoreMethodsView(PluginView):
    """What the shop takes; to a plugin that reads no list, each under its name."""

    needs: ClassVar = {"GET": MAY_VIEW_STORE}

    def get(self, request: Request, store_id: str) -> HttpResponse:
        methods = accepted_of(self.shop, methods=methods_of(self.shop.mode))
        only_enabled, with_config = self.switch("onlyEnabled"), self.switch("includeConfig")
        found = [
            {"enabled": accepted, "paymentMethodId": name}
            | ({"config": None} if with_config else {})
            for name, accepted in methods.items()
            if accepted or not only_enabled
        ]
        if reads_methods_by_name(identifier_of(self.caller.key_id)):
            return self.answer({one["paymentMethodId"]: {**one, "data": {}} for one in found})
        return self.answer(found)


class OnChainMethodsView(PluginView):
    """The list by which older plugins ask whether there is anything to be paid on chain."""

    needs: ClassVar = {"GET": MAY_VIEW_STORE}

    def get(self, request: Request, store_id: str) -> HttpResponse:
        methods = methods_of(self.shop.mode)
        accepted = accepted_of(self.shop, methods=methods)
        return self.answer(
            [
                {
                    "enabled": True,
                    "cryptoCode": asset.partition("@")[0],
                    "paymentMethodId": name,
                }
                for asset, name in methods.names.items()
                if accepted[name]
            ]
        )


class LightningMethodsView(PluginView):
    """There are none: what is taken are tokens."""

    needs: ClassVar = {"GET": MAY_VIEW_STORE}

    def get(self, request: Request, store_id: str) -> HttpResponse:
        return self.answer([])


class RatesView(PluginView):
    needs: ClassVar = {"GET": MAY_VIEW_STORE}

    def get(self, request: Request, store_id: str) -> HttpResponse:
        methods, currency = methods_of(self.shop.mode), self.shop.pricing_currency
        quotes, problem = self._quotes()
        pairs = request.query_params.getlist("currencyPair") or [
            f"{quote.token_asset.symbol}_{currency}" for quote in quotes
        ]
        return self.answer(
            [_rate(pair, quotes, currency, problem, methods) for pair in dict.fromkeys(pairs)]
        )

    def _quotes(self) -> tuple[list[Quote], str]:
        currency = FIAT[self.shop.pricing_currency]
        try:
            drawn = draw_quotes(
                shop=self.shop,
                amount=Amount(RATE_FOR_WHOLE * currency.one, currency),
                lock_seconds=self.shop.terms.lock_seconds,
                shorten_lock=True,
                now=timezone.now(),
            )
        except NoQuote as refused:
            return [], refused.message
        return list(drawn.quotes), ""


def _rate(
    pair: str, quotes: list[Quote], currency: str, problem: str, methods: Methods
) -> dict[str, Any]:
    """Pricing currency per token, of the first chain it is taken on, or of the one it names."""
    base, _, priced_in = pair.rpartition("_")
    named = methods.asset_named(base)
    found = [
        quote
        for quote in quotes
        if quote.asset == named or quote.token_asset.symbol.upper() == base.upper()
    ]
    if problem or priced_in.upper() != currency or not found:
        said = problem or f"There is no rate of {pair[:40]!r}: this shop prices in {currency}."
        return {"currencyPair": pair, "rate": None, "errors": [said]}
    rate = found[0].token_rate.price_text(RATE_PLACES)
    return {"currencyPair": pair, "rate": rate, "errors": []}
