"""Pages stand still while they load."""

import pytest

from tests.e2e.looking import layout_shift


@pytest.mark.parametrize("size", ["phone", "tablet", "desktop"])
@pytest.mark.parametrize("path", ["/i/{invoice}", "/pos/{shop}/", "/pos/{shop}/sales/{invoice}",
                                  "/dashboard/{shop}/"])  # fmt: skip
def test_nothing_moves_while_a_page_loads(house, path, size):
    invoice = house.world.issue()
    with house.page(size=size, role="owner") as page:
        page.goto(path.format(invoice=invoice.id, shop=house.world.shop_id))
        assert layout_shift(page) < 0.01
