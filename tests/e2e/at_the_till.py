"""What a cashier does at a paired tablet, in a real browser."""

from typing import Any

from django.utils import timezone
from playwright.sync_api import expect

from gateway.invoices.code_words import code_word
from gateway.invoices.models import Invoice
from merchants.counter.stickers import sticker_make
from merchants.tills.cashiers import pin_set
from merchants.tills.pairing import pairing_make, till_make, till_revoke

PIN = "4826"


class Counter:
    """A till of the house's shop, and who sells there."""

    def __init__(self, house, *, name="Counter"):
        self.house, self.shop_id = house, house.world.shop_id
        self.owner = house.staff.user("owner")
        self.till = till_make(
            shop_id=self.shop_id,
            name=name,
            place="Ground floor",
            by=self.owner.id,
            now=timezone.now(),
        )
        for role in ("cashier", "manager"):
            user = house.staff.user(role)
            pin_set(shop_id=self.shop_id, user_id=user.id, pin=PIN, now=timezone.now())

    def code(self):
        made = pairing_make(
            shop_id=self.shop_id, till_id=self.till.id, by=self.owner.id, now=timezone.now()
        )
        return made[1]

    def pair(self, page):
        """As somebody who scanned the code does."""
        page.goto(f"/pos/pair#{self.code()}")
        page.locator("main button[type=submit]").click()
        page.wait_for_url("**/pos/cashier")

    def stand(self, page, name="Cashier"):
        page.locator("label.person", has_text=name).locator("input").check()
        for digit in PIN:
            page.locator(f"#keypad [data-key='{digit}']").click()
        page.locator("#pin-form button[type=submit]").click()
        page.wait_for_url(f"**/pos/{self.shop_id}/**")

    def take_off(self):
        till_revoke(
            shop_id=self.shop_id, till_id=self.till.id, by=self.owner.id, now=timezone.now()
        )


def tap(page: Any, digits: Any) -> None:
    """Keys of the pad, one after the other."""
    for digit in digits:
        page.locator(f"[data-key='{digit}']").click()


def charges(till: Any, amount: str = "1250") -> Invoice:
    """The cashier types an amount and charges it."""
    tap(till, amount)
    till.locator("#charge-button").click()
    expect(till.locator("#sale [data-invoice]")).to_be_visible()
    till.wait_for_url("**/sales/*")
    return Invoice.objects.latest("id")


def leaves(till: Any) -> None:
    """From the sale back to the keypad."""
    till.locator("[data-new-sale]").click()
    expect(till.locator("#keypad")).to_be_visible()


def words_of(sale: Invoice) -> str:
    return code_word(bytes(sale.address))


def sticker_of(counter: Counter) -> str:
    """The path of a new sticker of that till."""
    made = sticker_make(
        shop_id=counter.shop_id, till_id=counter.till.id, by=counter.owner.id, now=timezone.now()
    )
    return f"/t/{made.slug}"


def kept(page: Any) -> None:
    """The tablet has the till's shell, and a connection."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    expect(page.locator("#line")).to_be_visible()


def cut(page: Any) -> None:
    """No connection any more."""
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible()


def mend(page: Any) -> None:
    page.context.set_offline(False)
