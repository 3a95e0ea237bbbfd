"""What stands at a till: paired tablets, tickets, a catalogue, shifts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from bench.pages_readers import (
    CASHIER,
    LOCKED_TILL,
    NO_TILL,
    OWNER,
    PIN,
    TILL,
    Places,
    once_priced,
    user_of,
)


def tills(shop_id: UUID, now: datetime) -> dict[str, str]:
    """The cookies of paired tablets, by reader."""
    from merchants.tills.cashiers import cashier_enter, pin_set
    from merchants.tills.pairing import pairing_make, till_make, till_pair, till_revoke

    owner, cashier, cookies = user_of(OWNER), user_of(CASHIER), {}
    for one in (owner, cashier):
        pin_set(shop_id=shop_id, user_id=one.id, pin=PIN, now=now)
    for name in (TILL, LOCKED_TILL, NO_TILL):
        till = till_make(shop_id=shop_id, name=name, place="Bar", by=owner.id, now=now)
        named: dict[str, Any] = {"shop_id": shop_id, "till_id": till.id, "by": owner.id, "now": now}
        _pairing, code = pairing_make(**named)
        device, cookies[name] = till_pair(typed=code, now=now)
        if name == TILL:
            cashier_enter(
                device_id=device.id, shop_id=shop_id, user_id=cashier.id, pin=PIN, now=now
            )
        if name == NO_TILL:
            till_revoke(**named)
    return cookies


def at_the_till(shop_id: UUID, now: datetime) -> Places:
    yield from _tickets(shop_id, now)
    yield from _shifts(shop_id, now)


def _tickets(shop_id: UUID, now: datetime) -> Places:
    """A catalogue; tickets that are open, held, asked for and paid in cash."""
    from django.utils import timezone

    from gateway.events.ids import uuid7
    from gateway.shops.selectors import shop_view
    from merchants.catalogue import services as catalogue
    from merchants.catalogue.choosing import Modifier
    from merchants.catalogue.words import COLOURS, Words
    from merchants.tickets import services
    from merchants.tickets.pricing import Discount, TaxClass
    from merchants.tickets.services import Tap

    shop, by = shop_view(shop_id=shop_id), user_of(CASHIER).id
    root = f"/pos/{shop_id}"

    def tap() -> Tap:
        return Tap(by=f"user:{by}", key=str(uuid7()), now=timezone.now())

    act: dict[str, Any] = {"by": f"user:{by}", "now": now}
    milk = catalogue.group_put(
        **act,
        shop_id=shop_id,
        name="Milk",
        least=1,
        most=1,
        modifiers=[Modifier("Cow"), Modifier("Oat", 50)],
    )
    items = [
        catalogue.item_add(
            shop=shop,
            words=Words(
                name=f"Cake of the {colour} kind",
                price_units=300 + number,
                tax_ppm=70_000,
                category="Food",
                colour=colour,
                sold_out=number == 1,
                groups=(str(milk.id),) if number == 0 else (),
            ),
            **act,
        )
        for number, colour in enumerate(COLOURS)
    ]
    tickets: dict[str, dict[str, Any]] = {}
    for name in ("open", "held", "asked", "paid"):
        named: dict[str, Any] = {"shop_id": shop_id, "ticket_id": uuid7()}
        tickets[name] = named
        services.ticket_open(shop=shop, ticket_id=named["ticket_id"], tap=tap(), label=name)
        services.item_add(**named, line_id=uuid7(), item_id=items[2].id, version=1, tap=tap())
        line, tax = uuid7(), TaxClass(200_000, True)
        services.amount_add(**named, line_id=line, price_units=900, tax=tax, tap=tap())
        services.line_change(**named, line_id=line, discount=Discount("percent", 50_000), tap=tap())
        yield f"ticket {name}", (f"{root}/tickets/{named['ticket_id']}", TILL)
    services.ticket_park(**tickets["held"], tap=tap())
    for name in ("asked", "paid"):
        services.ticket_split(**tickets[name], tap=tap(), parts=2)
    first: dict[str, Any] = {"shop": shop, "ticket_id": tickets["asked"]["ticket_id"], "part": 1}
    once_priced(lambda: services.ticket_ask(**first, tap=tap()))
    for part in (1, 2):
        services.cash_take(**tickets["paid"], part=part, given_units=2_000, tap=tap())
    there = f"{root}/tickets/{tickets['open']['ticket_id']}"
    yield "ticket, an item's choices", (f"{there}/items/{items[0].id}", TILL)
    yield "ticket, not paired", (there, CASHIER)
    yield "ticket's receipt", (f"{root}/tickets/{tickets['paid']['ticket_id']}/receipt", TILL)


def _shifts(shop_id: UUID, now: datetime) -> Places:
    """A sticker; a shift that is over and one that runs."""
    from gateway.shops.selectors import shop_view
    from merchants.counter.stickers import sticker_make
    from merchants.shifts.services import cash_move, shift_close, shift_open
    from merchants.tills.models import Till

    shop, by = shop_view(shop_id=shop_id), user_of(CASHIER).id
    root = f"/pos/{shop_id}"
    till = Till.objects.get(shop_id=shop_id, name=TILL)
    sticker = sticker_make(shop_id=shop_id, till_id=till.id, by=by, now=now)
    yield "sticker", (f"/t/{sticker.slug}", "")
    at: dict[str, Any] = {"shop_id": shop_id, "till_id": till.id, "by": by, "now": now}
    float_of: dict[str, Any] = {"mode": shop.mode, "currency": "EUR", "float_units": 10_000}
    shift_open(**at, **float_of)
    cash_move(**at, kind="out", units=500, reason="Milk", draft="bench")
    over = shift_close(**at, mode=shop.mode, counted_units=9_400)
    shift_open(**at, **float_of)
    yield "Z report at the till", (f"{root}/shifts/{over.shift_id}", TILL)
    yield "Z report", (f"/dashboard/{shop_id}/shifts/{over.shift_id}", OWNER)
    for name in ("", "shift", "tickets", "display"):
        yield f"paired till {name}", (f"{root}/{name}", TILL)
    yield "no shift", (f"{root}/shift", CASHIER)
    yield "PIN", (f"{root}/pin", OWNER)
    yield "last receipt", (f"{root}/receipts/last", TILL)
    yield "customer display", ("/pos/display", TILL)
    yield "display to pair", ("/pos/display/pair", "")
    yield "who is here", ("/pos/cashier", LOCKED_TILL)
    yield "tablet to pair", ("/pos/pair", "")
    yield "tablet that is paired", ("/pos/pair", LOCKED_TILL)
    yield "tablet taken off", ("/pos/pair", NO_TILL)
