"""What is sold under a code that was scanned."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.shops.selectors import ShopView
from merchants.catalogue import services
from merchants.catalogue.barcodes import same_codes
from merchants.catalogue.errors import CodeUnknown
from merchants.catalogue.models import Item
from merchants.catalogue.selectors import item_scanned

Add = Callable[..., Item]
GTINS = st.integers(0, 10**14 - 1)


@pytest.mark.parametrize(
    ("read", "same"),
    [
        ("012345678905", {"012345678905", "0012345678905", "00012345678905"}),
        ("4006381333931", {"4006381333931", "04006381333931"}),
        ("96385074", {"96385074", "000096385074", "0000096385074", "00000096385074"}),
        ("SKU-0001", {"SKU-0001"}),
        ("1234", {"1234"}),
        ("٤٠٠٦٣٨١٣", {"٤٠٠٦٣٨١٣"}),
    ],
)
def test_a_number_is_the_same_with_zeros_in_front(read: str, same: set[str]) -> None:
    assert same_codes(read)[0] == read
    assert set(same_codes(read)) == same


@given(GTINS, st.sampled_from([8, 12, 13, 14]), st.sampled_from([8, 12, 13, 14]))
def test_two_readings_of_one_number_find_each_other(number: int, one: int, other: int) -> None:
    first, second = str(number).zfill(one), str(number).zfill(other)
    if len(first) == one and len(second) == other:
        assert second in same_codes(first)
        assert set(same_codes(first)) == set(same_codes(second))


@pytest.mark.django_db
def test_it_is_found_by_its_barcode_then_by_its_sku(
    add: Add, view: ShopView, clock: Any, django_assert_num_queries: Any
) -> None:
    cola = add("Cola", barcode="012345678905")
    exact = add("Case of cola", barcode="0012345678905")
    bread = add("Bread", sku="B-1")
    odd = add("Odd", sku="0012345678905x", barcode="b-1")
    found = {
        "012345678905": cola,
        "0012345678905": exact,
        "00012345678905": cola,
        "B-1": bread,
        " b-1 ": odd,
    }
    for code, item in found.items():
        with django_assert_num_queries(1):
            assert item_scanned(shop_id=view.id, code=code) == item, code
    services.item_archive(shop_id=view.id, item_id=bread.id, by="user:ann", now=clock())
    for code in ("B-1", "", "5" * 41, "5"):
        with pytest.raises(CodeUnknown):
            item_scanned(shop_id=view.id, code=code)


@pytest.mark.django_db
def test_another_shops_code_is_unknown(add: Add, view: ShopView) -> None:
    add("Cola", barcode="012345678905")
    with pytest.raises(CodeUnknown):
        item_scanned(shop_id=type(view.id)(int=1), code="012345678905")
