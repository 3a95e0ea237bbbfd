"""A whole shift at a paired tablet, in a real browser: what it came to is the same by the test's
own sums, by the Z report's page and by the books, to the cent."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gateway.chains.addresses import checksum
from gateway.chains.models import Deposit
from gateway.invoices.erc681 import parse_erc681
from gateway.invoices.models import Invoice, Payment
from gateway.refunds.cards.carrying import card_refunds_carry
from gateway.refunds.models import Refund
from gateway.shops.services import shop_set_terms
from merchants.catalogue import services as catalogue
from merchants.catalogue.words import Words
from merchants.shifts.models import ZReport
from merchants.tickets.models import Ticket
from merchants.tills.rules import Rules
from merchants.tills.ruling import rules_put
from tests.cards.kit import Desk
from tests.cards.till import registered
from tests.chain_rows import USDC, WETH
from tests.e2e.at_the_till import (
    PIN,
    Counter,
    charges,
    cut,
    kept,
    mend,
    sticker_of,
    tap,
    words_of,
)
from tests.e2e.in_page_wallet import put_wallet
from tests.e2e.looking import codes_on
from tests.e2e.shift_sums import Sums, booked, entries, euros, worth
from tests.e2e.test_approvals import draw
from tests.invoices.conftest import LISTED, later_market
from tests.market.dev_market import NOW
from tests.ramps.conftest import place  # noqa: F401 (a fixture)
from tests.refunds.conftest import WALLET, Refunds
from tests.stripe_fake import readers

FLOAT = 10_000
ESPRESSO, CAKE, DINNER = 300, 450, 1_200
TAX = {"Espresso": 50, "Cake": 29, "Dinner": 200}
"""Cents in each price, at 20, 7 and 20 %."""
TOKEN_ADDRESS = {USDC: "0x" + "a0" * 20, WETH: "0x" + "a2" * 20}


class Shift:
    """A cashier's shift on one tablet, with customers beside it, and the test's own sums."""

    def __init__(self, house: Any, desk: Desk, till: Any) -> None:
        self.house, self.desk, self.till = house, desk, till
        self.world = house.world
        self.counter = Counter(house)
        self.sums = Sums(FLOAT)
        self.reader = registered(desk, code="puddle-1", label="Counter")
        self.shopper: Any = None
        self.codes = 0

    # --- the house around it ---------------------------------------------------------------------

    def now(self) -> None:
        """The world's clock says what the pages' does, and prices are fresh."""
        moment = timezone.now()
        self.world.clock.now = moment
        self.world.publish(later_market((moment - NOW).total_seconds()))

    @property
    def root(self) -> str:
        return f"/pos/{self.counter.shop_id}"

    def goes(self, button: Any) -> None:
        """A tap that leads to a page, which is there then."""
        with self.till.expect_navigation():
            button.click()

    def by_manager(self, about: str) -> None:
        """The manager types their PIN into the form."""
        self.till.locator(f"#{about}-manager").select_option(label="Manager")
        self.till.locator(f"#{about}-pin").fill(PIN)

    # --- sales from the keypad -------------------------------------------------------------------

    def sells(self, units: int, asset: str = USDC) -> Invoice:
        """An amount is typed and charged; its codes are read off both screens."""
        self.now()
        self.till.goto(f"{self.root}/")
        sale = charges(self.till, str(units))
        self.reads(sale, asset)
        return sale

    def reads(self, sale: Invoice, asset: str = USDC) -> int:
        """What the customer's phone reads off the till, and a wallet off the customer's page: the
        short address and the ERC-681, each compared field by field. The base units asked for."""
        (link,) = codes_on(self.till)
        assert link == f"{self.house.url}/i/{sale.id}"
        self.shopper.goto(f"{link}?asset={asset}&qr=erc681")
        (code,) = codes_on(self.shopper)
        return self.asks_for(code, sale, asset)

    def asks_for(self, code: str, sale: Invoice, asset: str) -> int:
        self.codes += 1
        asked = parse_erc681(code)
        assert asked.recipient == checksum(bytes(sale.address))
        assert asked.token is not None and asked.token.lower() == TOKEN_ADDRESS[asset]
        assert asked.chain_id == 31337
        assert asked.units is not None
        if not Payment.objects.filter(invoice=sale).exists():
            assert asked.units == self.world.quote(sale, asset).units
        return asked.units

    def pays(
        self, sale: Invoice, asset: str = USDC, *, units: int | None = None, **facts: Any
    ) -> int:
        """A transfer is made, seen and confirmed; the cents that it is worth."""
        quote = self.world.quote(sale, asset)
        sent = quote.units if units is None else units
        self.world.confirmed(sale, asset=asset, units=sent, **facts)
        return worth(int(sale.amount_units), quote=quote, token_units=sent)

    def may_go(self) -> None:
        expect(self.till.locator("#answer [data-answer=yes]")).to_be_visible()

    def takes_tokens(self, sale: Invoice, asset: str = USDC, **how: Any) -> None:
        self.sums.paid("tokens", self.pays(sale, asset, **how))
        self.may_go()

    # --- tickets ---------------------------------------------------------------------------------

    def ticket(self, *names: str) -> Ticket:
        """A new ticket with these items on it."""
        self.now()
        self.till.goto(f"{self.root}/tickets")
        self.till.get_by_role("button", name="New ticket").click()
        self.till.wait_for_url("**/tickets/*-*")
        for name in names:
            self.goes(self.till.locator("button.tile", has_text=name))
        return Ticket.objects.latest("opened_at")

    def to_pay(self) -> None:
        self.goes(self.till.locator("form[action$='/split'] button.button-primary"))

    def takes_cash(self, given: int, *, part: int = 1, keep: bool = False) -> None:
        form = self.till.locator(f"form[action$='/cash']:has(#given-{part})")
        form.locator(f"#given-{part}").fill(f"{given // 100}.{given % 100:02}")
        if keep:
            form.locator("[name=keep]").check()
        self.goes(form.locator("button[type=submit]"))

    def asks_part(self, part: int = 1, asset: str = USDC) -> Invoice:
        """Tokens or a card for a part: its own invoice, whose codes are read."""
        form = self.till.locator(f"form[action$='/ask']:has([name=part][value='{part}'])")
        self.goes(form.locator("button"))
        self.till.wait_for_url("**/sales/*")
        sale = Invoice.objects.latest("id")
        self.reads(sale, asset)
        return sale

    def back_to_ticket(self) -> None:
        self.goes(self.till.get_by_role("link", name="Back to the ticket"))

    def tips(self, percent: int, part: int = 1) -> None:
        """The tablet is turned to the customer, who taps a tip."""
        self.goes(self.till.locator(f"a[href$='/turned?part={part}']"))
        self.goes(self.till.locator(f"form[action$='/tip'] button[value='{percent}']"))

    def paid_in_full(self, ticket: Ticket) -> None:
        expect(self.till.get_by_role("link", name="Receipt")).to_be_visible()
        ticket.refresh_from_db()
        assert ticket.state == "paid"

    # --- cards -----------------------------------------------------------------------------------

    def takes_card(self, sale: Invoice) -> None:
        """The reader asks, a card is held to it, and its bank says yes."""
        self.till.locator("form[action$='/reader'] button").click()
        expect(self.till.locator("[data-reader-goes-on]")).to_be_visible()
        self.now()
        self.desk.carry(seconds=6)
        readers.taps(self.desk.place.fake.state, self.reader.remote_id)
        self.desk.carry(seconds=6)
        assert self.desk.status(sale) == ("paid", "paid")
        self.may_go()


@pytest.fixture
def shift(house: Any, place: Any, settings: Any) -> Iterator[Shift]:  # noqa: F811
    """Opened with a float by a cashier who signed in with a PIN; the shop takes cards, and its
    manager is asked for each void and for discounts above 5 %."""
    settings.RAMPS = [{**settings.RAMPS[0], "cards": True}]
    place.account(house.world.shop_id)
    with ExitStack() as open_pages:
        till = open_pages.enter_context(house.page(size="tablet"))
        shift = Shift(house, Desk(house.world, place), till)
        shift.shopper = open_pages.enter_context(house.page(size="phone"))
        rules = Rules(void="always", discount_above_ppm=50_000)
        shop_id, owner = shift.counter.shop_id, shift.counter.owner.id
        rules_put(shop_id=shop_id, rules=rules, by=owner, now=timezone.now())
        _sold_here(house.world)
        refunds = Refunds(house.world)
        for asset in (USDC, "ETH@31337"):
            refunds.fund(10**18, asset=asset)
        shift.counter.pair(till)
        shift.counter.stand(till)
        kept(till)
        till.goto(f"{shift.root}/shift")
        till.locator("#float").fill(str(FLOAT // 100))
        till.locator("main button[type=submit]").click()
        expect(till.locator("#counted")).to_be_visible()
        yield shift
    # What a browser tells of a connection that isn't there is no complaint of the page.
    house.complaints[:] = [text for text in house.complaints if "ERR_" not in text]


def _sold_here(world: Any) -> None:
    for name, units, ppm in (
        ("Espresso", ESPRESSO, 200_000),
        ("Cake", CAKE, 70_000),
        ("Dinner", DINNER, 200_000),
    ):
        words = Words(name=name, price_units=units, tax_ppm=ppm)
        catalogue.item_add(shop=world.view, words=words, by="user:ann", now=timezone.now())


def test_a_shift_is_the_same_by_its_sales_by_its_z_report_and_by_the_books(shift: Shift) -> None:
    before = {entry.entry_id for entry in entries(shift.counter.shop_id)}
    by_tokens = _from_the_keypad(shift)
    by_card = _by_card(shift)
    _voids(shift)
    x_report(shift)
    coffees = _tickets_in_cash(shift)
    _tickets_in_tokens(shift)
    _ticket_held(shift)
    _repeated(shift)
    assert shift.codes >= 15
    _refunds(shift, by_tokens=by_tokens, by_card=by_card, in_cash=coffees)
    _cash_in_and_out(shift)
    unpaid = shift.sells(640)
    x_report(shift)

    counted = shift.sums.expected - 10
    shift.till.goto(f"{shift.root}/shift")
    shift.till.locator("#counted").fill(f"{counted // 100}.{counted % 100:02}")
    shift.till.locator("section:has(#counted) button[type=submit]").click()
    shift.till.wait_for_url("**/shifts/*-*")
    draw(shift.till, "shift-z-report")
    shift.sums.check(shift.till, counted=counted)
    body = ZReport.objects.get().body
    credited = {one["asset"]: int(one["credited"]["units"]) for one in body["assets"]}
    assert {asset: units for asset, units in credited.items() if units} == booked(
        shift.counter.shop_id, after=before
    )
    _paid_after_the_close(shift, unpaid, body)


def _from_the_keypad(shift: Shift) -> Invoice:
    """Sales that one amount was asked for, each by its own way of paying; the first of them."""
    first = shift.sells(1_250)  # by its code, from another device
    shift.takes_tokens(first)

    in_wallet = shift.sells(2_000)
    with shift.house.page(prepare=put_wallet()) as page:
        page.goto(f"/i/{in_wallet.id}?asset={USDC}")
        page.get_by_role("button", name="Pay with Test Wallet").click()
        expect(page.locator("#wallet-says")).to_contain_text("Sent.")
        asked = page.evaluate("window.asked")
        (sent,) = next(params for method, params in asked if method == "eth_sendTransaction")
        shift.takes_tokens(in_wallet, units=int(sent["data"][-64:], 16))

    shop_set_terms(shop_id=shift.counter.shop_id, changes={"qr_kind": "erc681"}, now=timezone.now())
    shift.now()
    shift.till.goto(f"{shift.root}/")
    by_wallet = charges(shift.till, "875")  # the till itself shows what a wallet reads
    (code,) = codes_on(shift.till)
    shift.takes_tokens(by_wallet, units=shift.asks_for(code, by_wallet, USDC))
    shop_set_terms(shop_id=shift.counter.shop_id, changes={"qr_kind": "url"}, now=timezone.now())

    shift.takes_tokens(shift.sells(3_000, WETH), WETH)

    partly = shift.sells(1_600)
    half = shift.world.quote(partly).units // 2
    shift.sums.paid("tokens", shift.pays(partly, units=half))
    expect(shift.till.locator("#answer")).to_contain_text("Only a part arrived")
    shift.takes_tokens(partly, units=shift.reads(partly))

    over = shift.sells(700)
    shift.takes_tokens(over, units=shift.world.quote(over).units * 3)

    late = shift.sells(900)
    shift.pays(late, at=late.lock_end + timedelta(seconds=91))
    shift.may_go()
    payment = Payment.objects.get(invoice=late)  # at the rate of its own time
    assert payment.kind == "late"
    cents = Fraction(900 * payment.applied_units, payment.due_units)
    shift.sums.paid("tokens", int(cents + Fraction(1, 2)))

    shift.till.goto(f"{shift.root}/")
    kept(shift.till)
    cut(shift.till)
    tap(shift.till, ["4", "00"])
    shift.till.locator("#charge-button").click()
    expect(shift.till.locator("li.draft")).to_have_count(1)
    shift.now()
    mend(shift.till)
    expect(shift.till.locator("[data-answer=wait]")).to_be_visible()
    offline = Invoice.objects.latest("id")
    shift.reads(offline)
    shift.takes_tokens(offline)

    path = sticker_of(shift.counter)
    with shift.house.page(size="phone") as phone:
        phone.goto(path)
        expect(phone.locator("#main")).to_have_attribute("data-state", "waiting")
        at_sticker = shift.sells(1_100)
        expect(phone.locator("#main")).to_have_attribute("data-state", "choose")
        phone.get_by_role("button", name=words_of(at_sticker)).click()
        phone.wait_for_url(f"**/i/{at_sticker.id}")
        shift.takes_tokens(at_sticker)
        expect(phone.locator("[data-state=paid]")).to_be_visible()
    return first


def _by_card(shift: Shift) -> Invoice:
    """Two cards, one for a ticket with a tip; the first."""
    first = shift.sells(1_500)
    shift.takes_card(first)
    shift.sums.paid("card", 1_500)
    shift.ticket("Dinner")
    shift.to_pay()
    shift.tips(5)
    shift.takes_card(shift.asks_part())
    shift.sums.paid("card", 1_260, tax=TAX["Dinner"], tip=60)
    for sale in Invoice.objects.filter(card="paid"):
        shift.desk.settles(sale)
    shift.now()
    return first


def _voids(shift: Shift) -> None:
    shift.sells(500)
    shift.till.get_by_text("Void this sale").click()
    shift.by_manager("void")
    shift.till.get_by_role("button", name="Yes, void it").click()
    expect(shift.till.locator("#answer")).to_contain_text("This sale was voided")
    shift.sums.voided_one(500)

    ticket = shift.ticket("Espresso", "Cake")
    shift.till.get_by_text("Void this ticket").click()
    shift.till.locator("#reason").fill("Went away")
    shift.by_manager("void")
    shift.goes(shift.till.get_by_role("button", name="Yes, void it"))
    ticket.refresh_from_db()
    assert ticket.state == "void"
    shift.sums.voided_one(ESPRESSO + CAKE)


def x_report(shift: Shift) -> None:
    """What it says by now is right, and saying it changes nothing."""
    for _ in range(2):
        shift.till.goto(f"{shift.root}/shift")
        shift.sums.check(shift.till, counted=None)
    assert not ZReport.objects.exists()


def _tickets_in_cash(shift: Shift) -> Ticket:
    coffees = shift.ticket("Espresso", "Espresso")
    shift.to_pay()
    shift.takes_cash(1_000)
    expect(shift.till.get_by_text("€4.00")).to_be_visible()
    shift.paid_in_full(coffees)
    shift.sums.paid("cash", 600, tax=2 * TAX["Espresso"])

    kept_change = shift.ticket("Espresso")
    shift.to_pay()
    shift.takes_cash(500, keep=True)
    shift.paid_in_full(kept_change)
    shift.sums.paid("cash", 500, tax=TAX["Espresso"], tip=200)

    parked = shift.ticket("Cake")
    shift.till.get_by_text("Park", exact=True).click()
    shift.till.locator("form[action$='/park'] #label").fill("Table 4")
    shift.goes(shift.till.get_by_role("button", name="Park it"))
    shift.till.goto(f"{shift.root}/tickets")
    shift.goes(shift.till.locator("a.sale-link", has_text="Table 4"))
    shift.goes(shift.till.get_by_role("button", name="Go on with it"))
    shift.to_pay()
    shift.takes_cash(450)
    shift.paid_in_full(parked)
    shift.sums.paid("cash", 450, tax=TAX["Cake"])
    return coffees


def _tickets_in_tokens(shift: Shift) -> None:
    discounted = shift.ticket("Dinner")
    shift.till.locator("summary", has_text="Discount").click()
    shift.till.locator("#off").fill("10")
    shift.by_manager("discount")
    shift.goes(shift.till.locator("form:has(#off) button[type=submit]"))
    shift.to_pay()
    _ticket_part(shift, tax=180)
    shift.back_to_ticket()
    shift.paid_in_full(discounted)

    tipped = shift.ticket("Dinner")
    shift.to_pay()
    shift.tips(10)
    _ticket_part(shift, tax=200, tip=120)
    shift.back_to_ticket()
    shift.paid_in_full(tipped)

    shared = shift.ticket("Dinner")
    shift.till.get_by_text("Split the bill").click()
    shift.goes(shift.till.get_by_role("button", name="Split", exact=True))
    for part, asset in ((1, USDC), (2, WETH)):
        _ticket_part(shift, part, asset, tax=100)
        shift.back_to_ticket()
    shift.paid_in_full(shared)

    both = shift.ticket("Dinner")
    shift.to_pay()
    shift.takes_cash(600)
    shift.sums.paid("cash", 600, tax=100)
    _ticket_part(shift, tax=100)
    shift.back_to_ticket()
    shift.paid_in_full(both)


def _ticket_part(shift: Shift, part: int = 1, asset: str = USDC, *, tax: int, tip: int = 0) -> None:
    units = shift.pays(shift.asks_part(part, asset), asset)
    shift.sums.paid("tokens", units, tax=tax, tip=tip)
    shift.may_go()


def _ticket_held(shift: Shift) -> None:
    """A payment that is held is no reason to send the customer away: cash pays in its place."""
    ticket = shift.ticket("Espresso")
    shift.to_pay()
    asked = shift.asks_part()
    shift.world.confirmed(asked, sender=LISTED)
    expect(shift.till.locator("#answer [data-answer=no]")).to_be_visible()
    expect(shift.till.locator("#answer")).to_contain_text("Offer another way to pay.")
    shift.back_to_ticket()
    shift.goes(shift.till.get_by_role("button", name="Pay otherwise"))
    shift.takes_cash(300)
    shift.paid_in_full(ticket)
    shift.sums.paid("cash", 300, tax=TAX["Espresso"])


def _repeated(shift: Shift) -> None:
    shift.now()
    shift.till.goto(f"{shift.root}/tickets")
    shift.till.get_by_role("button", name="Repeat the last sale").click()
    shift.till.wait_for_url("**/tickets/*-*")
    ticket = Ticket.objects.latest("opened_at")
    shift.to_pay()
    shift.takes_cash(300)
    shift.paid_in_full(ticket)
    shift.sums.paid("cash", 300, tax=TAX["Espresso"])


def _refunds(shift: Shift, *, by_tokens: Invoice, by_card: Invoice, in_cash: Ticket) -> None:
    """Each by the manager's word: tokens by the customer's link, to the card, out of the drawer."""
    _token_refund(shift, by_tokens)

    shift.till.goto(f"{shift.root}/sales/{by_card.id}")
    shift.till.get_by_text("Refund to the card").first.click()
    shift.till.locator("#card-refund-amount").fill("5.00")
    shift.by_manager("card-refund")
    shift.till.locator("form[action$='/card-refund'] button[type=submit]").click()
    expect(shift.till.get_by_text("Approved")).to_be_visible()
    shift.now()
    card_refunds_carry(now=shift.world.clock.advance(seconds=60))
    shift.world.drain()
    shift.sums.refunded("card", 500)

    shift.till.goto(f"{shift.root}/tickets/{in_cash.id}")
    shift.till.get_by_text("Give cash back").click()
    shift.till.locator("#back-amount").fill("3.00")
    shift.till.locator("#back-reason").fill("Cold")
    shift.by_manager("back")
    shift.goes(shift.till.locator("form[action$='/cash-back'] button[type=submit]"))
    shift.till.wait_for_url("**/receipts/*")
    shift.sums.refunded("cash", 300)


def _token_refund(shift: Shift, sale: Invoice) -> None:
    shift.world.hear(Deposit.objects.get(invoice_id=sale.id), "final")
    shift.till.goto(f"{shift.root}/sales/{sale.id}")
    shift.till.locator("details.refund summary").click()
    shift.till.locator("#refund-amount").fill("4.00")
    shift.by_manager("refund")
    shift.goes(shift.till.get_by_role("button", name="Refund, show the code"))
    expect(shift.till.get_by_text("A manager has to approve it.")).to_have_count(0)
    (link,) = codes_on(shift.till)
    with shift.house.page(size="phone") as phone:
        phone.goto(link)
        phone.get_by_role("textbox").fill(checksum(WALLET))
        phone.get_by_role("button", name="Continue").click()
        expect(phone.get_by_role("heading", name="Look once more")).to_be_visible()
        phone.get_by_role("button", name="Yes, send it there").click()
        expect(phone.locator("[data-state=waiting]")).to_be_visible()
    shift.now()
    shift.world.drain()
    refunds = Refunds(shift.world)
    (outgoing,) = refunds.queued()
    for news in ("mined", "final"):
        refunds.becomes(outgoing, news, status="succeeded")
    refund = Refund.objects.get()
    assert (refund.status, int(refund.worth_units or 0)) == ("completed", 400)
    shift.sums.refunded("tokens", 400)


def _cash_in_and_out(shift: Shift) -> None:
    shift.till.goto(f"{shift.root}/shift")
    for kind, units, reason in (("in", 5_000, "Coins"), ("out", 1_225, "Milk")):
        shift.till.locator("#cash-kind").select_option(kind)
        shift.till.locator("#cash-amount").fill(f"{units // 100}.{units % 100:02}")
        shift.till.locator("#cash-reason").fill(reason)
        shift.goes(shift.till.locator("section:has(#cash-kind) button[type=submit]"))
    shift.sums.cash_in, shift.sums.cash_out = 5_000, 1_225


def _paid_after_the_close(shift: Shift, sale: Invoice, body: Any) -> None:
    """A sale of the shift that is paid once it is closed is the next shift's; the report stays."""
    units = shift.pays(sale)
    assert ZReport.objects.get().body == body
    shift.till.goto(f"{shift.root}/shift")
    shift.till.locator("#float").fill("0")
    shift.till.locator("main button[type=submit]").click()
    expect(shift.till.locator("#counted")).to_be_visible()
    expect(shift.till.locator(".report-days")).to_contain_text(euros(units))
