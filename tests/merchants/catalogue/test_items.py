"""What a shop sells, with its history."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gateway.events.ids import uuid7
from gateway.shops.selectors import ShopView
from merchants.catalogue import services
from merchants.catalogue.choosing import Modifier
from merchants.catalogue.errors import (
    BarcodeTaken,
    GroupInvalid,
    GroupNotFound,
    ItemArchived,
    ItemInvalid,
    ItemNotFound,
    SkuTaken,
)
from merchants.catalogue.models import Category, Item, ItemVersion
from merchants.catalogue.selectors import (
    categories_of,
    groups_of,
    item_get,
    items_page,
    items_sold,
    versions_of,
)
from merchants.catalogue.words import Words
from tests.as_web import as_web

pytestmark = pytest.mark.django_db

Add = Callable[..., Item]


def test_each_change_is_a_version_with_who_made_it(add: Add, clock: Any) -> None:
    item = add("Espresso", 300, tax_ppm=200_000)
    change = {"shop_id": item.shop_id, "item_id": item.id, "now": clock()}
    services.item_change(**change, changes={"price_units": 320}, by="user:bob")
    services.item_change(**change, changes={"price_units": 320}, by="user:bob")
    services.item_archive(**change, by="user:cyd")
    services.item_archive(**change, by="user:cyd")
    services.item_restore(**change, by="key:1")
    versions = versions_of(shop_id=item.shop_id, item_id=item.id)
    assert [(one.number, one.words["price_units"], one.changed_by) for one in versions] == [
        (4, 320, "key:1"),
        (3, 320, "user:cyd"),
        (2, 320, "user:bob"),
        (1, 300, "user:ann"),
    ]
    assert [one.archived for one in versions] == [False, True, False, False]
    assert item_get(shop_id=item.shop_id, item_id=item.id).version == 4


def test_an_archived_item_is_not_sold_not_changed_and_not_deleted(add: Add, clock: Any) -> None:
    item = add()
    kept = {"shop_id": item.shop_id, "item_id": item.id, "by": "user:ann", "now": clock()}
    services.item_archive(**kept)
    assert items_sold(shop_id=item.shop_id) == []
    assert list(items_page(shop_id=item.shop_id, archived=True).items) == [item]
    with pytest.raises(ItemArchived):
        services.item_change(**kept, changes={"name": "Other"})


def test_a_sku_and_a_barcode_are_one_items_while_it_is_sold(add: Add, clock: Any) -> None:
    first = add("Espresso", sku="A1", barcode="4006381333931")
    with pytest.raises(SkuTaken):
        add("Latte", sku="A1")
    with pytest.raises(BarcodeTaken):
        add("Latte", barcode="4006381333931")
    kept = {"shop_id": first.shop_id, "item_id": first.id, "by": "user:ann", "now": clock()}
    services.item_archive(**kept)
    add("Latte", sku="A1", barcode="4006381333931")
    with pytest.raises(SkuTaken):
        services.item_restore(**kept)


def test_a_category_is_one_whatever_its_case(add: Add) -> None:
    for name, category in (("Espresso", "Coffee"), ("Latte", "COFFEE"), ("Cake", "Sweets")):
        add(name, category=category)
    assert categories_of(shop_id=Item.objects.first().shop_id) == ["Coffee", "Sweets"]  # type: ignore[union-attr]
    assert Category.objects.count() == 2


def test_items_are_sold_by_category_place_and_name(add: Add, view: ShopView) -> None:
    add("Water")
    add("Latte", category="Coffee", position=2)
    add("Filter", category="Coffee", position=1)
    add("Espresso", category="Coffee", position=1)
    names = [item.name for item in items_sold(shop_id=view.id)]
    assert names == ["Espresso", "Filter", "Latte", "Water"]


def test_items_are_found_by_a_part_of_the_name_or_a_whole_code(add: Add, view: ShopView) -> None:
    espresso = add("Espresso 100%", sku="esp-1", barcode="123")
    add("Latte", sku="esp-10")
    for search in ("PRESS", "ESP-1", "123", "100%"):
        assert list(items_page(shop_id=view.id, search=search).items) == [espresso], search
    assert not items_page(shop_id=view.id, search="12").items


def test_pages_go_on_where_the_last_ended_and_cost_one_query(add: Add, view: ShopView) -> None:
    for number in range(5):
        add(f"Item {number}", category="All")
    with CaptureQueriesContext(connection) as captured:
        page = items_page(shop_id=view.id, size=2)
        assert [item.words.category for item in page.items] == ["All", "All"]
    assert len(captured) == 1
    names = [item.name for item in page.items]
    while page.next_cursor:
        page = items_page(shop_id=view.id, size=2, cursor=page.next_cursor)
        names += [item.name for item in page.items]
    assert names == [f"Item {number}" for number in (4, 3, 2, 1, 0)]


def test_an_item_refers_to_groups_that_there_are(add: Add, view: ShopView, clock: Any) -> None:
    act = {"shop_id": view.id, "by": "user:ann", "now": clock()}
    milk = services.group_put(
        **act, name="Milk", least=0, most=1, modifiers=[Modifier("Oat", 50), Modifier("Cow")]
    )
    item = add(groups=(str(milk.id),))
    for group in (str(uuid7()), "milk"):
        with pytest.raises(GroupNotFound):
            add(groups=(group,))
    services.group_archive(**act, group_id=milk.id)
    assert groups_of(shop_id=view.id) == []
    # What goes with an archived group is sold without it, and can be changed all the same.
    services.item_change(**act, item_id=item.id, changes={"price_units": 310})
    with pytest.raises(GroupNotFound):
        services.group_archive(**act, group_id=milk.id)


def test_two_groups_of_one_name_are_refused(view: ShopView, clock: Any) -> None:
    wanted = {
        "shop_id": view.id,
        "least": 0,
        "most": 1,
        "modifiers": [Modifier("Oat")],
        "by": "user:ann",
        "now": clock(),
    }
    milk = services.group_put(**wanted, name="Milk")
    with pytest.raises(GroupInvalid):
        services.group_put(**wanted, name="MILK")
    again = services.group_put(**wanted, name="Milk and more", group_id=milk.id)
    assert again.id == milk.id


def test_another_shops_items_are_as_unknown_as_none(add: Add, clock: Any) -> None:
    item, other = add(), uuid7()
    act = {"shop_id": other, "item_id": item.id, "by": "user:eve", "now": clock()}
    for verb in (services.item_archive, services.item_restore):
        with pytest.raises(ItemNotFound):
            verb(**act)
    with pytest.raises(ItemNotFound):
        services.item_change(**act, changes={"name": "Mine"})
    with as_web(other):
        assert not Item.objects.exists()
        assert not ItemVersion.objects.exists()


def test_what_can_not_be_is_not_kept(add: Add) -> None:
    with pytest.raises(ItemInvalid):
        add("")
    assert not Item.objects.exists()
    assert not ItemVersion.objects.exists()


def test_what_is_held_about_a_shop_tells_its_catalogue(add: Add, view: ShopView) -> None:
    from gateway.compliance.retaining.collecting import Whom
    from merchants.catalogue.telling import catalogue

    add("Espresso")
    told = list(catalogue(Whom("shop", view.id)) or ())
    assert [row["words"]["name"] for row in told] == ["Espresso"]
    assert catalogue(Whom("subject", view.id)) is None


def test_a_word_of_an_item_is_a_column_or_its_reference() -> None:
    """What is added to `Words` must reach the table, or it would be lost without a word."""
    columns = {field.name for field in Item._meta.get_fields()}
    assert set(Words.__slots__) <= columns
