"""Questions about what a shop sells."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Lower

from gateway.events.cursors import PAGE_SIZE, Page
from gateway.events.moments import rfc3339
from gateway.events.ordering import BY_TIME, NEWEST, Order, both_ways, sorted_page
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT, Asset
from merchants.catalogue.barcodes import same_codes
from merchants.catalogue.choosing import Group
from merchants.catalogue.errors import CodeUnknown, ItemNotFound
from merchants.catalogue.models import Category, Item, ItemVersion, ModifierGroup
from merchants.catalogue.words import MAX_CODE, tax_text

MAX_SEARCH: Final = 80
ORDERS: Final = (
    *BY_TIME,
    *both_ways("name", down="z-a", up="a-z", by=Lower("name"), kind="text", begins="up"),
    *both_ways("price", down="dearest", up="cheapest", by="price_units"),
)


def item_get(*, shop_id: UUID, item_id: UUID) -> Item:
    """A shop's item, archived or not. One query.

    Raises:
        ItemNotFound: another shop's is as unknown as none.
    """
    item = Item.objects.select_related("category").filter(shop_id=shop_id, id=item_id).first()
    if item is None:
        raise ItemNotFound
    return item


def items_page(
    *,
    shop_id: UUID,
    cursor: str | None = None,
    search: str = "",
    archived: bool = False,
    order: Order = NEWEST,
    size: int = PAGE_SIZE,
) -> Page[Item]:
    """A shop's items. One query.

    Args:
        search: a part of the name, or a whole SKU or barcode; case doesn't matter.
        archived: those that are sold no more, in place of those that are.
    """
    items = Item.objects.select_related("category").filter(
        shop_id=shop_id, archived_at__isnull=not archived
    )
    search = search.strip()[:MAX_SEARCH]
    if search:
        items = items.filter(
            Q(name__icontains=search) | Q(sku__iexact=search) | Q(barcode__iexact=search)
        )
    return sorted_page(items, order=order, cursor=cursor, size=size)


def items_sold(*, shop_id: UUID) -> list[Item]:
    """All that a shop sells, by category and place. One query."""
    return list(
        Item.objects.select_related("category")
        .filter(shop_id=shop_id, archived_at=None)
        .order_by(
            F("category__position").asc(nulls_last=True),
            F("category__name").asc(nulls_last=True),
            "position",
            "name",
            "id",
        )
    )


def item_scanned(*, shop_id: UUID, code: str) -> Item:
    """What a shop sells under a code that was scanned: by its barcode, as it was read or in other
    digits of the same number, else by its SKU. One query.

    Raises:
        CodeUnknown
    """
    code = code.strip()
    if not code or len(code) > MAX_CODE:
        raise CodeUnknown
    codes = same_codes(code)
    named = Q(barcode__in=codes) | Q(sku=code)
    found = list(Item.objects.filter(named, shop_id=shop_id, archived_at=None))
    if not found:
        raise CodeUnknown
    places = {each: place for place, each in enumerate(codes)}
    return min(found, key=lambda item: places.get(item.barcode, len(codes)))


def versions_of(*, shop_id: UUID, item_id: UUID) -> list[ItemVersion]:
    """An item's versions, newest first. One query."""
    return list(ItemVersion.objects.filter(shop_id=shop_id, item_id=item_id).order_by("-number"))


def categories_of(*, shop_id: UUID) -> list[str]:
    """The names of a shop's categories. One query."""
    return list(
        Category.objects.filter(shop_id=shop_id)
        .order_by("position", "name")
        .values_list("name", flat=True)
    )


def groups_of(*, shop_id: UUID) -> list[ModifierGroup]:
    """A shop's groups of modifiers, by name. One query."""
    return list(ModifierGroup.objects.filter(shop_id=shop_id, archived_at=None).order_by("name"))


def groups_by_id(*, shop_id: UUID, ids: Collection[str]) -> dict[str, Group]:
    """Those of these groups that are still asked for. One query, none for no id."""
    if not ids:
        return {}
    rows = ModifierGroup.objects.filter(shop_id=shop_id, id__in=list(ids), archived_at=None)
    return {str(row.id): row.group for row in rows}


def item_as_dict(item: Item) -> dict[str, Any]:
    """As the API shows it. No query, if its category was fetched with it."""
    words = item.words
    return {
        "id": str(item.id),
        "version": item.version,
        "name": words.name,
        "price": format_amount(Amount(words.price_units, FIAT[item.currency])),
        "currency": item.currency,
        "tax": tax_text(words.tax_ppm),
        "tax_included": words.tax_included,
        "category": words.category,
        "sku": words.sku,
        "barcode": words.barcode,
        "colour": words.colour,
        "tile": words.tile,
        "sold_out": words.sold_out,
        "position": words.position,
        "groups": list(words.groups),
        "archived": item.archived_at is not None,
        "created_at": rfc3339(item.created_at),
        "changed_at": rfc3339(item.changed_at),
    }


def group_as_dict(row: ModifierGroup, currency: Asset) -> dict[str, Any]:
    """As the API shows it. No query."""
    return {
        "id": str(row.id),
        "name": row.name,
        "least": row.least,
        "most": row.most,
        "modifiers": [
            {"name": one.name, "price": format_amount(Amount(one.delta_units, currency))}
            for one in row.group.modifiers
        ],
    }
