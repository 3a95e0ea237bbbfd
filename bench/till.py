"""At the till of the running house: taps from the keypad to the code, how long that takes, and
whether every code that the product shows can be read off the screen, on a bad day too.

``taps`` counts all but the digits. ``charge_to_qr_ms`` is from the finger on Charge to the frame
that shows the code, in the page's own clock. A code counts as undecodable if any of the readings
below fails on any screenshot of it.
"""

import io
import statistics
from collections.abc import Callable
from itertools import product
from typing import Any

import zxingcpp
from PIL import Image, ImageFilter

from bench.browsing import SIZES, THEMES, browser, sign_in, visit
from demo.shop import CASHIER, OpenShop, open_shop

CHARGES = 25
WARM_UP = 3
DIGITS = "1250"
SCREENS = (("phone", 1), ("phone", 2), ("tablet", 1), ("desktop", 1))
"""A size, and device pixels per CSS pixel."""
TILT = 0.2
QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
"""What a wallet looks for. Asked for all formats, a reader takes a row of modules for a bar code
now and then."""

COUNT_TAPS = """
window.taps = 0;
addEventListener('click', (event) => {
  if (event.isTrusted && !/^\\d+$/.test(event.target.closest('[data-key]')?.dataset.key ?? '')) {
    window.taps += 1;
  }
}, true);
"""

CLOCK = """
window.shown = new Promise((done, refused) => {
  setTimeout(() => refused(new Error(document.getElementById('problem').textContent)), PATIENCE);
  let began;
  document.getElementById('charge-button').addEventListener('pointerdown', (event) => {
    began = event.timeStamp;
  }, { once: true });
  new MutationObserver((_, observer) => {
    if (!document.querySelector('#sale:not([hidden]) .qr svg')) return;
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame((at) => done(at - began)));
  }).observe(document.getElementById('sale'), {
    subtree: true, childList: true, attributes: true,
  });
});
null;  // or whoever evaluates this would wait for the code before anyone asked for it
""".replace("PATIENCE", "20_000")


def run(seed: int) -> dict[str, Any]:
    """Nothing here is random: ``seed`` changes nothing."""
    with open_shop(purpose="bench-till", say=lambda line: None) as shop, browser() as chromium:
        cookies = sign_in(chromium, shop, CASHIER)
        taps, times = _charges(chromium, shop, cookies)
        shown, unread = _codes(chromium, shop, cookies)
    return {
        "figures": {
            "taps": taps,
            "charge_to_qr_ms": round(statistics.median(times)),
            "charge_to_qr_ms_p95": round(statistics.quantiles(times, n=20)[-1]),
            "qr_shown": shown,
            "qr_undecodable": len(unread),
        },
        "conditions": {
            "charges": CHARGES,
            "digits": len(DIGITS),
            "screens": [f"{size} {SIZES[size][0]} px ×{scale}" for size, scale in SCREENS],
            "themes": THEMES,
            "readings": list(READINGS),
            "reader": "zxing-cpp",
            "unread": unread,
        },
    }


def _charges(chromium: Any, shop: OpenShop, cookies: Any) -> tuple[int, list[float]]:
    """The most taps that a sale took, and milliseconds from Charge to its code."""
    taps, times = 0, []
    with visit(chromium, shop, cookies=cookies, size="tablet", has_touch=True) as page:
        page.add_init_script(COUNT_TAPS)
        page.goto("/pos/")
        for _ in range(WARM_UP + CHARGES):
            page.evaluate(f"window.taps = 0; {CLOCK}")
            for digit in DIGITS:
                page.locator(f"[data-key='{digit}']").tap()
            page.locator("#charge-button").tap()
            times.append(float(page.evaluate("window.shown")))
            taps = max(taps, int(page.evaluate("window.taps")))
            # voided, so that open locks don't add up to the shop's limit
            page.locator(".void summary").tap()
            page.locator(".void button").tap()
            page.locator("#answer [data-answer=no]").wait_for()
            page.locator("[data-new-sale]").tap()
            page.locator("#charge-button").wait_for()
    return taps, times[WARM_UP:]


def _codes(chromium: Any, shop: OpenShop, cookies: Any) -> tuple[int, list[str]]:
    """How many codes were shown, and which could not be read."""
    invoice = shop.api.post("/v1/invoices", {"amount": "12.50", "currency": "EUR"})
    own = f"/i/{invoice['id']}"
    expected = {
        f"/pos/{shop.shop_id}/sales/{invoice['id']}": invoice["checkout_url"],
        own: invoice["checkout_url"],
        **{f"{own}?asset={due['asset']}&qr=erc681": due["uri"] for due in invoice["due"]},
    }
    shown, unread = 0, []
    for (size, scale), theme in product(SCREENS, THEMES):
        with visit(
            chromium,
            shop,
            cookies=cookies,
            size=size,
            color_scheme=theme,
            device_scale_factor=scale,
        ) as page:
            for path, text in expected.items():
                page.goto(path)
                page.locator(".qr svg").wait_for()
                screen = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("L")
                shown += 1
                failed = [name for name, seen in READINGS.items() if _read(seen(screen)) != [text]]
                if failed:
                    unread.append(f"{path} ({size}, {theme}, ×{scale}): {', '.join(failed)}")
    return shown, unread


def _read(seen: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(seen, formats=QR)]


def _blurred(screen: Image.Image) -> Image.Image:
    return screen.filter(ImageFilter.GaussianBlur(2))


def _dim(screen: Image.Image) -> Image.Image:
    return screen.point(lambda value: 110 + value * 35 // 255)


def _half(screen: Image.Image) -> Image.Image:
    return screen.resize((screen.width // 2, screen.height // 2))


def _tilted(screen: Image.Image) -> Image.Image:
    """Seen from below, in perspective: the upper edge is a fifth shorter than the lower."""
    width, height = screen.size
    far = 1 / (1 - TILT)
    more = far - 1
    seen_from = (
        *(far, more * width / 2 / height, -more * width / 2),
        *(0, far, 0),
        *(0, more / height),
    )
    return screen.transform(
        screen.size,
        Image.Transform.PERSPECTIVE,
        seen_from,
        Image.Resampling.BICUBIC,
        fillcolor=128,
    )


READINGS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "sharp": lambda screen: screen,
    "blurred": _blurred,
    "dim": _dim,
    "half": _half,
    "tilted": _tilted,
}
"""σ = 2 px; contrast of 110 to 145; half the pixels; a perspective of 0.2."""
