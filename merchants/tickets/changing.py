"""What is put on a ticket, taken off it, and where it waits: before anybody pays."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from gateway.events.ids import uuid7
from gateway.shops.selectors import ShopView
from merchants.catalogue.choosing import chosen
from merchants.catalogue.errors import ChoiceInvalid, ItemNotFound
from merchants.catalogue.models import ItemVersion
from merchants.catalogue.selectors import groups_by_id
from merchants.catalogue.words import MAX_NAME, MAX_PRICE_UNITS, words_from
from merchants.tickets.acts import Tap, is_new
from merchants.tickets.errors import (
    ActKeyReused,
    DiscountInvalid,
    ItemNotSold,
    LineInvalid,
    LineNotFound,
    NothingToRepeat,
    TicketFull,
)
from merchants.tickets.locks import ticket_to
from merchants.tickets.models import Ticket, TicketLine
from merchants.tickets.pricing import PPM, THOUSANDTHS, Discount, TaxClass, totals_of
from merchants.tickets.selectors import lines_of, ticket_get

MOST_LINES: Final = 200
MAX_LABEL: Final = 40
MAX_QUANTITY: Final = 1_000_000
"""A thousand pieces."""


@dataclass(frozen=True, slots=True)
class PutAmount:
    """A typed amount to put on a ticket: ``price_units`` are minor units of one, ``quantity``
    thousandths."""

    line_id: UUID
    price_units: int
    tax: TaxClass
    name: str = ""
    quantity: int = THOUSANDTHS


@dataclass(frozen=True, slots=True)
class PutItem:
    """An item to put on a ticket, in the words of this version, with these choices: of each, the
    group's id and the modifier's name."""

    line_id: UUID
    item_id: UUID
    version: int
    quantity: int = THOUSANDTHS
    choices: Sequence[tuple[str, str]] = ()


@transaction.atomic
def ticket_open(*, shop: ShopView, ticket_id: UUID, tap: Tap, label: str = "") -> Ticket:
    """Begin a sale.

    Args:
        ticket_id: the till's own, a new one.

    Raises:
        ActKeyInvalid
        ActKeyReused: the key or the id is another's.
    """
    if not is_new(shop.id, ticket_id, tap, "open", {}):
        return ticket_get(shop_id=shop.id, ticket_id=ticket_id)
    return _opened(shop, ticket_id, tap, label=_label(label))


@transaction.atomic
def amount_add(
    *,
    shop_id: UUID,
    ticket_id: UUID,
    line_id: UUID,
    price_units: int,
    tax: TaxClass,
    tap: Tap,
    name: str = "",
    quantity: int = THOUSANDTHS,
) -> Ticket:
    """Put an amount on a ticket that was typed on the keypad.

    Args:
        line_id: the till's own, a new one.
        price_units: minor units of one.
        quantity: thousandths.

    Raises:
        TicketNotFound, TicketNotNow, TicketFull, LineInvalid, ActKeyReused
    """
    put = PutAmount(line_id, price_units, tax, name.strip(), quantity)
    line = _line_of_amount(put)
    if not is_new(shop_id, ticket_id, tap, "amount", _said(put)):
        return ticket_get(shop_id=shop_id, ticket_id=ticket_id)
    return _added(ticket_to("change", shop_id=shop_id, ticket_id=ticket_id), [line], tap)


@transaction.atomic
def item_add(
    *,
    shop_id: UUID,
    ticket_id: UUID,
    line_id: UUID,
    item_id: UUID,
    version: int,
    tap: Tap,
    quantity: int = THOUSANDTHS,
    choices: Sequence[tuple[str, str]] = (),
) -> Ticket:
    """Put an item of the catalogue on a ticket, in the words that the till showed.

    Args:
        version: of the item's words. A till that was offline sold at the price it showed.
        choices: group's id and modifier's name of each that was chosen.

    Raises:
        TicketNotFound, TicketNotNow, TicketFull, LineInvalid, ActKeyReused
        ItemNotFound: the shop never had it in these words.
        ItemNotSold: in these words it was archived, sold out or in another currency.
        ChoiceInvalid
    """
    put = PutItem(line_id, item_id, version, quantity, choices)
    if not is_new(shop_id, ticket_id, tap, "item", _said(put)):
        return ticket_get(shop_id=shop_id, ticket_id=ticket_id)
    ticket = ticket_to("change", shop_id=shop_id, ticket_id=ticket_id)
    return _added(ticket, _lines_of_items(ticket, [put]), tap)


@transaction.atomic
def lines_put(
    *,
    shop_id: UUID,
    ticket_id: UUID,
    lines: Sequence[PutAmount | PutItem],
    tap: Tap,
    removed: Collection[UUID] = (),
) -> Ticket:
    """Put many lines on a ticket at once, as ``amount_add`` and ``item_add`` do one by one. It
    costs as many queries for many as for one.

    Args:
        removed: those of them that were taken off again: they are kept, with who did.

    Raises:
        TicketNotFound, TicketNotNow, TicketFull, LineInvalid, ActKeyReused
        ItemNotFound, ItemNotSold, ChoiceInvalid
    """
    gone = sorted(map(str, removed))
    said = {"lines": [_said(put) for put in lines], "removed": gone}
    if not is_new(shop_id, ticket_id, tap, "lines", said):
        return ticket_get(shop_id=shop_id, ticket_id=ticket_id)
    ticket = ticket_to("change", shop_id=shop_id, ticket_id=ticket_id)
    items = iter(_lines_of_items(ticket, [put for put in lines if isinstance(put, PutItem)]))
    rows = [_line_of_amount(put) if isinstance(put, PutAmount) else next(items) for put in lines]
    for row in rows:
        if row.id in removed:
            row.removed_by, row.removed_at = tap.by, tap.now
    return _added(ticket, rows, tap)


@transaction.atomic
def line_change(
    *,
    shop_id: UUID,
    ticket_id: UUID,
    line_id: UUID,
    tap: Tap,
    quantity: int | None = None,
    discount: Discount | None = None,
) -> Ticket:
    """Another quantity of a line, or a discount on it (``Discount()``: none any more).

    Raises:
        TicketNotFound, TicketNotNow, LineNotFound, LineInvalid, DiscountInvalid, ActKeyReused
    """
    said = {
        "line": str(line_id),
        "quantity": quantity,
        "discount": None if discount is None else [discount.kind, discount.value],
    }
    if not is_new(shop_id, ticket_id, tap, "line", said):
        return ticket_get(shop_id=shop_id, ticket_id=ticket_id)
    ticket = ticket_to("change", shop_id=shop_id, ticket_id=ticket_id)
    line = _line(ticket, line_id)
    if quantity is not None:
        line.quantity = _quantity(quantity)
    if discount is not None:
        line.discount_kind, line.discount_value = _discount(discount)
    line.save(update_fields=["quantity", "discount_kind", "discount_value"])
    return _summed(ticket)


@transaction.atomic
def line_remove(*, shop_id: UUID, ticket_id: UUID, line_id: UUID, tap: Tap) -> Ticket:
    """Take a line off; it is kept, with who did.

    Raises:
        TicketNotFound, TicketNotNow, LineNotFound, ActKeyReused
    """
    if not is_new(shop_id, ticket_id, tap, "remove", {"line": str(line_id)}):
        return ticket_get(shop_id=shop_id, ticket_id=ticket_id)
    ticket = ticket_to("change", shop_id=shop_id, ticket_id=ticket_id)
    line = _line(ticket, line_id)
    line.removed_by, line.removed_at = tap.by, tap.now
    line.save(update_fields=["removed_by", "removed_at"])
    return _summed(ticket)


@transaction.atomic
def ticket_discount(*, shop_id: UUID, ticket_id: UUID, discount: Discount, tap: Tap) -> Ticket:
    """Take something off the whole ticket (``Discount()``: nothing any more).

    Raises:
        TicketNotFound, TicketNotNow, DiscountInvalid, ActKeyReused
    """
    said = {"discount": [discount.kind, discount.value]}
    if not is_new(shop_id, ticket_id, tap, "discount", said):
        return ticket_get(shop_id=shop_id, ticket_id=ticket_id)
    ticket = ticket_to("change", shop_id=shop_id, ticket_id=ticket_id)
    ticket.discount_kind, ticket.discount_value = _discount(discount)
    ticket.save(update_fields=["discount_kind", "discount_value"])
    return _summed(ticket)


@transaction.atomic
def ticket_park(*, shop_id: UUID, ticket_id: UUID, tap: Tap, label: str = "") -> Ticket:
    """Put a ticket aside, under a name if one is given, for whichever till goes on with it.

    Raises:
        TicketNotFound, TicketNotNow, ActKeyReused
    """
    if not is_new(shop_id, ticket_id, tap, "park", {}):
        return ticket_get(shop_id=shop_id, ticket_id=ticket_id)
    ticket = ticket_to("park", shop_id=shop_id, ticket_id=ticket_id)
    ticket.state, ticket.parked_at = "parked", tap.now
    ticket.label = _label(label) or ticket.label
    ticket.save(update_fields=["state", "parked_at", "label"])
    return ticket


@transaction.atomic
def ticket_recall(*, shop_id: UUID, ticket_id: UUID, tap: Tap) -> Ticket:
    """Go on with a parked ticket.

    Raises:
        TicketNotFound, TicketNotNow, ActKeyReused
    """
    if not is_new(shop_id, ticket_id, tap, "recall", {}):
        return ticket_get(shop_id=shop_id, ticket_id=ticket_id)
    ticket = ticket_to("recall", shop_id=shop_id, ticket_id=ticket_id)
    ticket.state, ticket.parked_at = "open", None
    ticket.save(update_fields=["state", "parked_at"])
    return ticket


@transaction.atomic
def ticket_repeat(*, shop: ShopView, ticket_id: UUID, tap: Tap) -> tuple[Ticket, tuple[str, ...]]:
    """Begin a sale with the lines of the shop's last paid one; with it, the names of what was left
    out because it is sold no more.

    Items are put on it in today's words, typed amounts as they were; discounts aren't repeated.

    Raises:
        NothingToRepeat, ActKeyReused
    """
    if not is_new(shop.id, ticket_id, tap, "repeat", {}):
        return ticket_get(shop_id=shop.id, ticket_id=ticket_id), ()
    last = Ticket.objects.filter(shop_id=shop.id, state="paid").order_by("-ended_at").first()
    if last is None or last.currency != shop.pricing_currency:
        raise NothingToRepeat
    ticket = _opened(shop, ticket_id, tap, repeats_id=last.id)
    lines, left_out = [], []
    for sold in lines_of(last):
        line = _again(ticket, sold)
        if line is None:
            left_out.append(sold.name)
        else:
            line.id = uuid7()
            lines.append(line)
    if not lines:
        raise NothingToRepeat
    return _added(ticket, lines, tap), tuple(left_out)


# --- parts ---------------------------------------------------------------------------------------


def _opened(
    shop: ShopView, ticket_id: UUID, tap: Tap, *, label: str = "", repeats_id: UUID | None = None
) -> Ticket:
    try:
        with transaction.atomic():
            return Ticket.objects.create(
                id=ticket_id,
                shop_id=shop.id,
                mode=shop.mode,
                currency=shop.pricing_currency,
                label=label,
                repeats_id=repeats_id,
                opened_by=tap.by,
                opened_at=tap.now,
            )
    except IntegrityError as error:
        raise ActKeyReused("This id is another ticket's.") from error


def _label(label: str) -> str:
    return "".join(each for each in label if each.isprintable()).strip()[:MAX_LABEL]


def _quantity(quantity: int) -> int:
    if type(quantity) is not int or not 0 < quantity <= MAX_QUANTITY:
        raise LineInvalid
    return quantity


def _discount(discount: Discount) -> tuple[str, int]:
    most = PPM if discount.kind == "percent" else MAX_PRICE_UNITS if discount.kind else 0
    if not 0 <= discount.value <= most:
        raise DiscountInvalid
    return discount.kind, discount.value


def _line(ticket: Ticket, line_id: UUID) -> TicketLine:
    line = TicketLine.objects.filter(ticket=ticket, id=line_id, removed_at=None).first()
    if line is None:
        raise LineNotFound
    return line


def _said(put: PutAmount | PutItem) -> dict[str, Any]:
    """As it is written down with its tap."""
    if isinstance(put, PutAmount):
        return {
            "line": str(put.line_id),
            "name": put.name,
            "price": put.price_units,
            "tax": [put.tax.ppm, put.tax.included],
            "quantity": put.quantity,
        }
    return {
        "line": str(put.line_id),
        "item": str(put.item_id),
        "version": put.version,
        "quantity": put.quantity,
        "choices": [list(choice) for choice in put.choices],
    }


def _line_of_amount(put: PutAmount) -> TicketLine:
    price_is_one = 0 < put.price_units <= MAX_PRICE_UNITS
    if len(put.name) > MAX_NAME or not price_is_one or not 0 <= put.tax.ppm <= PPM:
        raise LineInvalid
    return TicketLine(
        id=put.line_id,
        name=put.name,
        price_units=put.price_units,
        tax_ppm=put.tax.ppm,
        tax_included=put.tax.included,
        quantity=_quantity(put.quantity),
    )


def _lines_of_items(ticket: Ticket, puts: Sequence[PutItem]) -> list[TicketLine]:
    """Two queries, however many; none for none."""
    if not puts:
        return []
    versions = ItemVersion.objects.select_related("item").filter(
        shop_id=ticket.shop_id,
        item_id__in={put.item_id for put in puts},
        number__in={put.version for put in puts},
    )
    said = {(one.item_id, one.number): (one, words_from(one.words)) for one in versions}
    ids = {group for _version, words in said.values() for group in words.groups}
    known = groups_by_id(shop_id=ticket.shop_id, ids=ids)
    lines = []
    for put in puts:
        if (put.item_id, put.version) not in said:
            raise ItemNotFound
        found, words = said[put.item_id, put.version]
        if found.archived or words.sold_out or found.item.currency != ticket.currency:
            raise ItemNotSold
        groups = [known[group] for group in words.groups if group in known]
        picked = chosen(groups, put.choices)
        line = TicketLine(
            id=put.line_id,
            item_id=put.item_id,
            item_version=put.version,
            name=words.name,
            price_units=words.price_units,
            tax_ppm=words.tax_ppm,
            tax_included=words.tax_included,
            quantity=_quantity(put.quantity),
            modifiers=[
                {"group": group, "name": one.name, "delta_units": one.delta_units}
                for group, one in picked
            ],
        )
        lines.append(line)
    return lines


def _again(ticket: Ticket, sold: TicketLine) -> TicketLine | None:
    """The line anew; None if its item can't be sold so any more."""
    if sold.item_id is None:
        return TicketLine(
            name=sold.name,
            price_units=sold.price_units,
            tax_ppm=sold.tax_ppm,
            tax_included=sold.tax_included,
            quantity=sold.quantity,
        )
    newest = (
        ItemVersion.objects.filter(shop_id=ticket.shop_id, item_id=sold.item_id)
        .order_by("-number")
        .values_list("number", flat=True)[0]
    )
    choices = [(one["group"], one["name"]) for one in sold.modifiers]
    put = PutItem(uuid7(), sold.item_id, newest, sold.quantity, choices)
    try:
        return _lines_of_items(ticket, [put])[0]
    except (ItemNotSold, ChoiceInvalid):
        return None


def _added(ticket: Ticket, lines: Sequence[TicketLine], tap: Tap) -> Ticket:
    taken = TicketLine.objects.filter(ticket=ticket).count()
    if taken + len(lines) > MOST_LINES:
        raise TicketFull
    for position, line in enumerate(lines, start=taken + 1):
        line.ticket, line.shop_id, line.position = ticket, ticket.shop_id, position
        line.added_by, line.added_at = tap.by, tap.now
    try:
        with transaction.atomic():
            TicketLine.objects.bulk_create(lines)
    except IntegrityError as error:
        raise ActKeyReused("This id is another line's.") from error
    return _summed(ticket)


def _summed(ticket: Ticket) -> Ticket:
    """The ticket with what its lines come to now."""
    lines = [row.line for row in lines_of(ticket)]
    ticket.goods_units = totals_of(lines, discount=ticket.discount).due_units
    ticket.save(update_fields=["goods_units"])
    return ticket
