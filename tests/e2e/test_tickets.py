"""The catalogue and tickets in a real browser."""

import os
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gateway.events.ids import uuid7
from merchants.catalogue import services as catalogue
from merchants.catalogue.choosing import Modifier
from merchants.catalogue.words import COLOURS, Words
from merchants.tickets import services
from merchants.tickets.models import Ticket
from merchants.tickets.pricing import Discount, TaxClass
from merchants.tickets.services import Tap
from tests.e2e.looking import overflow_px, sideways, small_targets

LONG = "Frisch gepresster Orangensaft mit Ingwer, Minze und einem Donaudampfschifffahrtsgebäck"[:80]
TILES = ("\u2615", "\U0001f370", "BIO", "", "\U0001f95b", "\U0001f34a", "XL", "\U0001f37a", "")


def _filled(world):
    """A catalogue in every colour, an open ticket with long words on it, and one being paid."""
    shop_id, now = world.shop_id, timezone.now()
    act = {"by": "key:1", "now": now}
    milk = catalogue.group_put(
        **act,
        shop_id=shop_id,
        name="Which milk would you like with it",
        least=1,
        most=1,
        modifiers=[Modifier("Cow"), Modifier("Oat, organic, from the region", 50)],
    )
    items = [
        catalogue.item_add(
            shop=world.view,
            words=Words(
                name=LONG if number == 3 else f"Item {number}",
                price_units=250 + 75 * number,
                tax_ppm=(200_000, 88_750)[number % 2],
                tax_included=number % 2 == 0,
                category="Coffee and everything that goes with it" if number < 6 else "Food",
                colour=colour,
                tile=tile,
                sold_out=number == 5,
                groups=(str(milk.id),) if number == 0 else (),
                sku=f"SKU-{number}",
            ),
            **act,
        )
        for number, (colour, tile) in enumerate(zip(COLOURS, TILES, strict=True))
    ]
    ids = []
    for label in ("Table 4, by the window, the party of seven", "Counter"):
        ticket_id, tap = uuid7(), _taps(now)
        services.ticket_open(shop=world.view, ticket_id=ticket_id, tap=tap(), label=label[:40])
        named = {"shop_id": shop_id, "ticket_id": ticket_id}
        for item in (items[1], items[3]):
            services.item_add(
                **named, line_id=uuid7(), item_id=item.id, version=1, tap=tap(), quantity=2_000
            )
        line = uuid7()
        tax = TaxClass(70_000, True)
        services.amount_add(**named, line_id=line, price_units=1_000_000, tax=tax, tap=tap())
        services.line_change(**named, line_id=line, discount=Discount("percent", 55_500), tap=tap())
        services.ticket_discount(**named, discount=Discount("amount", 500), tap=tap())
        ids.append(ticket_id)
    paying = {"shop_id": shop_id, "ticket_id": ids[1]}
    services.ticket_split(**paying, parts=3, tap=tap())
    services.ticket_tip(**paying, part=2, tip_units=1_000, tap=tap())
    services.cash_take(**paying, part=3, given_units=400_000, tap=tap())
    services.ticket_ask(shop=world.view, ticket_id=ids[1], part=1, tap=tap())
    return items, milk, ids


def _taps(now):
    return lambda: Tap(by="user:ann", key=str(uuid7()), now=now)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["phone", "tablet", "upright tablet", "desktop"])
def test_every_page_fits_its_screen(house, size, scheme, language):
    items, milk, (open_id, paying_id) = _filled(house.world)
    till = f"/pos/{house.world.shop_id}/tickets"
    board = f"/dashboard/{house.world.shop_id}/items"
    paths = {
        "tickets": till,
        "open": f"{till}/{open_id}",
        "modifiers": f"{till}/{open_id}/items/{items[0].id}",
        "paying": f"{till}/{paying_id}",
        "tip": f"{till}/{paying_id}/turned?part=2",
        "items": board,
        "item": f"{board}/{items[3].id}",
        "new": f"{board}/new",
        "groups": f"{board}/groups",
        "group": f"{board}/groups/{milk.id}",
    }
    with house.page(size=size, color_scheme=scheme, role="owner") as page:
        page.goto(f"/language?to={language}&next={till}")
        for name, path in paths.items():
            page.goto(path)
            _picture(page, f"{name}-{size}-{scheme}-{language}")
            assert overflow_px(page) == 0, name
            assert small_targets(page) == [], name
            assert sideways(page) == [], name


def _picture(page, name):
    """For whoever wants to look: TILLWAY_PICTURES names a folder."""
    folder = os.environ.get("TILLWAY_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name.replace(' ', '-')}.png", full_page=True)


def test_two_coffees_are_rung_up_and_paid_in_cash(house):
    words = Words(name="Espresso", price_units=300, tax_ppm=200_000)
    catalogue.item_add(shop=house.world.view, words=words, by="user:ann", now=timezone.now())
    with house.page(size="tablet", role="cashier") as page:
        page.goto(f"/pos/{house.world.shop_id}/")
        page.get_by_role("link", name="Tickets").click()
        page.get_by_role("button", name="New ticket").click()
        page.wait_for_url("**/tickets/*")
        for total in ("€3.00", "€6.00"):
            page.get_by_role("button", name="Espresso").click()
            expect(page.get_by_role("button", name="Pay")).to_contain_text(total)
        page.get_by_role("button", name="Pay").click()
        page.get_by_label("Cash given").fill("10.00")
        page.get_by_role("button", name="Take cash").click()
        expect(page.get_by_text("€4.00")).to_be_visible()
    assert Ticket.objects.get().state == "paid"


def test_an_items_list_is_taken_in_from_a_file(house):
    body = b"name,price,tax\nEspresso,3.00,20\nLatte,four,20\n"
    file = {"name": "items.csv", "mimeType": "text/csv", "buffer": body}
    with house.page(role="manager") as page:
        page.goto(f"/dashboard/{house.world.shop_id}/items")
        page.get_by_label("CSV file").set_input_files(file)
        # The browser says of a refusal that it was one; this answer is a 200.
        page.get_by_role("button", name="Take it in").click()
        page.wait_for_url("**/items/import")
        expect(page.get_by_text("1 added, 0 changed, 0 as before, 1 refused")).to_be_visible()
        expect(page.get_by_text("Line 3 “Latte”")).to_be_visible()
