"""What a shop sells, as a tablet keeps it for when it has no connection: names, prices, taxes. No
sale, nobody's name."""

from itertools import groupby
from typing import Any
from uuid import UUID

from gateway.money.assets import FIAT
from gateway.shops.selectors import ShopView
from merchants.catalogue.barcodes import same_codes
from merchants.catalogue.models import Item
from merchants.catalogue.selectors import groups_by_id, items_sold
from merchants.pos.tickets import usual_tax
from merchants.shifts.selectors import open_shift
from merchants.tickets.cash import coin_units, half_units
from merchants.tickets.pricing import PPM


def goods_kept(shop: ShopView, *, till_id: UUID) -> dict[str, Any]:
    """JSON: items in their categories, the groups of modifiers they name, how cash is rounded, and
    the shift that is open. Three queries."""
    sold = items_sold(shop_id=shop.id)
    groups = groups_by_id(shop_id=shop.id, ids={group for item in sold for group in item.groups})
    shift = open_shift(shop_id=shop.id, till_id=till_id)
    usual = usual_tax(sold)
    return {
        "currency": shop.pricing_currency,
        "decimals": FIAT[shop.pricing_currency].decimals,
        "ppm": PPM,
        "coin": coin_units(shop.pricing_currency),
        "half": half_units(shop.pricing_currency),
        "tax": [usual.ppm, usual.included],
        "shift": str(shift.id) if shift else "",
        "categories": [
            {"name": name, "items": [_kept(item, known=set(groups)) for item in items]}
            for name, items in groupby(sold, key=lambda item: item.words.category)
        ],
        "groups": {
            key: {
                "name": group.name,
                "least": group.least,
                "most": group.most,
                "modifiers": [[one.name, one.delta_units] for one in group.modifiers],
            }
            for key, group in groups.items()
        },
    }


def _kept(item: Item, *, known: set[str]) -> dict[str, Any]:
    return {
        "id": str(item.id),
        "version": item.version,
        "name": item.name,
        "tile": item.tile,
        "colour": item.colour,
        "price": int(item.price_units),
        "tax": [item.tax_ppm, item.tax_included],
        "codes": [*(same_codes(item.barcode) if item.barcode else ()), *filter(None, [item.sku])],
        "sold_out": item.sold_out,
        "groups": [group for group in item.groups if group in known],
    }
