"""A shop with something to sell."""

from collections.abc import Callable

import pytest

from gateway.shops.selectors import ShopView, shop_view
from merchants.catalogue.models import Item
from merchants.catalogue.services import item_add
from merchants.catalogue.words import Words


@pytest.fixture
def view(shop: object) -> ShopView:
    return shop_view(shop_id=shop.id)  # type: ignore[attr-defined]


@pytest.fixture
def add(view: ShopView, clock: Callable[[], object]) -> Callable[..., Item]:
    def make(name: str = "Espresso", units: int = 300, **more: object) -> Item:
        words = Words(name=name, price_units=units, **more)  # type: ignore[arg-type]
        return item_add(shop=view, words=words, by="user:ann", now=clock())  # type: ignore[arg-type]

    return make
