"""Every code we draw can be read back from its pixels."""

import io
import re

import pytest
import zxingcpp
from PIL import Image, ImageFilter

from gateway.invoices.qr import QUIET_MODULES, qr_matrix, qr_png, qr_svg_path

URL = "https://pay.example.com/i/0199a3f1-7c3e-7d3a-9a77-2f6b1c0d4e5f"
URI = (
    "ethereum:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913@8453/transfer"
    "?address=0x70997970C51812dc3A010C7d01b50e0d17dc79C8&uint256=12500000"
)


def read(image: Image.Image) -> str:
    found = zxingcpp.read_barcode(image.convert("L"))
    assert found is not None
    return found.text


@pytest.mark.parametrize("text", [URL, URI])
def test_the_png_decodes_and_so_does_a_blurred_half_size_photo_of_it(text: str) -> None:
    image = Image.open(io.BytesIO(qr_png(text, module_px=8))).convert("L")
    assert read(image) == text
    photo = image.filter(ImageFilter.GaussianBlur(2)).resize((image.width // 2, image.height // 2))
    assert read(photo) == text


@pytest.mark.parametrize("text", [URL, URI])
def test_the_svg_path_draws_the_same_modules_and_stays_small(text: str) -> None:
    side, path = qr_svg_path(text)
    assert len(path) < 9_000
    image = Image.new("L", (side, side), 255)
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        for step in range(int(run)):
            image.putpixel((int(x) + step, int(y)), 0)
    assert side == len(qr_matrix(text)) + 2 * QUIET_MODULES
    assert read(image.resize((side * 6, side * 6), Image.Resampling.NEAREST)) == text


def test_the_quiet_zone_is_white_and_four_modules_wide() -> None:
    image = Image.open(io.BytesIO(qr_png(URL, module_px=1))).convert("L")
    border = image.crop((0, 0, image.width, QUIET_MODULES))
    assert set(border.tobytes()) == {255}
