"""The catalogue's pages."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from merchants.catalogue import services
from merchants.catalogue.models import Item, ModifierGroup
from merchants.catalogue.words import Words
from tests.checkout.test_views import assert_strict

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
TYPED = {"name": "Espresso", "price": "3.00", "tax": "20", "tax_included": "on"}


@pytest.fixture
def manager(staff: Any) -> Any:
    return staff.client("manager", **ENGLISH)


@pytest.fixture
def items(open_shop: Any) -> str:
    return f"/dashboard/{open_shop.shop_id}/items"


@pytest.fixture
def espresso(open_shop: Any) -> Item:
    words = Words(name="Espresso", price_units=300, tax_ppm=200_000, category="Coffee", sku="E1")
    return services.item_add(shop=open_shop.view, words=words, by="key:1", now=open_shop.now)


def test_an_empty_catalogue_says_how_to_begin(manager: Any, items: str) -> None:
    page = manager.get(items)
    assert_strict(page)
    assert "No items yet" in page.content.decode()


def test_an_item_is_added_and_listed_with_its_price_and_tax(manager: Any, items: str) -> None:
    assert manager.get(f"{items}/new").status_code == 200
    answer = manager.post(f"{items}/new", {**TYPED, "category": "Coffee", "position": "2"})
    assert answer["Location"] == items
    text = manager.get(items).content.decode()
    for words in ("“Espresso” was added.", "€3.00", "20 % inside", "Coffee"):
        assert words in text
    item = Item.objects.get()
    assert (item.price_units, item.tax_ppm, item.position) == (300, 200_000, 2)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"price": "3,00"}, "not a price"),
        ({"tax": "200"}, "at most 100"),
        ({"sku": "a b"}, "without blanks"),
        ({"position": "first"}, "whole number"),
        ({"name": ""}, "required"),
        ({"sku": "E1"}, "Another item has this SKU"),
    ],
)
def test_a_form_says_what_is_wrong_and_keeps_what_was_typed(
    typed: dict[str, str], words: str, manager: Any, items: str, espresso: Item
) -> None:
    answer = manager.post(f"{items}/new", {**TYPED, "tile": "\u2615", **typed})
    text = answer.content.decode()
    assert answer.status_code == 400
    assert words in text
    assert "\u2615" in text
    assert Item.objects.count() == 1


def test_a_change_is_in_the_history_with_who_made_it(
    manager: Any, items: str, espresso: Item
) -> None:
    here = f"{items}/{espresso.id}"
    changed = {**TYPED, "price": "3.20", "sku": "E1", "category": "Coffee", "sold_out": "on"}
    assert manager.post(here, changed)["Location"] == here
    text = manager.get(here).content.decode()
    for words in ("Price: 3.00 → 3.20", "Sold out", "Manager"):
        assert words in text
    assert 'value="3.20"' in text


def test_an_archived_item_leaves_the_list_and_comes_back(
    manager: Any, items: str, espresso: Item
) -> None:
    manager.post(f"{items}/{espresso.id}/archive")
    manager.get(items)  # what was said about it is read
    assert "Espresso" not in manager.get(items).content.decode()
    assert "Espresso" in manager.get(f"{items}?archived=yes").content.decode()
    manager.post(f"{items}/{espresso.id}/archive", {"back": "yes"})
    manager.get(items)
    assert "Espresso" in manager.get(items).content.decode()


def test_items_are_searched(manager: Any, items: str, espresso: Item) -> None:
    assert "Espresso" in manager.get(f"{items}?search=press").content.decode()
    assert "Nothing found" in manager.get(f"{items}?search=latte").content.decode()
    assert manager.get(f"{items}?search=a%00b").status_code == 200
    assert manager.get(f"{items}?cursor=!").status_code == 404


def test_a_file_goes_out_and_in_with_a_word_on_each_bad_line(
    manager: Any, items: str, espresso: Item
) -> None:
    out = b"".join(manager.get(f"{items}.csv").streaming_content)
    assert out.startswith(b"name,price,tax,tax_included")
    file = SimpleUploadedFile(
        "items.csv", out + b"Latte,4.50,20,yes,,,,,,no,0\r\nBad,x,,,,,,,,,\r\n"
    )
    answer = manager.post(f"{items}/import", {"file": file})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "1 added, 0 changed, 1 as before, 1 refused" in text
    assert "Line 4" in text
    assert "not a price" in text
    assert Item.objects.count() == 2


def test_a_file_that_is_none_is_refused_in_words(manager: Any, items: str) -> None:
    for file in (SimpleUploadedFile("x.png", b"\x89PNG"), None):
        answer = manager.post(f"{items}/import", {"file": file} if file else {})
        assert "no CSV file of items" in answer.content.decode()


def test_groups_of_modifiers_are_added_changed_and_archived(manager: Any, items: str) -> None:
    typed = {
        "name": "Milk",
        "least": "0",
        "most": "1",
        "modifiers": "Oat milk +0.50\nCow\nSmall -0.40\n",
    }
    assert manager.post(f"{items}/groups", typed)["Location"] == f"{items}/groups"
    row = ModifierGroup.objects.get()
    assert [(one.name, one.delta_units) for one in row.group.modifiers] == [
        ("Oat milk", 50),
        ("Cow", 0),
        ("Small", -40),
    ]
    here = f"{items}/groups/{row.id}"
    assert "Oat milk 0.50" in manager.get(here).content.decode()
    refused = manager.post(here, {**typed, "most": "9"})
    assert refused.status_code == 400
    assert "A group needs a name of its own" in refused.content.decode()
    assert "Milk" in manager.get(f"{items}/new").content.decode()
    manager.post(here, {"archive": "yes"})
    assert manager.get(here).status_code == 404


@pytest.mark.parametrize(
    ("role", "see", "change"),
    [
        ("owner", 200, 302),
        ("manager", 200, 302),
        ("developer", 200, 302),
        ("accountant", 200, 403),
        ("cashier", 403, 403),
    ],
)
def test_who_may_keep_the_catalogue(  # noqa: PLR0917
    staff: Any, items: str, espresso: Item, role: str, see: int, change: int
) -> None:
    client = staff.client(role)
    assert client.get(items).status_code == see
    assert client.get(f"{items}/{espresso.id}").status_code == see
    assert client.post(f"{items}/new", TYPED).status_code == change
    assert client.post(f"{items}/{espresso.id}", TYPED).status_code == change
    assert client.post(f"{items}/import").status_code in ({403} if change == 403 else {400})


def test_the_pages_speak_chinese(staff: Any, items: str, espresso: Item) -> None:
    page = staff.client("manager", HTTP_ACCEPT_LANGUAGE="zh-CN").get(items)
    assert "商品" in page.content.decode()
