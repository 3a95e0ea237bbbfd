"""The form of a shop's bank account in a real browser: on every screen, in both languages."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gateway.custody.approvals.models import Act
from gateway.ramps.iso20022.naming import bank_account_name
from tests.e2e.looking import layout_shift, overflow_px, small_targets
from tests.e2e.test_approvals import draw
from tests.faces import PASSWORD
from tests.ramps.iso20022.kit import RAMP, SHOP_IBAN, ramp_setting

LONG = "Donaudampfschifffahrtsgesellschaftskapitaensstuebchen und Soehne GmbH"


@pytest.fixture
def banked(house, settings, tmp_path):
    """A house whose own bank pays this shop, and an owner who can sign in."""
    settings.RAMPS = [ramp_setting(outbox=str(tmp_path))]
    house.staff.with_password("owner").refresh_from_db()
    bank_account_name(
        ramp=RAMP,
        shop_id=house.world.shop_id,
        mode="test",
        iban="DE89370400440532013000",
        holder=LONG,
        by="ana",
        now=timezone.now(),
    )
    return f"/dashboard/{house.world.shop_id}/settings/bank"


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh-hans")])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_the_form_fits_its_screen_with_what_is_wrong_and_what_waits(
    house, banked, size, scheme, language
):
    with house.page(size=size, color_scheme=scheme, role="owner") as page:
        page.goto(f"/language?to={language}&next={banked}")
        fits(page, f"bank-0-{size}-{scheme}-{language}")
        typed(page, iban=SHOP_IBAN[:-1] + "7")
        expect(page.get_by_role("alert")).to_be_visible()
        fits(page, f"bank-1-{size}-{scheme}-{language}")
        typed(page, iban=SHOP_IBAN)
        expect(page.get_by_text("FR…2606")).to_be_visible()
        fits(page, f"bank-2-{size}-{scheme}-{language}")
        page.goto(banked)
        fits(page, f"bank-3-{size}-{scheme}-{language}")
    house.complaints = [text for text in house.complaints if "status of 422" not in text]
    assert Act.objects.get(kind="bank_destination").body["iban"] == SHOP_IBAN


def typed(page, *, iban):
    page.locator(f"#{RAMP}-holder").fill(LONG)
    page.locator(f"#{RAMP}-iban").fill(iban)
    page.locator(f"#{RAMP}-password").fill(PASSWORD)
    page.locator("main form button[type=submit]").last.click()


def fits(page, name):
    draw(page, name)
    assert overflow_px(page) == 0, name
    assert small_targets(page) == [], name
    assert layout_shift(page) < 0.1, name
