"""Items over the API."""

from typing import Any

import pytest

from merchants.catalogue.models import Item, ItemVersion
from tests.merchants.api.conftest import Api, refused

pytestmark = pytest.mark.django_db

ESPRESSO = {
    "name": "Espresso",
    "price": "3.00",
    "tax": "8.875",
    "tax_included": False,
    "category": "Coffee",
    "sku": "E1",
}


def test_an_item_is_added_changed_archived_and_restored(api: Api) -> None:
    answer = api.post("items", ESPRESSO)
    assert answer.status_code == 201, answer.content
    item = answer.json()
    assert answer["Location"] == f"/v1/items/{item['id']}"
    assert (item["price"], item["tax"], item["currency"]) == ("3.00", "8.875", "EUR")
    one = f"items/{item['id']}"
    changed = api.send("PATCH", one, {"price": "3.20", "sold_out": True}).json()
    assert (changed["price"], changed["sold_out"], changed["version"]) == ("3.20", True, 2)
    assert api.post(f"{one}/archive").json()["archived"]
    assert api.get("items").json()["data"] == []
    assert [row["id"] for row in api.get("items?archived=yes").json()["data"]] == [item["id"]]
    refused(api.send("PATCH", one, {"price": "3.30"}), 409, "item_archived")
    assert not api.post(f"{one}/restore").json()["archived"]
    assert api.get(one).json()["version"] == 4


def test_the_same_request_with_the_same_key_adds_one_item(api: Api) -> None:
    for _ in range(2):
        assert api.post("items", ESPRESSO, Idempotency_Key="one").status_code == 201
    assert Item.objects.count() == 1
    refused(api.post("items", ESPRESSO, Idempotency_Key="two"), 409, "sku_taken")
    assert ItemVersion.objects.get().changed_by.startswith("key:")


def test_lists_go_on_by_cursor_and_can_be_searched(api: Api) -> None:
    for number in range(3):
        api.post("items", {"name": f"Cup {number}", "price": "1.00"})
    page = api.get("items?limit=2").json()
    assert [row["name"] for row in page["data"]] == ["Cup 2", "Cup 1"]
    rest = api.get(f"items?limit=2&cursor={page['next_cursor']}").json()
    assert ([row["name"] for row in rest["data"]], rest["next_cursor"]) == (["Cup 0"], None)
    assert [row["name"] for row in api.get("items?search=cup%201").json()["data"]] == ["Cup 1"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "A"}, "input_invalid"),
        ({"name": "A", "price": 3}, "input_invalid"),
        ({"name": "A", "price": "3.00", "colour": "mauve"}, "input_invalid"),
        ({"name": "A", "price": "3.005"}, "item_invalid"),
        ({"name": "A", "price": "-3.00"}, "item_invalid"),
        ({"name": "A", "price": "3.00", "tax": "101"}, "item_invalid"),
        (
            {"name": "A", "price": "3.00", "groups": ["01935b1e-0000-7000-8000-000000000000"]},
            "group_not_found",
        ),
    ],
)
def test_what_can_not_be_is_refused(body: dict[str, Any], code: str, api: Api) -> None:
    answer = api.post("items", body)
    assert answer.status_code in {400, 422}
    if code != "input_invalid":
        refused(answer, 400, code)
    assert not Item.objects.exists()


def test_groups_of_modifiers_are_listed(api: Api, open_shop: Any) -> None:
    from merchants.catalogue.choosing import Modifier
    from merchants.catalogue.services import group_put

    group = group_put(
        shop_id=open_shop.shop_id,
        name="Milk",
        least=1,
        most=1,
        modifiers=[Modifier("Cow"), Modifier("Small cup", -40)],
        by="user:ann",
        now=open_shop.now,
    )
    (listed,) = api.get("modifier-groups").json()["data"]
    assert listed["modifiers"] == [
        {"name": "Cow", "price": "0.00"},
        {"name": "Small cup", "price": "-0.40"},
    ]
    item = api.post("items", {"name": "Latte", "price": "4.00", "groups": [str(group.id)]}).json()
    assert item["groups"] == [str(group.id)]
