"""A shop's logo and colour: readable whatever was chosen, safe whatever was sent, on its pages."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gateway.branding.colours import (
    LEAST_CONTRAST,
    WHITE,
    Shades,
    colour_from,
    contrast,
    dark_shades,
    hex_of,
    light_shades,
    stylesheet,
)
from gateway.branding.errors import ColourRefused, LogoRefused
from gateway.branding.images import KEPT_SIDE, MAX_BYTES, logo_from
from gateway.branding.models import ShopBrand
from gateway.branding.selectors import brand_of
from gateway.branding.services import brand_set_accent, brand_set_logo
from tests.as_web import as_web
from tests.checkout.test_views import assert_strict

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
COLOURS = st.tuples(*[st.integers(0, 255)] * 3)
LIGHT = ((255, 255, 255), (244, 246, 250))
DARK = ((21, 29, 46), (27, 37, 57), (11, 17, 29))


def png(width=64, height=48, *, note=""):
    out, info = io.BytesIO(), PngInfo()
    if note:
        info.add_text("Comment", note)
    Image.new("RGBA", (width, height), (200, 30, 60, 255)).save(out, format="PNG", pnginfo=info)
    return out.getvalue()


def test_contrast_is_that_of_wcag():
    assert round(contrast((0, 0, 0), WHITE), 2) == 21.0
    assert contrast(WHITE, WHITE) == 1.0
    assert round(contrast(colour_from("#767676"), WHITE), 2) == 4.54  # WCAG's own example


@given(COLOURS)
def test_whatever_was_chosen_can_be_read_in_both_themes(chosen):
    for shades, grounds in ((light_shades(chosen), LIGHT), (dark_shades(chosen), DARK)):
        for ground in (*grounds, shades.soft):
            assert contrast(shades.accent, ground) >= LEAST_CONTRAST
        assert contrast(shades.on, shades.accent) >= LEAST_CONTRAST
        assert contrast(shades.on, shades.strong) >= LEAST_CONTRAST


@given(COLOURS)
def test_a_stylesheet_is_digits_and_nothing_that_was_typed(chosen):
    text = stylesheet(hex_of(chosen))
    assert re.fullmatch(r"[-a-z0-9:;#{}()@\[\]=\n ]+", text)


def test_a_colour_that_can_be_read_stays_as_it_is():
    assert light_shades(colour_from("0b5fff")).accent == (11, 95, 255)
    assert isinstance(light_shades(colour_from("ffff00")), Shades)
    assert light_shades(colour_from("ffff00")).accent != (255, 255, 0)


@pytest.mark.parametrize("text", ["", "red", "#fff", "#12345g", "0b5fff;x", "url(x)"])
def test_what_is_no_colour_is_refused(text):
    with pytest.raises(ColourRefused):
        colour_from(text)


def test_a_logo_is_drawn_anew_and_small():
    kept = logo_from(png(1_000, 500, note="where it was taken"))
    assert b"taken" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert image.format == "PNG"
        assert image.size == (KEPT_SIDE, KEPT_SIDE // 2)
    jpeg = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    Image.new("RGB", (40, 40)).save(jpeg, format="JPEG", exif=exif)
    assert b"secret" not in logo_from(jpeg.getvalue())


@pytest.mark.parametrize(
    "upload",
    [
        b"",
        b"GIF89a",
        b"<svg onload=alert(1)>",
        b"%PDF-1.7",
        png()[:60],
        b"\x89PNG\r\n\x1a\n<script>",
        png(31, 31),
        b"\xff\xd8\xff" + b"x" * MAX_BYTES,
        png(9_000, 2_000),
    ],
    ids=["none", "gif", "svg", "pdf", "cut", "polyglot", "small", "large", "pixels"],
)
def test_what_is_no_logo_is_refused(upload):
    with pytest.raises(LogoRefused):
        logo_from(upload)


def test_customers_see_it_on_their_pages(open_shop, django_capture_on_commit_callbacks):
    shop_id, who = open_shop.shop_id, {"by": "user:x", "now": timezone.now()}
    invoice = open_shop.issue()
    open_shop.confirmed(invoice)
    browser = Client(**ENGLISH)
    plain = browser.get(f"/i/{invoice.id}").content.decode()
    assert "monogram" in plain
    assert "/brand/" not in plain
    with django_capture_on_commit_callbacks(execute=True):
        brand_set_accent(shop_id=shop_id, accent="#FFD400", **who)
        brand_set_logo(shop_id=shop_id, upload=png(), **who)
    brand = brand_of(shop_id)
    for path in (f"/i/{invoice.id}", f"/i/{invoice.id}/receipt"):
        page = browser.get(path)
        assert_strict(page)
        text = page.content.decode()
        assert f'<link rel="stylesheet" href="{brand.style_path}">' in text
        assert f'src="{brand.logo_path}"' in text
        assert "monogram" not in text
    logo = browser.get(brand.logo_path)
    assert logo["Content-Type"] == "image/png"
    assert logo["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert logo["X-Content-Type-Options"] == "nosniff"
    assert logo["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "immutable" in logo["Cache-Control"]
    style = browser.get(brand.style_path)
    assert style["Content-Type"] == "text/css; charset=utf-8"
    assert b"--accent:#" in style.content
    assert browser.get(brand.logo_path.replace(".png", "0.png")).status_code == 404
    assert browser.get("/brand/nothing.css").status_code == 404


def test_a_shops_face_is_in_its_own_scope(open_shop, django_capture_on_commit_callbacks):
    with as_web(open_shop.shop_id), django_capture_on_commit_callbacks(execute=True):
        brand_set_accent(
            shop_id=open_shop.shop_id, accent="0b5fff", by="user:x", now=timezone.now()
        )
        assert ShopBrand.objects.count() == 1
    with as_web():
        assert ShopBrand.objects.count() == 0


@pytest.fixture
def here(open_shop):
    return f"/dashboard/{open_shop.shop_id}/settings/branding"


def test_the_owner_chooses_and_sees_what_becomes_of_it(staff, here, open_shop):
    owner = staff.client("owner", **ENGLISH)
    assert "monogram" in owner.get(here).content.decode()
    assert (
        owner.post(f"{here}/change", {"action": "accent", "accent": "#ffd400"})["Location"] == here
    )
    text = owner.get(here).content.decode()
    assert 'href="/brand/ffd400.css"' in text
    assert "light pages draw it darker" in text
    sent = {"action": "logo", "logo": SimpleUploadedFile("logo.png", png())}
    assert owner.post(f"{here}/change", sent).status_code == 302
    text = owner.get(here).content.decode()
    assert f'src="/brand/{open_shop.shop_id}/' in text
    owner.post(f"{here}/change", {"action": "no-logo"})
    owner.post(f"{here}/change", {"action": "no-accent"})
    assert "/brand/" not in owner.get(here).content.decode()


def test_what_cannot_be_used_is_said(staff, here):
    owner = staff.client("owner", **ENGLISH)
    for sent, words in (
        ({"action": "accent", "accent": "red"}, "That is no colour"),
        ({"action": "logo"}, "be a logo"),
        ({"action": "logo", "logo": SimpleUploadedFile("x.png", b"<svg>")}, "be a logo"),
    ):
        answer = owner.post(f"{here}/change", sent)
        assert answer.status_code == 400
        assert words in answer.content.decode()
    large = {"action": "logo", "logo": SimpleUploadedFile("x.png", b"x" * (MAX_BYTES + 200_000))}
    assert owner.post(f"{here}/change", large).status_code == 413
    assert owner.post(f"{here}/change", {"action": "?"}).status_code == 404
    assert ShopBrand.objects.count() == 0


def test_who_may_look_may_not_change(staff, here):
    manager = staff.client("manager", **ENGLISH)
    assert "Use this logo" not in manager.get(here).content.decode()
    assert manager.post(f"{here}/change", {"action": "no-logo"}).status_code == 403
    assert staff.client("developer").get(here).status_code == 403
