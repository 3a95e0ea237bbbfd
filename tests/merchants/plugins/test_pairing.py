"""A plugin sends a person here; they say yes for one shop; their browser carries the key."""

import html
import re
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from gateway.shops.models import Shop
from gateway.shops.services import shop_set_terms
from merchants.accounts.models import ApiKey
from merchants.plugins.addresses import origin_of
from merchants.plugins.models import Pairing
from tests.faces import Staff
from tests.invoices.conftest import World
from tests.merchants.plugins.conftest import Plugin

pytestmark = pytest.mark.django_db

WOO = (
    "btcpay.store.canviewinvoices",
    "btcpay.store.cancreateinvoice",
    "btcpay.store.canviewstoresettings",
    "btcpay.store.canmodifyinvoices",
    "btcpay.store.cancreatenonapprovedpullpayments",
    "btcpay.store.webhooks.canmodifywebhooks",
)
PS = (
    "btcpay.store.canmodifystoresettings",
    "btcpay.store.webhooks.canmodifywebhooks",
    "btcpay.store.canviewstoresettings",
    "btcpay.store.cancreateinvoice",
    "btcpay.store.canviewinvoices",
    "btcpay.store.canmodifyinvoices",
)
MG = (
    "btcpay.store.canviewinvoices",
    "btcpay.store.cancreateinvoice",
    "btcpay.store.webhooks.canmodifywebhooks",
    "btcpay.store.canviewstoresettings",
    "btcpay.store.canmodifyinvoices",
)
BACK = "https://shop.example/?btcpay-settings-callback=1&nonce=a%20b"


def link(permissions: tuple[str, ...] = WOO, **more: str) -> str:
    query = [
        *(("permissions", one) for one in permissions),
        ("applicationName", more.pop("applicationName", "Corner Books & Söhne")),
        ("strict", "true"),
        ("selectiveStores", "true"),
        ("redirect", more.pop("redirect", BACK)),
        *more.items(),
    ]
    return f"/api-keys/authorize?{urlencode(query)}"


def posted(answer: Any) -> tuple[str, dict[str, list[str]]]:
    """The form that the browser posts: where to, and what."""
    assert answer.status_code == 200, answer.content
    page = answer.content.decode()
    [action] = re.findall(r'<form method="post" action="([^"]*)" data-hand-over', page)
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page):
        fields.setdefault(name, []).append(html.unescape(value))
    return html.unescape(action), fields


@pytest.mark.parametrize("permissions", [WOO, PS, MG])
def test_a_plugin_gets_exactly_what_it_asked_for_of_one_store(
    permissions: tuple[str, ...], staff: Staff, open_shop: World
) -> None:
    shop_id = str(open_shop.shop_id)
    url = link(permissions)
    action, fields = posted(staff.client("owner").post(url, {"shop": shop_id}))
    assert action == BACK, "the query that the address already carries is kept"
    assert fields["userId"] == [str(staff.user("owner").id)]
    assert fields["permissions[]"] == [f"{one}:{shop_id}" for one in permissions]
    [secret] = fields["apiKey"]
    assert re.fullmatch(r"[A-Za-z0-9_-]+", secret)
    plugin = Plugin(secret, shop_id=shop_id)
    key = plugin.asked("GET", "api-keys/current")
    assert key["permissions"] == fields["permissions[]"]
    assert key["label"] == "Corner Books & Söhne"
    assert plugin.invoice()["status"] == "New"


def test_the_key_may_go_nowhere_but_to_the_address_that_was_shown(
    staff: Staff, open_shop: World
) -> None:
    client = staff.client("owner")
    page = client.get(link())
    assert "https://shop.example" in page.content.decode()
    assert "form-action 'self'" in page["Content-Security-Policy"]
    answer = client.post(link(), {"shop": str(open_shop.shop_id)})
    policy = answer["Content-Security-Policy"]
    assert "form-action https://shop.example;" in f"{policy};"
    assert "script-src 'self'" in policy and "unsafe" not in policy
    assert "no-store" in answer["Cache-Control"]
    assert "<script>" not in answer.content.decode()


def origins(world: World) -> list[str]:
    return list(Shop.objects.get(id=world.shop_id).terms.get("embed_origins", []))


def test_its_site_may_show_the_checkout_in_a_frame(staff: Staff, open_shop: World) -> None:
    client, shop = staff.client("owner"), {"shop": str(open_shop.shop_id)}
    shop_set_terms(
        shop_id=open_shop.shop_id,
        changes={"embed_origins": ["https://other.example"]},
        now=open_shop.now,
    )
    assert "checkout in a frame" in client.get(link()).content.decode()
    for _ in range(2):
        posted(client.post(link(), shop))
    assert origins(open_shop) == ["https://other.example", "https://shop.example"]


def test_a_site_that_can_have_no_frame_is_paired_all_the_same(
    staff: Staff, open_shop: World
) -> None:
    client, shop = staff.client("owner"), {"shop": str(open_shop.shop_id)}
    full = [f"https://{n}.example" for n in range(10)]
    shop_set_terms(shop_id=open_shop.shop_id, changes={"embed_origins": full}, now=open_shop.now)
    posted(client.post(link(), shop))
    plain = link(redirect="http://shop.test/back")
    assert "checkout in a frame" not in client.get(plain).content.decode()
    posted(client.post(plain, shop))
    assert origins(open_shop) == full


def test_the_page_says_in_plain_words_what_the_plugin_wants(staff: Staff) -> None:
    page = staff.client("owner").get(link(WOO)).content.decode()
    for words in ("See payments", "Ask for payments", "Be told of payments", "Ask for refunds"):
        assert words in page
    assert "Corner Books &amp; Söhne" in page
    read = re.sub(r"<[^>]*>", " ", page)
    assert "canviewinvoices" not in read, "names of the protocol are no words for people"


def test_it_is_asked_in_the_readers_language(staff: Staff) -> None:
    client = staff.client("owner")
    page = client.get(link(WOO), headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "查看付款" in page and "See payments" not in page


def test_nobody_signed_in_signs_in_first_and_comes_back(open_shop: World) -> None:
    answer = Client().get(link())
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login?next=/api-keys/authorize%3Fpermissions")
    assert Client().post(link(), {"shop": str(open_shop.shop_id)}).status_code == 302
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("role", ["manager", "cashier", "accountant", "developer"])
def test_who_may_not_give_it_away_does_not(role: str, staff: Staff, open_shop: World) -> None:
    client = staff.client(role)
    page = client.get(link()).content.decode()
    assert "Your role there may not give this away" in page
    answer = client.post(link(), {"shop": str(open_shop.shop_id)})
    assert answer.status_code in (403, 404)
    assert not ApiKey.objects.exists()


def test_a_developer_may_connect_what_only_takes_money_in(staff: Staff, open_shop: World) -> None:
    asked = ("btcpay.store.canviewinvoices", "btcpay.store.cancreateinvoice")
    answer = staff.client("developer").post(link(asked), {"shop": str(open_shop.shop_id)})
    posted(answer)


def test_another_shop_is_not_there(staff: Staff, open_shop: World) -> None:
    for shop in (str(uuid4()), "x", ""):
        answer = staff.client("owner").post(link(), {"shop": shop})
        assert answer.status_code in (404, 422)
    assert not ApiKey.objects.exists()


def test_paired_again_from_the_same_place_it_has_one_key(staff: Staff, open_shop: World) -> None:
    client, shop = staff.client("owner"), {"shop": str(open_shop.shop_id)}
    url = link(applicationIdentifier="btcpay-for-woocommerce")
    [first] = posted(client.post(url, shop))[1]["apiKey"]
    [second] = posted(client.post(url, shop))[1]["apiKey"]
    assert first != second
    assert Plugin(first, shop_id="").get("api-keys/current").status_code == 401
    assert Plugin(second, shop_id="").get("api-keys/current").status_code == 200
    elsewhere = link(
        applicationIdentifier="btcpay-for-woocommerce", redirect="https://two.example/back"
    )
    posted(client.post(elsewhere, shop))
    assert ApiKey.objects.filter(revoked_at=None).count() == 2
    unnamed = link()
    for _ in range(2):
        posted(client.post(unnamed, shop))
    assert ApiKey.objects.filter(revoked_at=None).count() == 4
    assert Pairing.objects.count() == 5


@pytest.mark.parametrize(
    "wrong",
    [
        link(redirect=""),
        link(redirect="javascript:alert(1)"),
        link(redirect="//shop.example/"),
        link(redirect="https://"),
        link(redirect="https://shop.example:x/"),
        link(("btcpay.server.canmodifyserversettings",)),
        link(("unrestricted", *WOO)),
        link(()),
    ],
)
def test_a_link_that_asks_wrongly_gives_nothing(wrong: str, staff: Staff, open_shop: World) -> None:
    client = staff.client("owner")
    for answer in (client.get(wrong), client.post(wrong, {"shop": str(open_shop.shop_id)})):
        assert answer.status_code == 400
        assert "can&#x27;t be connected" in answer.content.decode() or (
            "can't be connected" in answer.content.decode()
        )
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    "redirect",
    [
        r"https://evil.example\@my-shop.example https:",
        r"https://evil.example\@my-shop.example%20https:",
        r"https://evil.example\.my-shop.example/",
        r"https:\\evil.example/",
        "https://my-shop.example@evil.example/",
        "https://my-shop.example%40evil.example/",
        "https://*/back",
        "https://*.example/back",
        "https://shop.example;script-src */",
        "https://shop.example;/",
        "https://shop.example%20https:/",
        "https://shop.example https:/",
        "https://shop.example,evil.example/",
        "https://shop.\texample/",
        "https://shop.example/back\n",
        " https://shop.example/",
        "\x00https://shop.example/",
        "https://shop.example/a b",
        "https://shop\u3002example/",
        "https://shop\uff0eexample/",
        "https://sh\u00f6p.example/",
        "https://'self'/",
        "https://[::1%25eth0]/",
        "https://[evil.example]/",
        "https://shop.example:0/",
        "https://shop.example:99999/",
        "https:///evil.example/",
        "https:evil.example/",
    ],
)
def test_an_address_that_a_browser_could_read_otherwise_gets_no_key(
    redirect: str, staff: Staff, open_shop: World
) -> None:
    client = staff.client("owner")
    url = link(redirect=redirect)
    assert client.get(url).status_code == 400
    assert client.post(url, {"shop": str(open_shop.shop_id)}).status_code == 400
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    ("redirect", "origin"),
    [
        ("HTTPS://Shop.Example:443/back?to=a@b;c", "https://shop.example"),
        ("https://shop.example:8443?x=1", "https://shop.example:8443"),
        ("http://localhost:80/", "http://localhost"),
        ("http://[0:0::1]:8080/back", "http://[::1]:8080"),
    ],
)
def test_an_origin_is_built_of_what_was_read(redirect: str, origin: str) -> None:
    assert origin_of(redirect) == origin


def test_a_key_to_real_money_crosses_no_open_network(staff: Staff, open_shop: World) -> None:
    Shop.objects.filter(id=open_shop.shop_id).update(mode="live", approved_at=timezone.now())
    client, shop = staff.client("owner"), {"shop": str(open_shop.shop_id)}
    plain = link(redirect="http://shop.example/back")
    assert "https:// address only" in client.get(plain).content.decode()
    assert client.post(plain, shop).status_code == 422
    assert not ApiKey.objects.exists()
    posted(client.post(link(redirect="http://localhost:8080/back"), shop))
    posted(client.post(link(), shop))


def test_a_test_shop_may_be_tried_from_a_machine_at_home(staff: Staff, open_shop: World) -> None:
    plain = link(redirect="http://shop.test/back")
    posted(staff.client("owner").post(plain, {"shop": str(open_shop.shop_id)}))


def test_a_forged_form_of_another_site_pairs_nothing(staff: Staff, open_shop: World) -> None:
    client = staff.client("owner", enforce_csrf_checks=True)
    assert client.post(link(), {"shop": str(open_shop.shop_id)}).status_code == 403
    assert not ApiKey.objects.exists()


def test_who_has_no_shop_is_told_so(open_shop: World) -> None:
    from merchants.accounts.models import User

    client = Client()
    user = User.objects.create(email="new@example.com")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert "You have no shop yet" in client.get(link()).content.decode()


def test_a_key_made_by_hand_for_a_plugin_is_enough_for_one_that_cannot_be_paired(
    staff: Staff, open_shop: World
) -> None:
    """OpenCart: a webhook, an invoice, a look at it."""
    page = staff.client("developer").post(
        f"/dashboard/{open_shop.shop_id}/developers/keys", {"name": "OpenCart", "for": "plugin"}
    )
    [secret] = set(re.findall(r"\btwtest[A-Za-z0-9]{43}\b", page.content.decode()))
    plugin = Plugin(secret, shop_id=open_shop.shop_id)
    plugin.asked("POST", f"{plugin.store}/webhooks", {"url": "https://shop.example/"})
    invoice = plugin.invoice(metadata={"orderId": "31"})
    path = f"{plugin.store}/invoices/{invoice['id']}"
    assert plugin.asked("GET", path)["metadata"] == {"orderId": "31"}
    assert plugin.send("POST", f"{path}/status", {"status": "Settled"}).status_code == 403
    assert plugin.send("POST", f"{path}/refund", {}).status_code == 403
