"""Keys that are typed into a plugin by hand, with the permissions that the plugin looks for."""

import re

import pytest

from merchants.accounts.models import ApiKey
from merchants.plugins.known import BY_HAND, MAGENTO, PRESTASHOP, TAKES_MONEY, WOOCOMMERCE
from merchants.plugins.models import Pairing
from merchants.plugins.permissions import GRANTS, scopes_for
from tests.faces import Staff
from tests.invoices.conftest import World
from tests.merchants.plugins.conftest import Plugin
from tests.merchants.plugins.test_pairing import MG, PS, WOO

pytestmark = pytest.mark.django_db


def made(staff: Staff, world: World, plugin: str, *, role: str = "owner") -> str:
    """The key's secret, as the page of whoever made it shows it."""
    page = staff.client(role).post(
        f"/dashboard/{world.shop_id}/developers/keys", {"name": "Corner Books", "for": plugin}
    )
    [secret] = set(re.findall(r"\btwtest[A-Za-z0-9]{43}\b", page.content.decode()))
    return secret


def without_store(permissions: list[str], shop_id: str) -> set[str]:
    names = {one.partition(":")[0] for one in permissions}
    assert {one.partition(":")[2] for one in permissions} == {shop_id}, "one store and no other"
    return names


@pytest.mark.parametrize(("plugin", "wanted"), [("woocommerce", WOO), ("prestashop", PS)])
def test_a_key_by_hand_holds_just_what_the_plugin_looks_for(
    plugin: str, wanted: tuple[str, ...], staff: Staff, open_shop: World
) -> None:
    """Each of them takes neither fewer permissions nor more."""
    shop_id = str(open_shop.shop_id)
    paired = Plugin(made(staff, open_shop, plugin), shop_id=shop_id)
    key = paired.asked("GET", "api-keys/current")
    assert key["label"] == "Corner Books"
    assert without_store(key["permissions"], shop_id) == set(wanted)
    path = f"{paired.store}/invoices/{paired.invoice()['id']}/status"
    assert paired.asked("POST", path, {"status": "Settled"})["additionalStatus"] == "Marked"


def test_a_key_of_woocommerce_may_refund_and_one_of_prestashop_may_not(
    staff: Staff, open_shop: World
) -> None:
    answers = {
        plugin: Plugin(made(staff, open_shop, plugin), shop_id=open_shop.shop_id).send(
            "POST", f"stores/{open_shop.shop_id}/pull-payments", {}
        )
        for plugin in ("woocommerce", "prestashop")
    }
    assert answers["woocommerce"].status_code == 422, "asked for nothing, but it may ask"
    assert answers["prestashop"].status_code == 403


@pytest.mark.parametrize("role", ["developer"])
def test_who_may_not_mark_gives_no_key_that_may(role: str, staff: Staff, open_shop: World) -> None:
    client, path = staff.client(role), f"/dashboard/{open_shop.shop_id}/developers"
    assert "WooCommerce" not in client.get(path).content.decode()
    answer = client.post(f"{path}/keys", {"name": "x", "for": "woocommerce"}, follow=True)
    assert "Ask its owner" in answer.content.decode()
    assert not ApiKey.objects.exists() and not Pairing.objects.exists()
    assert made(staff, open_shop, "plugin", role=role), "one that takes money in they may"


def test_the_owner_chooses_the_plugin_by_its_name(staff: Staff, open_shop: World) -> None:
    page = staff.client("owner").get(f"/dashboard/{open_shop.shop_id}/developers").content.decode()
    for word in ("woocommerce", "prestashop", "plugin", "program"):
        assert f'<option value="{word}">' in page


def test_a_key_by_hand_says_no_more_than_it_does(staff: Staff, open_shop: World) -> None:
    plugin = Plugin(made(staff, open_shop, "plugin"), shop_id=open_shop.shop_id)
    told = plugin.asked("GET", "api-keys/current")["permissions"]
    assert without_store(told, plugin.shop_id) == set(TAKES_MONEY.permissions)
    path = f"{plugin.store}/invoices/{plugin.invoice()['id']}/status"
    assert plugin.send("POST", path, {"status": "Settled"}).status_code == 403


def test_two_keys_by_hand_stand_beside_each_other(staff: Staff, open_shop: World) -> None:
    for _ in range(2):
        made(staff, open_shop, "prestashop")
    assert ApiKey.objects.filter(revoked_at=None).count() == 2


def test_each_known_plugin_asks_for_what_its_source_says() -> None:
    """Pure: the lists of the pairing tests were read from the plugins' sources."""
    assert set(WOOCOMMERCE.permissions) == set(WOO)
    assert set(PRESTASHOP.permissions) == set(PS)
    assert set(MAGENTO.permissions) == set(MG)
    for plugin in BY_HAND.values():
        assert set(plugin.permissions) <= set(GRANTS)
    assert scopes_for(TAKES_MONEY.permissions) == (
        "invoices:read",
        "invoices:write",
        "quotes:read",
        "webhooks:read",
        "webhooks:write",
    )
