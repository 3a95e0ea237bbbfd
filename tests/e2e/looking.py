"""How tests look at a page: what a camera reads off it, what a thumb can hit."""

import io
import os
from typing import Any

import zxingcpp
from PIL import Image, ImageFilter

SMALLEST_TARGET_PX = 44
QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
"""What a wallet looks for. Asked for all formats, a reader takes a row of modules for a bar code
now and then."""

TARGETS_JS = """
([smallest, apart]) => [...document.querySelectorAll('a, button, summary, input, select')]
  .filter((one) => one.checkVisibility() && !one.closest(apart))
  // A box to tick is hit by its words too.
  .map((one) => [one, (one.closest('label') ?? one).getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.height < smallest - 0.5 || box.width < smallest - 0.5))
  .map(([one, box]) => `${one.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)
"""


def screenshot(page: Any) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("L")


def picture(page: Any, name: str) -> None:
    """For whoever wants to look: TILLWAY_PICTURES names a folder."""
    folder = os.environ.get("TILLWAY_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def codes_on(page: Any) -> list[str]:
    """What a scanner reads off the screen."""
    return [code.text for code in zxingcpp.read_barcodes(screenshot(page), formats=QR)]


def codes_on_a_bad_day(page: Any) -> list[str]:
    """The same through a dim, unfocused camera from further away."""
    seen = screenshot(page).filter(ImageFilter.GaussianBlur(2))
    seen = seen.point(lambda value: 110 + value * 35 // 255)
    half = seen.resize((seen.width // 2, seen.height // 2))
    return [code.text for code in zxingcpp.read_barcodes(half, formats=QR)]


def overflow_px(page: Any) -> int:
    """How far the page can be scrolled sideways: it should not."""
    root = "document.documentElement"
    return int(page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))


BEYOND_JS = """
() => [...document.querySelectorAll('body *')]
  .filter((one) => one.checkVisibility() && !one.parentElement.closest('.scroll, .hush, svg'))
  .filter((one) => {
    const box = one.getBoundingClientRect(), wide = document.documentElement.clientWidth;
    return box.width && (box.right > wide + 0.5 || box.left < -0.5) && !one.matches('.skip');
  })
  .map((one) => `${one.tagName}.${one.className} ${one.textContent.trim().slice(0, 40)}`)
  .slice(-2)
"""


def beyond(page: Any) -> list[str]:
    """The innermost of what stands beyond the screen's edge: why a page is too wide."""
    return list(page.evaluate(BEYOND_JS))


SIDEWAYS_JS = """
() => [...document.querySelectorAll('.scroll, .dash-nav, .board-menu, .quotes, .quote dd')]
  .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.getAttribute('aria-label') ?? one.className)
"""


def sideways(page: Any) -> list[str]:
    """The tables and menus of which a part is out of view, by their names."""
    return list(page.evaluate(SIDEWAYS_JS))


def small_targets(
    page: Any, smallest: int = SMALLEST_TARGET_PX, *, apart: str = ".hush, .skip, td, p"
) -> list[str]:
    """What a finger would miss, but for what is in ``apart``."""
    return list(page.evaluate(TARGETS_JS, [smallest, apart]))


CLIPPED_JS = """
(what) => [...document.querySelectorAll(what)]
  .filter((one) => one.checkVisibility() && !one.closest('.hush') && one.textContent.trim())
  .filter((one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth)
  .map((one) => one.textContent.trim())
"""


def clipped(page: Any, what: str) -> list[str]:
    """The words of those elements that do not fit them."""
    return list(page.evaluate(CLIPPED_JS, what))


SHIFT_JS = """
() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => done(sum), 600);
})
"""


def layout_shift(page: Any) -> float:
    """How much the page moved under the reader's eyes while it loaded (CLS)."""
    return float(page.evaluate(SHIFT_JS))
