"""Names and references as long as they may be stay on a phone's screen."""

import pytest

from gateway.shops.models import Shop
from tests.e2e.looking import overflow_px

NAME = "Großbäckerei und Konditoreifachgeschäft Donaudampfschifffahrtsgesellschaft Wien"
ORDER = "Bestellungsreferenznummer-" + "0" * 38


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_long_name_and_a_long_reference_widen_no_page(house, size):
    shop_id = house.world.shop_id
    Shop.objects.filter(id=shop_id).update(name=NAME)
    waiting = house.world.issue(5_000, order_id=ORDER)
    paid = house.world.issue(6_000, order_id=ORDER)
    house.world.confirmed(paid)
    home = f"/dashboard/{shop_id}/"
    with house.page(size=size, role="owner") as page:
        for path in [
            *(f"/i/{waiting.id}", f"/i/{paid.id}", f"/i/{paid.id}/receipt"),
            *(f"/pos/{shop_id}/", f"/pos/{shop_id}/sales/{waiting.id}", "/pos/"),
            *(home, f"{home}invoices", f"{home}invoices/{paid.id}"),
        ]:
            page.goto(path)
            assert overflow_px(page) == 0, path


def test_a_long_reference_breaks_no_amount(house):
    house.world.issue(2_000_000, order_id=ORDER)
    with house.page(size="laptop", role="owner") as page:
        page.goto(f"/dashboard/{house.world.shop_id}/invoices")
        assert page.get_by_role("link", name="€20,000.00").bounding_box()["height"] < 40
