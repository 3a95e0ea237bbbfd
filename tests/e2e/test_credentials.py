"""A wallet scans an offer off a real browser's screen, the person types the officer's code, and the
page follows: on every screen, in both languages, and without a script."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gateway.compliance.issuing.models import CredentialOffer
from gateway.compliance.issuing.offer_secrets import offer_link, transaction_code_of
from gateway.compliance.knowing.files import file_open
from gateway.compliance.knowing.models import BusinessFile, ShopLevel
from tests.compliance.issuing.place import Approved, Holder
from tests.compliance.knowing.place import NOW, named, verified
from tests.e2e.looking import codes_on, codes_on_a_bad_day
from tests.e2e.test_onboarding import LONG, SCHEMES, fits


@pytest.fixture
def approved(house: Any, valkey: Any) -> Approved:
    """The house's shop, approved, with Ann in it, and somebody of a long name."""
    file = file_open(shop_id=house.world.shop_id, now=NOW)
    ann = named(file.shop_id)
    verified(ann)
    other = named(file.shop_id, "controller", name=f"Bartholomäus von und zu {LONG}")
    verified(other, reference="vs_2")
    until = timezone.now().date() + timedelta(days=365)
    BusinessFile.objects.filter(id=file.id).update(status="approved", review_on=until)
    ShopLevel.objects.create(
        shop_id=file.shop_id, level="standard", review_on=until, set_by="act:x", set_at=NOW
    )
    return Approved(file, ann)


@pytest.mark.parametrize(("scheme", "language"), SCHEMES)
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_a_wallet_scans_the_offer_and_the_page_follows(
    house: Any, approved: Approved, size: str, scheme: str, language: str
) -> None:
    root = f"/dashboard/{approved.file.shop_id}/verification"
    here, end = f"{root}/credentials/{approved.ann.id}", f"{size}-{scheme}-{language}"
    officers = "/house/verification/credentials"
    with house.page(size=size, color_scheme=scheme, role="owner") as page:
        page.goto(f"/language?to={language}&next={root}/identity")
        fits(page, f"credential-0-identity-{end}")
        page.goto(here)
        fits(page, f"credential-1-ask-{end}")
        page.locator("select[name=name]").select_option(index=1)
        page.locator("form button.button-primary").click()
        expect(page.locator("[data-state=asked]")).to_be_visible()
        row = CredentialOffer.objects.get()
        fits(page, f"credential-2-offered-{end}")
        assert codes_on(page) == [offer_link(row.id)]
        assert codes_on_a_bad_day(page) == [offer_link(row.id)]
        with house.page(size=size, color_scheme=scheme, role="compliance_officer") as other:
            other.goto(f"/language?to={language}&next={officers}")
            other.locator("details.more > summary").first.click()
            code = other.locator("details.more .number").first.inner_text()
            fits(other, f"credential-3-code-{end}")
        assert code.replace(" ", "") == transaction_code_of(row.id)
        Holder().fetched(row)
        expect(page.locator("main .badge.tone-paid").first).to_be_visible()
        fits(page, f"credential-4-given-{end}")
    with house.page(size=size, color_scheme=scheme, role="compliance_officer") as page:
        page.goto(f"/language?to={language}&next={officers}")
        page.locator("details.more > summary").first.click()
        fits(page, f"credential-5-given-{end}")
        page.locator("textarea[name=reason]").first.fill("the phone was stolen")
        page.locator("button.button-danger").first.click()
        expect(page.locator("main .badge.tone-problem")).to_be_visible()
        fits(page, f"credential-6-taken-back-{end}")


def test_without_a_script_the_page_looks_again_by_itself(house: Any, approved: Approved) -> None:
    here = f"/dashboard/{approved.file.shop_id}/verification/credentials/{approved.ann.id}"
    with house.page(size="phone", role="owner", java_script_enabled=False) as page:
        page.goto(here)
        page.locator("form button.button-primary").click()
        expect(page.locator("main a.no-script")).to_be_visible()
        row = CredentialOffer.objects.get()
        assert codes_on(page) == [offer_link(row.id)]
        Holder().fetched(row)
        expect(page.locator("main .badge.tone-paid").first).to_be_visible()
