"""A poster is one page that a camera reads."""

import io
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageDraw
from pypdf import PdfReader

from merchants.links.poster import SIZES, Poster, Size, poster_pdf
from merchants.reports.lettering import width_of, wrapped

URL = "https://pay.example.com/l/7kqd9hx2mwtz"
PRINTED_DPI = 150


def poster(**changed: Any) -> Poster:
    told = {"shop_name": "Café Amélie", "title": "Concert ticket", "amount": "€12.50"}
    return Poster(**{**told, "call": "Scan to pay", "url": URL, **changed})


def printed(pdf: bytes) -> Image.Image:
    """The page as a printer fills its rectangles: all that a code is made of."""
    page = PdfReader(io.BytesIO(pdf)).pages[0]
    dots = PRINTED_DPI / 72
    width, height = (round(float(side) * dots) for side in page.mediabox[2:])
    image = Image.new("L", (width, height), 255)
    draw, colour = ImageDraw.Draw(image), 0
    content = page.get_contents()
    assert content is not None
    for operands, operator in content.operations:
        if operator == b"rg":
            colour = round(255 * float(operands[0]))
        elif operator == b"re":
            x, y, wide, high = (float(number) * dots for number in operands)
            if wide and high:
                box = (x, height - y - high, x + wide - 1, height - y - 1)
                draw.rectangle(box, fill=colour)
    return image


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"title": "Eintrittskarte für das Konzert im Hof " * 3, "warning": "Test mode"},
        {
            "title": "屋顶修缮募捐" * 20,
            "shop_name": "阿梅莉咖啡馆",
            "call": "扫码捐款",
            "amount": "",
        },
        {"title": "W" * 120, "shop_name": "W" * 200, "amount": "€1,000,000.00"},
    ],
)
def test_a_camera_reads_it_in_either_size(size: Size, changed: Any) -> None:
    pdf = poster_pdf(poster(**changed), size=size)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    image = printed(pdf)
    [code] = zxingcpp.read_barcodes(image)
    assert code.text == URL
    corners = code.position
    side = corners.bottom_right.x - corners.top_left.x
    assert side / PRINTED_DPI * 25.4 > (30 if size == "a6" else 65), "millimetres"


def test_what_it_says_can_be_read_and_typed() -> None:
    text = PdfReader(io.BytesIO(poster_pdf(poster(), size="a4"))).pages[0].extract_text()
    for words in ("Café Amélie", "Concert ticket", "€12.50", "Scan to pay"):
        assert words in text
    assert "pay.example.com/l/7kqd9hx2mwtz" in text


def test_the_same_poster_is_the_same_bytes() -> None:
    assert poster_pdf(poster(), size="a6") == poster_pdf(poster(), size="a6")


@pytest.mark.parametrize(
    "text",
    ["a few words of a title", "屋顶修缮募捐", "W" * 80, "a 屋 b 顶", "кафе Элен", "مقهى 🍕 ก้อน"],
)
def test_lines_fit_and_no_letter_is_lost(text: str) -> None:
    lines = wrapped(text, size=20, width=90)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width_of(line, size=20) <= 90 for line in lines)
