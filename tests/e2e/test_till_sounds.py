"""The till is heard: goods may go, goods must stay, money came for a sale out of sight."""

from playwright.sync_api import expect

from merchants.counter.models import Showing
from tests.e2e.at_the_till import Counter, charges, leaves
from tests.invoices.conftest import LISTED

EAR_JS = """
window.tones = [];
window.AudioContext = class {
  currentTime = 0;
  createGain() { return { gain: {}, connect: (to) => to }; }
  createOscillator() {
    const wave = { frequency: {}, connect: (to) => to, stop() {} };
    wave.start = () => {
      window.tones.push(wave.frequency.value);
      document.documentElement.setAttribute('data-tones', window.tones.join(' '));
    };
    return wave;
  }
};
"""
YES, NO, LOOK = "659 880 1319", "330 247 196", "740 740 740"


def told(page, *, on_screen):
    """The gateway knows whether the tablet shows a sale."""
    for _ in range(400):
        if Showing.objects.exclude(invoice_id=None).exists() == on_screen:
            return
        page.wait_for_timeout(50)
    raise AssertionError("the tablet never told")


def heard(page):
    return page.locator("html")


def test_who_looks_elsewhere_hears_that_the_goods_may_go_and_only_then(house):
    counter = Counter(house)
    with house.page(size="tablet") as page:
        page.add_init_script(EAR_JS)
        counter.pair(page)
        counter.stand(page)
        invoice = charges(page)
        assert page.evaluate("window.tones") == []
        house.world.confirmed(invoice)
        expect(page.locator("[data-answer=yes]")).to_be_visible()
        expect(heard(page)).to_have_attribute("data-tones", YES)


def test_a_held_payment_sounds_otherwise(house):
    counter = Counter(house)
    with house.page(size="tablet") as page:
        page.add_init_script(EAR_JS)
        counter.pair(page)
        counter.stand(page)
        house.world.confirmed(charges(page), sender=LISTED)
        expect(page.locator("[data-answer=no]")).to_be_visible()
        expect(heard(page)).to_have_attribute("data-tones", NO)


def test_money_for_a_sale_out_of_sight_is_heard_once(house):
    counter = Counter(house)
    with house.page(size="tablet") as page:
        page.add_init_script(EAR_JS)
        counter.pair(page)
        counter.stand(page)
        invoice = charges(page)
        told(page, on_screen=True)
        leaves(page)
        told(page, on_screen=False)
        house.world.confirmed(invoice)
        expect(page.locator("[data-arrival]")).to_be_visible()
        expect(heard(page)).to_have_attribute("data-tones", LOOK)
        page.reload()
        expect(page.locator("[data-arrival]")).to_be_visible()
        assert page.evaluate("window.tones") == []
