"""Keep what a shop sells: each change is a version with who made it; nothing is deleted."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Lower

from gateway.shops.selectors import ShopView
from merchants.catalogue.choosing import Group, Modifier, checked_group
from merchants.catalogue.errors import (
    BarcodeTaken,
    CatalogueFull,
    GroupInvalid,
    GroupNotFound,
    ItemArchived,
    ItemNotFound,
    SkuTaken,
)
from merchants.catalogue.models import Category, Item, ItemVersion, ModifierGroup
from merchants.catalogue.words import Words, checked

MOST_ITEMS: Final = 5_000
_COLUMNS: Final = (
    *("name", "price_units", "tax_ppm", "tax_included", "sku", "barcode"),
    *("colour", "tile", "sold_out", "position"),
)

_TAKEN: Final = {"item_sku_once_a_shop": SkuTaken, "item_barcode_once_a_shop": BarcodeTaken}


@transaction.atomic
def item_add(*, shop: ShopView, words: Words, by: str, now: datetime) -> Item:
    """Something new to sell, in the shop's currency.

    Args:
        by: who adds it: ``user:…`` or ``key:…``.

    Raises:
        ItemInvalid, GroupNotFound, SkuTaken, BarcodeTaken, CatalogueFull
    """
    words = checked(words)
    _check_groups(shop.id, words)
    if Item.objects.filter(shop_id=shop.id, archived_at=None).count() >= MOST_ITEMS:
        raise CatalogueFull
    item = Item(shop_id=shop.id, currency=shop.pricing_currency, created_at=now, changed_at=now)
    _put(item, words)
    _save(item, is_new=True)
    _keep_version(item, by=by, now=now)
    return item


@transaction.atomic
def item_change(
    *, shop_id: UUID, item_id: UUID, changes: Mapping[str, Any], by: str, now: datetime
) -> Item:
    """Describe an item anew from here on; what was sold keeps the words it was sold with. What is
    said again as it was makes no version.

    Args:
        changes: fields of `Words`, by name.

    Raises:
        ItemNotFound, ItemArchived, ItemInvalid, GroupNotFound, SkuTaken, BarcodeTaken
    """
    item = _locked(shop_id, item_id)
    if item.archived_at is not None:
        raise ItemArchived
    before = item.words
    words = checked(replace(before, **changes))
    if words == before:
        return item
    if words.groups != before.groups:
        _check_groups(shop_id, words)
    _put(item, words)
    _next_version(item, by=by, now=now)
    return item


@transaction.atomic
def item_archive(*, shop_id: UUID, item_id: UUID, by: str, now: datetime) -> Item:
    """Sell it no more. Again is the same.

    Raises:
        ItemNotFound
    """
    item = _locked(shop_id, item_id)
    if item.archived_at is None:
        item.archived_at = now
        _next_version(item, by=by, now=now)
    return item


@transaction.atomic
def item_restore(*, shop_id: UUID, item_id: UUID, by: str, now: datetime) -> Item:
    """Sell it again, as it was. Again is the same.

    Raises:
        ItemNotFound
        SkuTaken, BarcodeTaken: another item has them by now.
    """
    item = _locked(shop_id, item_id)
    if item.archived_at is not None:
        item.archived_at = None
        _next_version(item, by=by, now=now)
    return item


@transaction.atomic
def group_put(
    *,
    shop_id: UUID,
    name: str,
    least: int,
    most: int,
    modifiers: Sequence[Modifier],
    by: str,
    now: datetime,
    group_id: UUID | None = None,
) -> ModifierGroup:
    """A group of modifiers, new or as it is from now on.

    Raises:
        GroupNotFound: there is none of that id, or it is archived.
        GroupInvalid: it can't be, or another one has its name.
    """
    group = checked_group(
        Group(id="", name=name.strip(), least=least, most=most, modifiers=tuple(modifiers))
    )
    row = ModifierGroup(shop_id=shop_id) if group_id is None else _group_locked(shop_id, group_id)
    row.name, row.least, row.most = group.name, group.least, group.most
    row.modifiers = [
        {"name": modifier.name, "delta_units": modifier.delta_units} for modifier in group.modifiers
    ]
    row.changed_at, row.changed_by = now, by
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise GroupInvalid("Another group of this shop has that name.", field="name") from error
    return row


@transaction.atomic
def group_archive(*, shop_id: UUID, group_id: UUID, by: str, now: datetime) -> ModifierGroup:
    """Ask for it no more, with whatever item it went.

    Raises:
        GroupNotFound
    """
    row = _group_locked(shop_id, group_id)
    row.archived_at = row.changed_at = now
    row.changed_by = by
    row.save(update_fields=["archived_at", "changed_at", "changed_by"])
    return row


# --- parts ---------------------------------------------------------------------------------------


def _locked(shop_id: UUID, item_id: UUID) -> Item:
    item = (
        Item.objects.select_for_update(of=("self",))
        .select_related("category")
        .filter(shop_id=shop_id, id=item_id)
        .first()
    )
    if item is None:
        raise ItemNotFound
    return item


def _group_locked(shop_id: UUID, group_id: UUID) -> ModifierGroup:
    row = (
        ModifierGroup.objects.select_for_update()
        .filter(shop_id=shop_id, id=group_id, archived_at=None)
        .first()
    )
    if row is None:
        raise GroupNotFound
    return row


def _check_groups(shop_id: UUID, words: Words) -> None:
    if not words.groups:
        return
    try:
        wanted = {UUID(group) for group in words.groups}
    except ValueError as error:
        raise GroupNotFound from error
    found = ModifierGroup.objects.filter(shop_id=shop_id, id__in=wanted, archived_at=None).count()
    if found != len(words.groups):
        raise GroupNotFound


def _put(item: Item, words: Words) -> None:
    for name in _COLUMNS:
        setattr(item, name, getattr(words, name))
    item.groups = list(words.groups)
    item.category = _category(item.shop_id, words.category) if words.category else None


def _category(shop_id: UUID, name: str) -> Category:
    """The shop's category of that name, whatever its case; a new one if it has none."""
    named = Category.objects.annotate(low=Lower("name")).filter(
        shop_id=shop_id, low=Lower(Value(name))
    )
    found = named.first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Category.objects.create(shop_id=shop_id, name=name)
    except IntegrityError:
        return named.get()


def _next_version(item: Item, *, by: str, now: datetime) -> None:
    item.version += 1
    item.changed_at = now
    _save(item, is_new=False)
    _keep_version(item, by=by, now=now)


def _save(item: Item, *, is_new: bool) -> None:
    try:
        with transaction.atomic():
            item.save(force_insert=is_new)
    except IntegrityError as error:
        for constraint, taken in _TAKEN.items():
            if constraint in str(error):
                raise taken from error
        raise


def _keep_version(item: Item, *, by: str, now: datetime) -> None:
    ItemVersion.objects.create(
        item=item,
        shop_id=item.shop_id,
        number=item.version,
        words=item.words.as_dict(),
        archived=item.archived_at is not None,
        changed_by=by,
        changed_at=now,
    )
