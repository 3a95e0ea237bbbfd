"""A shop's look where its customers meet it beside the checkout: stickers, displays, paper."""

import io

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader

from gateway.branding.colours import LEAST_CONTRAST, WHITE, contrast
from gateway.branding.selectors import brand_of, brand_printed
from gateway.branding.services import brand_set_accent, brand_set_logo
from merchants.counter.stickers import sticker_make
from merchants.links.poster import SIZES, Poster, poster_pdf
from tests.branding.test_branding import png
from tests.checkout.test_views import assert_strict
from tests.merchants.tills.tablets import tablet, till

__all__ = ["tablet", "till"]
pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def branded(open_shop, django_capture_on_commit_callbacks):
    """A shop in pale yellow, with a logo: its id."""
    with django_capture_on_commit_callbacks(execute=True):
        who = {"shop_id": open_shop.shop_id, "by": "user:x", "now": timezone.now()}
        brand_set_accent(accent="#ffe97a", **who)
        brand_set_logo(upload=png(), **who)
    return open_shop.shop_id


@pytest.fixture
def sticker(till, staff):
    by = staff.user("owner").id
    return sticker_make(shop_id=till.shop_id, till_id=till.id, by=by, now=timezone.now())


def test_a_sticker_and_a_display_look_like_the_checkout(branded, sticker, tablet):
    brand = brand_of(branded)
    for browser, path in (
        (Client(**ENGLISH), f"/t/{sticker.slug}"),
        (tablet.client, "/pos/display"),
    ):
        page = browser.get(path)
        assert page.status_code == 200
        assert_strict(page)
        text = page.content.decode()
        assert f'<link rel="stylesheet" href="{brand.style_path}">' in text
        assert f'src="{brand.logo_path}"' in text
        assert "monogram" not in text


def test_a_shop_without_a_look_has_its_first_letter_there(open_shop, sticker, tablet):
    for browser, path in (
        (Client(**ENGLISH), f"/t/{sticker.slug}"),
        (tablet.client, "/pos/display"),
    ):
        text = browser.get(path).content.decode()
        assert "monogram" in text and "/brand/" not in text


def test_the_printed_colour_can_be_read_on_white(branded):
    brand = brand_printed(branded)
    assert brand.ink is not None and contrast(brand.ink, WHITE) >= LEAST_CONTRAST
    with Image.open(io.BytesIO(brand.logo)) as image:
        assert image.format == "PNG"


@pytest.mark.parametrize("size", SIZES)
def test_a_poster_has_the_logo_and_the_same_bytes_twice(branded, size):
    poster = Poster(
        shop_name="Café Amélie",
        title="Till 1",
        amount="",
        call="Scan to pay",
        url="https://pay.example.com/t/abc",
        brand=brand_printed(branded),
    )
    pdf = poster_pdf(poster, size=size)
    assert pdf == poster_pdf(poster, size=size)
    (image,) = PdfReader(io.BytesIO(pdf)).pages[0].images
    assert image.image.size == (64, 48)


def test_the_stickers_paper_has_it(branded, sticker, staff):
    path = f"/dashboard/{branded}/settings/tills/{sticker.till_id}/beside/sticker.pdf"
    answer = staff.client("owner", **ENGLISH).get(path)
    assert answer["Content-Type"] == "application/pdf"
    assert PdfReader(io.BytesIO(answer.content)).pages[0].images
