"""What a shop sells."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from gateway.money.assets import FIAT
from merchants.api import catalogue_answers, docs
from merchants.api.catalogue_inputs import ItemChange, NewItem
from merchants.api.contract import KeyActs, page_as_dict
from merchants.api.idempotency import Answer
from merchants.api.serializers import Nothing
from merchants.catalogue import selectors, services
from merchants.catalogue.words import Words, price_from, tax_ppm_from

YES_NO = ("yes", "no")


class ItemsView(KeyActs):
    scopes: ClassVar = {"GET": "catalogue:read", "POST": "catalogue:write"}

    @extend_schema(
        operation_id="items_list",
        summary="List what the shop sells, newest first",
        parameters=[
            docs.CURSOR,
            docs.LIMIT,
            docs.parameter("search", "A part of the name, or a whole SKU or barcode."),
            docs.parameter("archived", "Those that are sold no more.", enum=YES_NO),
        ],
        responses=docs.answers_with(catalogue_answers.ItemList),
    )
    def get(self, request: Request) -> HttpResponse:
        query, cursor, size = self.page_query("search", "archived")
        page = selectors.items_page(
            shop_id=self.shop.id,
            cursor=cursor,
            search=query.get("search", ""),
            archived=self.choice(query, "archived", YES_NO) == "yes",
            size=size,
        )
        return self.read(page_as_dict(page, selectors.item_as_dict))

    @extend_schema(
        operation_id="item_create",
        summary="Add an item",
        request=NewItem,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(catalogue_answers.Item, status=201),
    )
    def post(self, request: Request) -> HttpResponse:
        def add(key: str) -> Answer:
            said = _said(self, self.checked(NewItem))
            item = services.item_add(
                shop=self.shop, words=Words(**said), by=self.person.who, now=timezone.now()
            )
            return Answer(201, selectors.item_as_dict(item), location=f"/v1/items/{item.id}")

        return self.write(add)


class ItemView(KeyActs):
    scopes: ClassVar = {"GET": "catalogue:read", "PATCH": "catalogue:write"}

    @extend_schema(
        operation_id="item_get",
        summary="Get an item",
        responses=docs.answers_with(catalogue_answers.Item),
    )
    def get(self, request: Request, item_id: UUID) -> HttpResponse:
        self.query()
        item = selectors.item_get(shop_id=self.shop.id, item_id=item_id)
        return self.read(selectors.item_as_dict(item))

    @extend_schema(
        operation_id="item_change",
        summary="Change an item",
        description="What was sold keeps the words it was sold with.",
        request=ItemChange,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(catalogue_answers.Item),
    )
    def patch(self, request: Request, item_id: UUID) -> HttpResponse:
        def change(key: str) -> Answer:
            selectors.item_get(shop_id=self.shop.id, item_id=item_id)
            item = services.item_change(
                shop_id=self.shop.id,
                item_id=item_id,
                changes=_said(self, self.checked(ItemChange)),
                by=self.person.who,
                now=timezone.now(),
            )
            return Answer(200, selectors.item_as_dict(item))

        return self.write(change)


class ItemArchiveView(KeyActs):
    scopes: ClassVar = {"POST": "catalogue:write"}

    @extend_schema(
        operation_id="item_archive",
        summary="Sell an item no more",
        description="Nothing is deleted: it can be restored.",
        request=Nothing,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(catalogue_answers.Item),
    )
    def post(self, request: Request, item_id: UUID) -> HttpResponse:
        return self.write(lambda key: _done(self, services.item_archive, item_id))


class ItemRestoreView(KeyActs):
    scopes: ClassVar = {"POST": "catalogue:write"}

    @extend_schema(
        operation_id="item_restore",
        summary="Sell an archived item again",
        request=Nothing,
        parameters=[docs.IDEMPOTENCY_KEY],
        responses=docs.answers_with(catalogue_answers.Item),
    )
    def post(self, request: Request, item_id: UUID) -> HttpResponse:
        return self.write(lambda key: _done(self, services.item_restore, item_id))


class ModifierGroupsView(KeyActs):
    scopes: ClassVar = {"GET": "catalogue:read"}

    @extend_schema(
        operation_id="modifier_groups_list",
        summary="List the groups of modifiers that items refer to",
        responses=docs.answers_with(catalogue_answers.ModifierGroupList),
    )
    def get(self, request: Request) -> HttpResponse:
        self.query()
        currency = FIAT[self.shop.pricing_currency]
        groups = selectors.groups_of(shop_id=self.shop.id)
        return self.read({"data": [selectors.group_as_dict(row, currency) for row in groups]})


def _done(view: KeyActs, verb: Any, item_id: UUID) -> Answer:
    view.checked(Nothing)
    item = verb(shop_id=view.shop.id, item_id=item_id, by=view.person.who, now=timezone.now())
    return Answer(200, selectors.item_as_dict(item))


def _said(view: KeyActs, body: dict[str, Any]) -> dict[str, Any]:
    """The fields of `Words` that a request speaks of.

    Raises:
        ItemInvalid
    """
    said = dict(body)
    if "price" in said:
        said["price_units"] = price_from(said.pop("price"), FIAT[view.shop.pricing_currency])
    if "tax" in said:
        said["tax_ppm"] = tax_ppm_from(said.pop("tax"))
    if "groups" in said:
        said["groups"] = tuple(str(group) for group in said["groups"])
    return said
