"""The server, the store, the key, the rates and the lists, as plugins read them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gateway.chains.models import ProcessedHead
from gateway.shops.services import shop_set_terms
from merchants.plugins.known import PRESTASHOP, WOOCOMMERCE, KnownPlugin
from tests.chain_rows import USDC
from tests.invoices.conftest import World
from tests.merchants.plugins.conftest import Plugin, is_number_text, refused

pytestmark = pytest.mark.django_db


def test_the_server_says_a_version_that_plugins_accept(plugin_for: Callable[..., Plugin]) -> None:
    """WooCommerce's refunds want 1.7.6, PrestaShop wants 1.7.0 and hides itself unless synched."""
    info = plugin_for("invoices:read").asked("GET", "server/info")
    assert tuple(int(part) for part in info["version"].split(".")) >= (1, 7, 6)
    assert info["fullySynched"] is True
    assert info["supportedPaymentMethods"] and info["syncStatus"]
    assert info["onion"] is None


def test_a_chain_that_stalls_is_said_to_be_behind(plugin: Plugin, open_shop: World) -> None:
    assert Client().get("/api/v1/health").json() == {"synchronized": True}
    ProcessedHead.objects.update(stalled_since=open_shop.now, stall_reason="no node answers")
    assert Client().get("/api/v1/health").json() == {"synchronized": False}
    assert plugin.asked("GET", "server/info")["fullySynched"] is False


def test_a_key_opens_exactly_one_store(plugin: Plugin) -> None:
    [store] = plugin.asked("GET", "stores")
    assert store["id"] == plugin.shop_id and ":" not in store["id"]
    assert store["name"]
    assert plugin.asked("GET", plugin.store) == store


def test_the_key_tells_of_itself_and_can_give_itself_back(
    plugin_for: Callable[..., Plugin],
) -> None:
    plugin = plugin_for("invoices:read", "invoices:write")
    key = plugin.asked("GET", "api-keys/current")
    assert key == {
        "apiKey": plugin.secret,
        "label": "Web shop",
        "permissions": [
            f"btcpay.store.canviewinvoices:{plugin.shop_id}",
            f"btcpay.store.cancreateinvoice:{plugin.shop_id}",
        ],
    }
    plugin.asked("DELETE", "api-keys/current")
    refused(plugin.get("api-keys/current"), 401, "unauthenticated")


def test_payment_methods_are_those_the_shop_takes(plugin: Plugin, open_shop: World) -> None:
    shop_set_terms(
        shop_id=open_shop.shop_id, changes={"accepted_assets": [USDC]}, now=open_shop.now
    )
    every = plugin.asked("GET", f"{plugin.store}/payment-methods")
    assert len(every) > 1
    assert all(type(one["enabled"]) is bool and one["paymentMethodId"] for one in every)
    assert not any("config" in one for one in every)
    [only] = plugin.asked("GET", f"{plugin.store}/payment-methods?onlyEnabled=true")
    assert only["enabled"] is True and only["paymentMethodId"].startswith("USDC-")
    with_config = plugin.asked("GET", f"{plugin.store}/payment-methods?includeConfig=true")
    assert all("config" in one for one in with_config)


def test_a_store_has_what_the_librarys_getters_read(plugin: Plugin, open_shop: World) -> None:
    """They are typed: a flag is a boolean, a count an integer, and none is missing."""
    store = plugin.asked("GET", plugin.store)
    for flag in (
        "anyoneCanCreateInvoice",
        "requiresRefundEmail",
        "lightningAmountInSatoshi",
        "lightningPrivateRouteHints",
        "onChainWithLnInvoiceFallback",
        "redirectAutomatically",
        "showRecommendedFee",
        "payJoinEnabled",
        "lazyPaymentMethods",
    ):
        assert store[flag] is False
    for text in ("defaultLang", "networkFeeMode", "defaultPaymentMethod", "speedPolicy"):
        assert type(store[text]) is str
    assert type(store["recommendedFeeBlockTarget"]) is int
    for bps, percent in ((100, 1), (50, 0.5), (0, 0)):
        shop_set_terms(
            shop_id=open_shop.shop_id,
            changes={"underpay_tolerance_bps": bps},
            now=open_shop.now,
        )
        told = plugin.asked("GET", plugin.store)["paymentTolerance"]
        assert told == percent and type(told) is type(percent), "1.0 is no int to PHP"


def test_prestashop_reads_payment_methods_by_their_names(
    plugin_of: Callable[[KnownPlugin], Plugin],
) -> None:
    """Its library is older than the list, and throws at one; newer ones read both."""
    plain, older = plugin_of(WOOCOMMERCE), plugin_of(PRESTASHOP)
    listed = plain.asked("GET", f"{plain.store}/payment-methods")
    named = older.asked("GET", f"{older.store}/payment-methods")
    assert type(listed) is list and listed
    assert named == {one["paymentMethodId"]: {**one, "data": {}} for one in listed}


def test_older_plugins_ask_for_two_lists_and_get_two(plugin: Plugin) -> None:
    on_chain = plugin.asked("GET", f"{plugin.store}/payment-methods/OnChain")
    assert on_chain and {"enabled", "cryptoCode", "paymentMethodId"} <= set(on_chain[0])
    assert plugin.asked("GET", f"{plugin.store}/payment-methods/LightningNetwork") == []


def test_rates_are_text_and_what_has_none_says_why(plugin: Plugin) -> None:
    path = f"{plugin.store}/rates?currencyPair=USDC_EUR&currencyPair=USDC_XXX&currencyPair=FOO_EUR"
    found = {one["currencyPair"]: one for one in plugin.asked("GET", path)}
    assert is_number_text(found["USDC_EUR"]["rate"]) and found["USDC_EUR"]["errors"] == []
    for pair in ("USDC_XXX", "FOO_EUR"):
        assert found[pair]["rate"] is None and found[pair]["errors"]
    every = plugin.asked("GET", f"{plugin.store}/rates")
    assert all(is_number_text(one["rate"]) for one in every) and every


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("permissions", {"name", "included"}),
        ("lang", {"code", "currentLanguage"}),
        ("rate-sources", {"id", "name"}),
    ],
)
def test_the_lists_for_everybody(path: str, keys: set[str]) -> None:
    answer = Client().get(f"/misc/{path}")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()
    assert found and all(set(one) == keys for one in found)
