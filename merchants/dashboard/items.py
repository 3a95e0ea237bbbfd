"""What the shop sells: look, search, add, change, archive; in and out as a file."""

from functools import partial
from typing import Any, Final, cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gateway.checkout.wording import money_text
from gateway.events.errors import BadCursor, TillwayError
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT
from gateway.outside.uploads import OneFileInMemory
from merchants.accounts.guards import MemberRequest, may, require_action
from merchants.accounts.selectors import people_named
from merchants.catalogue import selectors, services
from merchants.catalogue.errors import GroupNotFound, ItemNotFound
from merchants.catalogue.files import COLUMNS, MOST_BYTES, Told, items_import, rows_out
from merchants.catalogue.models import Item, ItemVersion, ModifierGroup
from merchants.catalogue.words import Words, price_text, tax_text, words_from
from merchants.dashboard.files import listed_file
from merchants.dashboard.frame import draw
from merchants.dashboard.item_forms import GroupForm, ItemForm, item_initial, modifiers_text
from merchants.dashboard.item_words import item_problem
from merchants.dashboard.lists import Listed, choice_in, listed
from merchants.dashboard.selectors import time_text

MANAGE: Final = "catalogue.manage"
ROOM_BYTES: Final = 64 * 1024
"""For what a form has around its file."""
TOLD_MOST: Final = 200
"""Lines of a file that were refused: more are counted, not shown."""


@never_cache
@require_GET
@require_action("catalogue.view")
def page(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """The items, newest first, by search."""
    return _page(request)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_action(MANAGE)
def new(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """A form for a new item; a POST adds it."""
    form = _form(request, data=request.POST if request.method == "POST" else None)
    if request.method == "POST":
        said = form.said()
        if said is not None:
            try:
                item = services.item_add(
                    shop=request.shop, words=Words(**said), by=_who(request), now=timezone.now()
                )
            except TillwayError as error:
                form.refuse(error)
            else:
                messages.success(request, _("“%(name)s” was added.") % {"name": item.name})
                return HttpResponseRedirect(f"/dashboard/{shop_id}/items")
    return _edit(request, form, item=None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_action("catalogue.view")
def item(request: MemberRequest, shop_id: UUID, item_id: UUID) -> HttpResponse:
    """An item with its history; a POST changes it."""
    try:
        found = selectors.item_get(shop_id=shop_id, item_id=item_id)
    except ItemNotFound as error:
        raise Http404 from error
    if request.method != "POST":
        initial = item_initial(found.words, FIAT[found.currency])
        return _edit(request, _form(request, initial=initial), item=found)
    if not may(request, MANAGE):
        raise PermissionDenied(MANAGE)
    form = _form(request, data=request.POST)
    said = form.said()
    if said is not None:
        try:
            services.item_change(
                shop_id=shop_id,
                item_id=item_id,
                changes=said,
                by=_who(request),
                now=timezone.now(),
            )
        except TillwayError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(f"/dashboard/{shop_id}/items/{item_id}")
    return _edit(request, form, item=found)


@require_POST
@require_action(MANAGE)
def archive(request: MemberRequest, shop_id: UUID, item_id: UUID) -> HttpResponse:
    """Sell an item no more, or, with ``back``, again."""
    verb = services.item_restore if "back" in request.POST else services.item_archive
    try:
        found = verb(shop_id=shop_id, item_id=item_id, by=_who(request), now=timezone.now())
    except ItemNotFound as error:
        raise Http404 from error
    except TillwayError as error:
        messages.error(request, item_problem(error))
    else:
        said = (
            _("“%(name)s” is sold again.")
            if found.archived_at is None
            else _("“%(name)s” is archived.")
        )
        messages.success(request, said % {"name": found.name})
    return HttpResponseRedirect(f"/dashboard/{shop_id}/items/{item_id}")


@require_GET
@require_action("catalogue.view")
def export(request: MemberRequest, shop_id: UUID) -> Any:
    """All that the same address lists, as a file that can be taken in again, streamed."""
    asked = _asked(request)
    return listed_file(
        request,
        asked,
        kind="items",
        page=partial(selectors.items_page, shop_id=shop_id, **_wanted(asked)),
        columns=COLUMNS,
        lines=rows_out,
        needs="catalogue.view",
    )


@csrf_exempt  # the token stands in the body, which is read only where it is known to be short
@require_POST
@require_action(MANAGE)
def take_in(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """Take a file in, and say what became of its lines."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES + ROOM_BYTES:
        return _page(request, problem=_("The file is too large."), status=413)
    request.upload_handlers = [OneFileInMemory(request, max_bytes=MOST_BYTES)]
    return _take_in(request)


@csrf_protect
def _take_in(request: HttpRequest) -> HttpResponse:
    member = cast(MemberRequest, request)
    upload = request.FILES.get("file")
    try:
        told = items_import(
            shop=member.shop,
            body=upload.read() if upload else b"",
            by=_who(member),
            now=timezone.now(),
        )
    except TillwayError as error:
        return _page(member, problem=item_problem(error), status=error.status)
    return _page(member, told=told)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_action("catalogue.view")
def groups(request: MemberRequest, shop_id: UUID) -> HttpResponse:
    """The groups of modifiers; a POST adds one."""
    return _group(request, row=None)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require_action("catalogue.view")
def group(request: MemberRequest, shop_id: UUID, group_id: UUID) -> HttpResponse:
    """One group; a POST changes it, or, with ``archive``, asks for it no more."""
    rows = {row.id: row for row in selectors.groups_of(shop_id=shop_id)}
    if group_id not in rows:
        raise Http404
    return _group(request, row=rows[group_id])


def _group(request: MemberRequest, *, row: ModifierGroup | None) -> HttpResponse:
    shop_id, currency = request.shop.id, FIAT[request.shop.pricing_currency]
    here = f"/dashboard/{shop_id}/items/groups"
    if request.method != "POST":
        initial = (
            {
                "name": row.name,
                "least": row.least,
                "most": row.most,
                "modifiers": modifiers_text(row.group.modifiers, currency),
            }
            if row
            else {}
        )
        return _groups(request, GroupForm(initial=initial, currency=currency), row=row)
    if not may(request, MANAGE):
        raise PermissionDenied(MANAGE)
    act: dict[str, Any] = {"shop_id": shop_id, "by": _who(request), "now": timezone.now()}
    form = GroupForm(request.POST, currency=currency)
    try:
        if row is not None and "archive" in request.POST:
            services.group_archive(**act, group_id=row.id)
            messages.success(request, _("“%(name)s” is archived.") % {"name": row.name})
            return HttpResponseRedirect(here)
        if form.is_valid():
            saved = services.group_put(
                **act,
                group_id=row.id if row else None,
                name=form.cleaned_data["name"],
                least=form.cleaned_data["least"],
                most=form.cleaned_data["most"],
                modifiers=form.typed_modifiers(),
            )
            messages.success(request, _("“%(name)s” was saved.") % {"name": saved.name})
            return HttpResponseRedirect(here)
    except GroupNotFound as error:
        raise Http404 from error
    except TillwayError as error:
        form.add_error(None, item_problem(error))
    return _groups(request, form, row=row)


# --- parts ---------------------------------------------------------------------------------------


def _who(request: MemberRequest) -> str:
    return f"user:{request.user.id}"


def _form(request: MemberRequest, **options: Any) -> ItemForm:
    return ItemForm(
        currency=FIAT[request.shop.pricing_currency],
        groups=[row.group for row in selectors.groups_of(shop_id=request.shop.id)],
        **options,
    )


def _page(
    request: MemberRequest,
    *,
    told: list[Told] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    shop_id = request.shop.id
    asked = _asked(request)
    wanted = _wanted(asked)
    try:
        found = selectors.items_page(
            shop_id=shop_id, order=asked.order, cursor=asked.cursor, **wanted
        )
    except BadCursor as error:
        raise Http404 from error
    context = {
        "items": [_row(one) for one in found.items],
        **wanted,
        "file_href": asked.address(f"{asked.here}.csv"),
        **asked.pages(found),
        "problem": problem,
        "most_mb": MOST_BYTES // 1024 // 1024,
        **_told(told),
    }
    return draw(request, "dashboard/items.html", context, status=status)


def _asked(request: MemberRequest) -> Listed:
    # What PostgreSQL can't be asked for is in no row.
    search = request.GET.get("search", "").replace("\0", "").strip()[: selectors.MAX_SEARCH]
    return listed(
        request.GET,
        f"/dashboard/{request.shop.id}/items",
        orders=selectors.ORDERS,
        query={"search": search, "archived": choice_in(request.GET, "archived", ("yes",))},
    )


def _wanted(asked: Listed) -> dict[str, Any]:
    return {"search": asked.query.get("search", ""), "archived": "archived" in asked.query}


def _told(told: list[Told] | None) -> dict[str, Any]:
    """What became of a file: counts in words, and each line that was refused."""
    if told is None:
        return {}
    counts = dict.fromkeys(("added", "changed", "same", "refused"), 0)
    for one in told:
        counts[one.outcome] += 1
    words = [
        _("%(n)s added") % {"n": counts["added"]},
        _("%(n)s changed") % {"n": counts["changed"]},
        _("%(n)s as before") % {"n": counts["same"]},
        _("%(n)s refused") % {"n": counts["refused"]},
    ]
    refused = [one for one in told if one.error is not None]
    return {
        "told_words": ", ".join(words),
        "told_tone": "wait" if refused else "paid",
        "refused": [
            {"line": one.line, "name": one.name[:80], "why": item_problem(one.error)}
            for one in refused[:TOLD_MOST]
            if one.error is not None
        ],
        "refused_more": max(0, len(refused) - TOLD_MOST),
    }


def _row(item: Item) -> dict[str, Any]:
    currency = FIAT[item.currency]
    amount = format_amount(Amount(item.price_units, currency))
    return {
        "id": item.id,
        "name": item.name,
        "category": item.category.name if item.category else "",
        "price_text": money_text(amount, item.currency),
        "tax_text": _tax_words(item.tax_ppm, included=item.tax_included),
        "sku": item.sku,
        "tile": item.tile,
        "colour": item.colour,
        "sold_out": item.sold_out,
    }


def _tax_words(ppm: int, *, included: bool) -> str:
    if not ppm:
        return _("No tax")
    percent = {"percent": tax_text(ppm)}
    return _("%(percent)s %% inside") % percent if included else _("+ %(percent)s %%") % percent


def _edit(request: MemberRequest, form: ItemForm, *, item: Item | None) -> HttpResponse:
    shop_id = request.shop.id
    context = {
        "form": form,
        "item": item,
        "categories": selectors.categories_of(shop_id=shop_id),
        "history": _history(shop_id, item) if item is not None else [],
        "here": f"/dashboard/{shop_id}/items/{item.id}" if item is not None else "",
        "can_manage": may(request, MANAGE),
    }
    status = 400 if form.errors else 200
    return draw(request, "dashboard/item.html", context, status=status)


def _history(shop_id: UUID, item: Item) -> list[dict[str, Any]]:
    """Its versions, newest first, with what each said anew. Two queries."""
    versions = selectors.versions_of(shop_id=shop_id, item_id=item.id)
    ids = {
        one.changed_by.removeprefix("user:")
        for one in versions
        if one.changed_by.startswith("user:")
    }
    people = people_named({UUID(one) for one in ids}, shop_id=shop_id)
    older: list[ItemVersion | None] = [*versions[1:], None]
    return [
        {
            "number": one.number,
            "at_text": time_text(one.changed_at),
            "who": _who_words(one.changed_by, people),
            "says": _says(one, before, item.currency),
        }
        for one, before in zip(versions, older, strict=True)
    ]


def _who_words(by: str, people: dict[UUID, str]) -> str:
    if not by.startswith("user:"):
        return _("A program")
    return people.get(UUID(by.removeprefix("user:")), _("Somebody who left"))


def _says(version: ItemVersion, before: ItemVersion | None, currency: str) -> list[str]:
    words = words_from(version.words)
    if before is None:
        return [_("Added")]
    if version.archived != before.archived:
        return [_("Archived") if version.archived else _("Restored")]
    was = words_from(before.words)
    said = []
    if words.name != was.name:
        said.append(_("Name: %(old)s → %(new)s") % {"old": was.name, "new": words.name})
    if words.price_units != was.price_units:
        old, new = (price_text(each.price_units, FIAT[currency]) for each in (was, words))
        said.append(_("Price: %(old)s → %(new)s") % {"old": old, "new": new})
    if (words.tax_ppm, words.tax_included) != (was.tax_ppm, was.tax_included):
        old, new = (_tax_words(each.tax_ppm, included=each.tax_included) for each in (was, words))
        said.append(_("Tax: %(old)s → %(new)s") % {"old": old, "new": new})
    if words.sold_out != was.sold_out:
        said.append(_("Sold out") if words.sold_out else _("Not sold out any more"))
    return said or [_("Something else of it")]


def _groups(request: MemberRequest, form: GroupForm, *, row: ModifierGroup | None) -> HttpResponse:
    shop_id, currency = request.shop.id, FIAT[request.shop.pricing_currency]
    rows = [] if row is not None else selectors.groups_of(shop_id=shop_id)
    here = f"/dashboard/{shop_id}/items/groups"
    context = {
        "form": form,
        "group": row,
        "here": f"{here}/{row.id}" if row is not None else here,
        "groups": [
            {
                "id": one.id,
                "name": one.name,
                "modifiers": ", ".join(each.name for each in one.group.modifiers),
                "least": one.least,
                "most": one.most,
            }
            for one in rows
        ],
        "currency": currency.code,
        "can_manage": may(request, MANAGE),
    }
    return draw(request, "dashboard/item_groups.html", context, status=400 if form.errors else 200)
