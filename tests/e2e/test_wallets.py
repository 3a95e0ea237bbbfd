"""An identity wallet scans a real browser's screen and the page follows: on every screen, in both
languages, and without a script."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from gateway.compliance.knowing.files import file_open
from gateway.compliance.presenting.models import Presentation
from tests.compliance.knowing.place import NOW, named
from tests.compliance.presenting.kit import PERSON, House
from tests.compliance.presenting.place import PATH, Place
from tests.compliance.publishers import publishing
from tests.e2e.looking import codes_on, codes_on_a_bad_day
from tests.e2e.test_onboarding import LONG, SCHEMES, fits


@pytest.fixture
def place(house: Any, valkey: Any) -> Iterator[Place]:
    """The house's shop with Ann and somebody of a long name in it, and an issuer it trusts."""
    with publishing() as issuer:
        file = file_open(shop_id=house.world.shop_id, now=NOW)
        ann = named(file.shop_id)
        named(file.shop_id, "controller", name=f"Bartholomäus von und zu {LONG}")
        house_of = House(iss=issuer.url, uri=f"{issuer.url}{PATH}")
        place = Place(issuer, file, ann, house_of)
        place.serve()
        place.trust()
        yield place


def begin(page: Any, root: str, who: int = 0) -> Presentation:
    page.goto(f"{root}/identity")
    page.locator("form[action$='/wallet'] button").nth(who).click()
    page.wait_for_url("**/wallet/*-*")
    return Presentation.objects.order_by("-id")[0]


@pytest.mark.parametrize(("scheme", "language"), SCHEMES)
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_a_wallet_scans_the_screen_and_the_page_follows(
    house: Any, place: Place, size: str, scheme: str, language: str
) -> None:
    root = f"/dashboard/{place.file.shop_id}/verification"
    end = f"{size}-{scheme}-{language}"
    with house.page(size=size, color_scheme=scheme, role="owner") as page:
        page.goto(f"/language?to={language}&next={root}/identity")
        fits(page, f"wallet-0-identity-{end}")
        row = begin(page, root)
        fits(page, f"wallet-1-asked-{end}")
        wallet = place.wallet(row)
        assert codes_on(page) == [wallet.link] and codes_on_a_bad_day(page) == [wallet.link]
        assert page.locator(f'a[href="{wallet.link}"]').is_visible()
        assert wallet.answer().status_code == 200
        expect(page.locator("[data-state=answered]")).to_be_visible()
        fits(page, f"wallet-2-answered-{end}")
        place.judge()
        expect(page.locator("main .badge.tone-paid")).to_be_visible()
        fits(page, f"wallet-3-accepted-{end}")

        row = begin(page, root)  # the other person: Ann has shown it
        wallet = place.wallet(row)
        wallet.answer(wallet.presentation(person={**PERSON, "family_name": "Bloom"}))
        place.judge()
        expect(page.locator(".note.tone-problem")).to_be_visible()
        fits(page, f"wallet-4-refused-{end}")
    with house.page(size=size, color_scheme=scheme) as page:
        page.goto(f"/language?to={language}&next=/login")
        page.goto("/wallet/back/" + wallet.link.rpartition("/")[2])
        fits(page, f"wallet-5-back-{end}")
    with house.page(size=size, color_scheme=scheme, role="compliance_officer") as page:
        page.goto(f"/language?to={language}&next=/house/verification/{place.file.shop_id}")
        fits(page, f"wallet-6-officer-{end}")


def test_without_a_script_the_page_looks_again_by_itself(house: Any, place: Place) -> None:
    root = f"/dashboard/{place.file.shop_id}/verification"
    with house.page(size="phone", role="owner", java_script_enabled=False) as page:
        wallet = place.wallet(begin(page, root))
        assert codes_on(page) == [wallet.link]
        expect(page.locator("main a.no-script")).to_be_visible()
        wallet.answer()
        place.judge()
        expect(page.locator("main .badge.tone-paid")).to_be_visible()
