"""What the forms of a ticket's page ask for, as verbs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final
from uuid import UUID, uuid5

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from gateway.events.ids import uuid7
from gateway.money.amounts import parse_amount, parse_positive_amount
from gateway.money.assets import FIAT, Asset
from merchants.accounts.guards import may
from merchants.catalogue.errors import ItemInvalid
from merchants.catalogue.selectors import groups_by_id, item_scanned
from merchants.catalogue.words import tax_ppm_from
from merchants.pos.discounts import discount_asks, paying_asks
from merchants.pos.drawer import cash_into_drawer
from merchants.pos.managers import word_given, word_used
from merchants.pos.paid_tickets import draft_of_back, drawers_cash_left
from merchants.pos.tips import tip_chosen
from merchants.receipts.issuing import note_for_cash
from merchants.shifts.services import cash_move, void_note
from merchants.tickets import services
from merchants.tickets.errors import CashBackTooMuch, DiscountInvalid
from merchants.tickets.pricing import Discount, TaxClass
from merchants.tickets.selectors import lines_of, ticket_get
from merchants.tickets.services import Tap
from merchants.tills.acting import maker_of
from merchants.tills.acts import DISCOUNT, REFUND, VOID
from merchants.tills.guards import TillRequest
from merchants.tills.models import Grant
from merchants.tills.rules import void_needs_manager
from merchants.tills.ruling import rules_of

_QUANTITY: Final = Asset("QUANTITY", 3)
"""A quantity as people write it has at most three decimals: a thousandth each."""
MAX_KEY: Final = 64


@dataclass(frozen=True)
class Asked:
    """A form that was sent, by whom, about which ticket."""

    request: TillRequest
    ticket_id: UUID

    @cached_property
    def tap(self) -> Tap:
        """The page's own key, or the keypad's draft: a form sent twice is one tap."""
        key = (self.text("key") or self.text("draft"))[:MAX_KEY] or str(uuid7())
        return Tap(by=maker_of(self.request), key=f"till:{key}", now=timezone.now())

    @property
    def named(self) -> dict[str, Any]:
        return {
            "shop_id": self.request.shop.id,
            "ticket_id": self.ticket_id,
            "tap": self.tap,
        }

    @property
    def currency(self) -> Asset:
        return FIAT[self.request.shop.pricing_currency]

    def text(self, name: str) -> str:
        return self.request.POST.get(name, "").strip()

    def id(self, name: str) -> UUID:
        try:
            return UUID(self.text(name))
        except ValueError as error:
            raise Http404 from error

    def whole(self, name: str) -> int:
        text = self.text(name)
        if not (text.isascii() and text.isdigit() and len(text) < 6):
            raise Http404
        return int(text)

    def units(self, name: str) -> int:
        """Minor units of an amount that was typed.

        Raises:
            MoneyError
        """
        return parse_amount(self.text(name), self.currency).units

    def word(self, act: str) -> Grant | None:
        """A manager's word on this ticket, by the PIN that the form carries."""
        return word_given(self.request, act=act, subject=f"ticket:{self.ticket_id}")

    def new_line(self) -> UUID:
        """A line's id, made of its tap: the form sent twice names one line."""
        return uuid5(self.ticket_id, self.tap.key)


def _amount(asked: Asked) -> None:
    amount = parse_positive_amount(asked.text("amount"), asked.currency)
    ppm, _, side = asked.text("tax").partition("/")
    services.amount_add(
        **asked.named,
        line_id=asked.new_line(),
        price_units=amount.units,
        tax=TaxClass(tax_ppm_from(ppm or "0"), side != "on_top"),
        name=asked.text("name"),
    )


@transaction.atomic
def ticket_of_keypad(asked: Asked, *, tax: TaxClass) -> None:
    """A new ticket under the note that was typed, with the typed amount as its line.

    Raises:
        MoneyError, TillwayError
    """
    amount = parse_positive_amount(asked.text("amount"), asked.currency)
    _open(asked)
    services.amount_add(
        **asked.named | {"tap": _of_line(asked.tap)},
        line_id=asked.new_line(),
        price_units=amount.units,
        tax=tax,
    )


@transaction.atomic
def ticket_of_scan(asked: Asked) -> str | None:
    """A new ticket with what was scanned at the keypad; where to go if modifiers belong to it.

    Raises:
        TillwayError
    """
    _open(asked)
    return _put_scanned(asked, tap=_of_line(asked.tap))


def _open(asked: Asked) -> None:
    services.ticket_open(
        shop=asked.request.shop,
        ticket_id=asked.ticket_id,
        tap=asked.tap,
        label=asked.text("order"),
    )


def _of_line(tap: Tap) -> Tap:
    """The second thing that one tap does."""
    return replace(tap, key=f"{tap.key}:line")


def _item(asked: Asked) -> None:
    sent = asked.request.POST
    # Where one of a group is chosen, its buttons have a name of their own.
    names = [name for name in sent if name == "choice" or name.startswith("choice-")]
    choices = [choice.partition("/") for name in names for choice in sent.getlist(name)]
    services.item_add(
        **asked.named,
        line_id=asked.new_line(),
        item_id=asked.id("item"),
        version=asked.whole("version"),
        choices=[(group, name) for group, _, name in choices],
    )


def _scan(asked: Asked) -> str | None:
    """What was scanned goes on; where modifiers belong to it, they are asked for first."""
    return _put_scanned(asked, tap=asked.tap)


def _put_scanned(asked: Asked, *, tap: Tap) -> str | None:
    shop_id = asked.request.shop.id
    item = item_scanned(shop_id=shop_id, code=asked.text("code"))
    if groups_by_id(shop_id=shop_id, ids=item.groups):
        return f"/pos/{shop_id}/tickets/{asked.ticket_id}/items/{item.id}"
    services.item_add(
        **asked.named | {"tap": tap},
        line_id=asked.new_line(),
        item_id=item.id,
        version=item.version,
    )
    return None


def _quantity(asked: Asked) -> None:
    quantity = parse_positive_amount(asked.text("quantity"), _QUANTITY)
    services.line_change(**asked.named, line_id=asked.id("line"), quantity=quantity.units)


def _remove(asked: Asked) -> None:
    services.line_remove(**asked.named, line_id=asked.id("line"))


def _discount(asked: Asked) -> None:
    """On a line, if one is named; else on all. What is large, by the shop's rule, needs a manager's
    PIN at a paired till."""
    typed, discount = asked.text("value"), Discount()
    if typed and asked.text("kind") == "percent":
        try:
            discount = Discount("percent", tax_ppm_from(typed))
        except ItemInvalid as error:
            raise DiscountInvalid from error
    elif typed:
        discount = Discount("amount", asked.units("value"))
    word = asked.word(DISCOUNT)
    with transaction.atomic():
        if asked.text("line"):
            ticket = services.line_change(
                **asked.named, line_id=asked.id("line"), discount=discount
            )
        else:
            ticket = services.ticket_discount(**asked.named, discount=discount)
        is_needed = bool(discount.kind) and discount_asks(asked.request, ticket)
        word_used(asked.request, word, is_needed=is_needed)


def _park(asked: Asked) -> None:
    services.ticket_park(**asked.named, label=asked.text("label"))


def _recall(asked: Asked) -> None:
    services.ticket_recall(**asked.named)


def _split(asked: Asked) -> None:
    _pay(asked, parts=asked.whole("parts"))


def _split_by_lines(asked: Asked) -> None:
    ticket = ticket_get(shop_id=asked.request.shop.id, ticket_id=asked.ticket_id)
    payers = {line.id: [asked.whole(f"line-{line.id}")] for line in lines_of(ticket)}
    parts = max((part for sharing in payers.values() for part in sharing), default=1)
    _pay(asked, parts=parts, payers=payers)


def _pay(asked: Asked, *, parts: int, payers: dict[UUID, list[int]] | None = None) -> None:
    """Paying begins here, whatever pays then: nothing on the ticket changes from now on. So what is
    off it is judged as it is now, not as it was when a discount was given."""
    word = asked.word(DISCOUNT)
    with transaction.atomic():
        ticket = services.ticket_split(**asked.named, parts=parts, payers=payers)
        word_used(asked.request, word, is_needed=paying_asks(asked.request, ticket))


def _reopen(asked: Asked) -> None:
    services.ticket_reopen(**asked.named)


def _tip(asked: Asked) -> None:
    part = asked.whole("part")
    ticket = ticket_get(shop_id=asked.request.shop.id, ticket_id=asked.ticket_id)
    tip = tip_chosen(asked.request.POST, ticket=ticket, part=part)
    services.ticket_tip(**asked.named, part=part, tip_units=tip)


def _ask(asked: Asked) -> str:
    shop = asked.request.shop
    _ticket, invoice = services.ticket_ask(
        shop=shop, ticket_id=asked.ticket_id, part=asked.whole("part"), tap=asked.tap
    )
    return f"/pos/{shop.id}/sales/{invoice.id}"


def _withdraw(asked: Asked) -> None:
    services.part_withdraw(**asked.named, part=asked.whole("part"))


@transaction.atomic
def _cash(asked: Asked) -> None:
    """At a paired till what stays of it is in the drawer of the shift that is open there."""
    _ticket, cash = services.cash_take(
        **asked.named,
        part=asked.whole("part"),
        given_units=asked.units("given"),
        keep_change="keep" in asked.request.POST,
    )
    till = asked.request.till
    # A tap that arrives again may find another shift open: its cash is in the drawer of the first.
    is_new = cash.taken_at == asked.tap.now
    if till is not None and is_new:
        cash_into_drawer(cash, till_id=till.till_id, by=asked.request.user.pk, now=asked.tap.now)


def _void(asked: Asked) -> None:
    word = asked.word(VOID)
    with transaction.atomic():
        ticket = services.ticket_void(**asked.named, reason=asked.text("reason"))
        if asked.request.till is not None:
            # With money on it it isn't voided at all.
            is_needed = void_needs_manager(
                rules_of(shop_id=ticket.shop_id),
                units=int(ticket.goods_units),
                is_money_on_it=False,
            )
            word_used(asked.request, word, is_needed=is_needed)
            void_note(
                shop_id=ticket.shop_id,
                till_id=asked.request.till.till_id,
                source=f"ticket:{ticket.id}",
                currency=ticket.currency,
                units=int(ticket.goods_units),
                now=asked.tap.now,
            )


def _cash_back(asked: Asked) -> str:
    """Cash goes back out of the drawer, by a manager's word at a paired till, and brings its credit
    note; elsewhere by whoever may approve a refund. No drawer gives what never came into one."""
    request = asked.request
    if request.till is None and not may(request, "refund.approve"):
        raise PermissionDenied("refund.approve")
    word, units = asked.word(REFUND), asked.units("amount")
    with transaction.atomic():
        ticket, back = services.cash_back(**asked.named, units=units, reason=asked.text("reason"))
        word_used(request, word, is_needed=True)
        is_new = back.given_at == asked.tap.now  # else it left the drawer of an earlier shift
        if request.till is not None and is_new:
            cash_move(
                shop_id=request.shop.id,
                till_id=request.till.till_id,
                kind="refund",
                units=units,
                reason=back.reason,
                draft=draft_of_back(back),
                by=request.user.pk,
                now=asked.tap.now,
            )
            if drawers_cash_left(ticket) < 0:
                raise CashBackTooMuch
        note = note_for_cash(cash=back, ticket=ticket, now=asked.tap.now)
    return f"/pos/{request.shop.id}/receipts/{note.id}"


Verb = Callable[[Asked], str | None]
"""Does it; where to go then, if not back to the ticket."""

VERBS: Final[dict[str, tuple[str, Verb]]] = {
    "amount": ("invoice.create", _amount),
    "item": ("invoice.create", _item),
    "scan": ("invoice.create", _scan),
    "quantity": ("invoice.create", _quantity),
    "remove": ("invoice.create", _remove),
    "discount": ("invoice.create", _discount),
    "park": ("invoice.create", _park),
    "recall": ("invoice.create", _recall),
    "split": ("invoice.create", _split),
    "split-by-lines": ("invoice.create", _split_by_lines),
    "reopen": ("invoice.create", _reopen),
    "tip": ("invoice.create", _tip),
    "ask": ("invoice.create", _ask),
    "withdraw": ("invoice.void", _withdraw),
    "cash": ("invoice.create", _cash),
    "cash-back": ("refund.request", _cash_back),
    "void": ("invoice.void", _void),
}
"""Of each form its verb, and the action that it needs."""
