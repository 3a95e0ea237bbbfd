"""The catalogue as a file: out, and in again."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.settlement.reports.formats import csv_text
from gateway.shops.selectors import ShopView
from merchants.catalogue.errors import FileUnreadable
from merchants.catalogue.files import COLUMNS, Told, items_import, rows_out
from merchants.catalogue.models import Item, ItemVersion
from merchants.catalogue.selectors import items_sold

pytestmark = pytest.mark.django_db

Add = Callable[..., Item]


@pytest.fixture
def take_in(view: ShopView, clock: Any) -> Callable[[str | bytes], list[Told]]:
    def take(text: str | bytes) -> list[Told]:
        body = text.encode() if isinstance(text, str) else text
        return items_import(shop=view, body=body, by="user:ann", now=clock())

    return take


def _out(view: ShopView) -> bytes:
    return b"".join(csv_text([COLUMNS, *rows_out(items_sold(shop_id=view.id))]))


def test_every_line_is_told_of_and_a_bad_one_keeps_no_good_one_out(
    take_in: Any, view: ShopView
) -> None:
    told = take_in(
        "name,price,tax,tax_included,category,sku\r\n"
        "Espresso,3.00,20,yes,Coffee,E1\r\n"
        ",1.00,20,yes,,\r\n"
        "Latte,4.505,20,yes,Coffee,L1\r\n"
        "\r\n"
        '"Cake, ""big""",5.35,8.875%,no,Sweets,C1\r\n'
        "Tea,2.00,101,yes,,T1\r\n"
        "Mate,2.00,7,maybe,,M1\r\n"
        "Twin,2.00,7,yes,,E1\r\n"
    )
    assert [(one.line, one.outcome, one.error and one.error.field) for one in told] == [
        (2, "added", None),
        (3, "refused", "name"),
        (4, "refused", "price"),
        (6, "added", None),
        (7, "refused", "tax"),
        (8, "refused", "tax_included"),
        (9, "changed", None),
    ]
    items = {item.sku: item for item in items_sold(shop_id=view.id)}
    assert items["E1"].name == "Twin"
    cake = items["C1"]
    assert (cake.name, cake.price_units, cake.tax_ppm, cake.tax_included) == (
        'Cake, "big"',
        535,
        88_750,
        False,
    )


def test_what_was_exported_and_is_taken_in_again_changes_nothing(
    add: Add, take_in: Any, view: ShopView
) -> None:
    add("=SUM(A1)", 100, category="@home", sku="-1")
    add("Espresso \u2615", 300, tax_ppm=88_750, tax_included=False, tile="\u2615", colour="red")
    add("Gratis; nichts", 0, sold_out=True, position=7, barcode="123")
    before = _out(view)
    assert b"'=SUM(A1)" in before
    assert {one.outcome for one in take_in(before)} == {"same"}
    assert _out(view) == before
    assert ItemVersion.objects.count() == 3


def test_a_line_is_about_the_item_with_its_sku_else_its_barcode_else_its_name(
    add: Add, take_in: Any
) -> None:
    by_sku, by_code, by_name = add("A", sku="s"), add("B", barcode="b"), add("C")
    told = take_in("name,sku,barcode,price\nA2,S,,1.00\nB2,,b,2.00\nc,,,4.00\nA,new,,5.00\n")
    assert [one.outcome for one in told] == ["changed", "changed", "changed", "added"]
    for item, units in ((by_sku, 100), (by_code, 200), (by_name, 400)):
        item.refresh_from_db()
        assert item.price_units == units


def test_a_column_that_a_file_does_not_have_stays_as_it_was(add: Add, take_in: Any) -> None:
    item = add("Espresso", 300, tax_ppm=200_000, category="Coffee", position=4)
    assert take_in("name,sold_out\nEspresso,yes\n")[0].outcome == "changed"
    item.refresh_from_db()
    assert (item.price_units, item.tax_ppm, item.position, item.sold_out) == (300, 200_000, 4, True)
    assert take_in("name,sold_out\nNew,no\n")[0].outcome == "refused"


def test_semicolons_and_a_byte_order_mark_are_read_too(take_in: Any) -> None:
    told = take_in("\ufeffName;Price\nCrêpe;4.50\n".encode())
    assert [(one.name, one.outcome) for one in told] == [("Crêpe", "added")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"price\n1.00\n",
        b"name,price,surprise\nA,1.00,x\n",
        b"name,name\nA,B\n",
        b"\xff\xfename",
        b"\x89PNG\r\n\x1a\n",
        b"name\n" + b"x\n" * 5_001,
        b"name\n" + b"x" * (2 * 1024 * 1024),
    ],
)
def test_what_is_no_file_of_items_is_refused_whole(body: bytes, take_in: Any) -> None:
    with pytest.raises(FileUnreadable):
        take_in(body)
    assert not Item.objects.exists()
