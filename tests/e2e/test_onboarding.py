"""A shop's verification and the officers' page of it in a real browser: on every screen, in both
languages, in light and dark, and without a script."""

import io

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from gateway.compliance.knowing.files import file_submit
from gateway.compliance.knowing.models import BusinessFile, Paper
from tests.compliance.knowing.place import verified
from tests.compliance.knowing.test_papers import pdf, sent
from tests.e2e.looking import layout_shift, overflow_px, small_targets
from tests.e2e.test_approvals import draw
from tests.merchants.onboarding.test_onboarding import BUSINESS

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsbäckerei und Söhne GmbH & Co. KG"
SCHEMES = [("light", "en"), ("dark", "zh-hans")]


def fits(page, name):
    draw(page, name)
    assert overflow_px(page) == 0, name
    assert small_targets(page, apart=".hush, .skip, td, p, .choice, fieldset") == [], name
    assert layout_shift(page) < 0.1, name


def fill_business(page, root):
    page.goto(f"{root}/business")
    for name in ("registration", "address", "expected_monthly", "sells_to"):
        page.locator(f"#id_{name}").fill(BUSINESS[name])
    page.locator("#id_name").fill(LONG)
    for name in ("legal_form", "country", "mcc"):
        page.locator(f"#id_{name}").select_option(BUSINESS[name])
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/people")


def send(page, kind):
    section = page.locator("section", has=page.locator(f"#file-{kind}"))
    section.locator("button[type=submit]").click()


def add_person(page, root, name, *roles):
    page.goto(f"{root}/people/new")
    page.locator("#id_name").fill(name)
    page.locator("#id_date_of_birth").fill("1980-02-29")
    page.locator("#id_address").fill("Hauptstr. 1\n10115 Berlin")
    for field in ("nationality", "country"):
        page.locator(f"#id_{field}").select_option("DE")
    for role in roles:
        page.locator(f"input[name=roles][value={role}]").check()
    page.locator("input[name=politically_exposed][value=no]").check()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/people")


@pytest.mark.parametrize(("scheme", "language"), SCHEMES)
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_an_owner_goes_through_all_steps(house, size, scheme, language, tmp_path):
    root = f"/dashboard/{house.world.shop_id}/verification"
    end = f"{size}-{scheme}-{language}"
    photo = tmp_path / "photo.png"
    Image.new("RGB", (900, 600), (120, 130, 140)).save(photo)
    with house.page(size=size, color_scheme=scheme, role="owner") as page:
        page.goto(f"/language?to={language}&next={root}")
        fits(page, f"kyb-0-overview-{end}")
        page.goto(f"{root}/business")
        fits(page, f"kyb-1-business-{end}")
        fill_business(page, root)
        add_person(page, root, "Ann Arbor", "controller", "director", "owner")
        add_person(page, root, f"Bartholomäus von und zu {LONG}", "owner")
        fits(page, f"kyb-2-people-{end}")
        page.locator("main .sale-link").first.click()
        page.wait_for_url("**/people/*-*")
        fits(page, f"kyb-3-person-{end}")
        page.goto(f"{root}/owners")
        fields = page.locator("main input.number")
        fields.nth(0).fill("1/3")
        fields.nth(1).fill("66")
        page.locator("main form button[type=submit]").first.click()
        expect(page.locator(".note.tone-paid").first).to_be_visible()
        fits(page, f"kyb-4-owners-{end}")
        page.goto(f"{root}/identity")
        fits(page, f"kyb-5-identity-{end}")
        page.goto(f"{root}/papers")
        page.locator("#file-proof_of_address").set_input_files(photo)
        send(page, "proof_of_address")
        expect(page.locator(".note.tone-paid").first).to_be_visible()
        fits(page, f"kyb-6-papers-{end}")
        page.goto(f"{root}/review")
        fits(page, f"kyb-7-review-{end}")
    assert Paper.objects.get().kind == "proof_of_address"


def test_it_all_works_without_a_script(house):
    root = f"/dashboard/{house.world.shop_id}/verification"
    with house.page(size="phone", role="owner", java_script_enabled=False) as page:
        page.goto(root)
        fill_business(page, root)
        add_person(page, root, "Ann Arbor", "controller", "director", "owner")
        page.goto(f"{root}/papers")
        page.locator("#file-registration_extract").set_input_files(
            {"name": "x.pdf", "mimeType": "application/pdf", "buffer": pdf()}
        )
        send(page, "registration_extract")
        expect(page.locator(".note.tone-paid").first).to_be_visible()
    assert Paper.objects.get().media == "application/pdf"


@pytest.fixture
def handed_in(house):
    """A file with us: one paper of each kind, one person proven."""
    root = f"/dashboard/{house.world.shop_id}/verification"
    with house.page(role="owner") as page:
        page.goto(root)
        fill_business(page, root)
        add_person(page, root, "Ann Arbor", "controller", "director", "owner")
        page.goto(f"{root}/owners")
        page.locator("main input.number").first.fill("80")
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_load_state()
    file = BusinessFile.objects.get()
    verified(file.parts.first().subject)
    out = io.BytesIO()
    Image.new("RGB", (900, 600), (120, 130, 140)).save(out, format="PNG")
    sent(file, kind="proof_of_address", upload=out.getvalue())
    sent(file, kind="registration_extract", upload=pdf(2))
    file_submit(shop_id=file.shop_id, by="user:owner", now=timezone.now())
    return file


@pytest.mark.parametrize(("scheme", "language"), SCHEMES)
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_an_officer_looks_through_a_file(house, handed_in, size, scheme, language):
    root, end = "/house/verification", f"{size}-{scheme}-{language}"
    with house.page(size=size, color_scheme=scheme, role="compliance_officer") as page:
        page.goto(f"/language?to={language}&next={root}")
        fits(page, f"kyb-house-0-{end}")
        page.goto(f"{root}/{handed_in.shop_id}")
        fits(page, f"kyb-house-1-{end}")
        unread = page.locator("button[name=accepted][value=yes]")
        for left in (1, 0):
            unread.first.click()
            expect(unread).to_have_count(left)
        page.locator("#reason").fill("everything is in order")
        fits(page, f"kyb-house-2-{end}")
        page.locator("button[value=approve]").click()
        page.wait_for_url("**/house/approvals/*")
        fits(page, f"kyb-house-3-{end}")
