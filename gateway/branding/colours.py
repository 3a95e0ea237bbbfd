"""A shop's colour, so drawn that everybody can read what stands on it and in it. Pure.

Contrast is that of WCAG 2.2 (1.4.3): the ratio of relative luminances, each plus 0.05; text needs
4.5 to 1. A colour that has not enough is mixed with black on light pages, with white on dark ones,
until it has.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from gateway.branding.errors import ColourRefused

LEAST_CONTRAST: Final = 4.5
STEPS: Final = 50
_HEX: Final = re.compile(r"#?([0-9a-f]{6})")

Colour = tuple[int, int, int]
WHITE: Final[Colour] = (255, 255, 255)
BLACK: Final[Colour] = (0, 0, 0)
INK_ON_LIGHT: Final[Colour] = (11, 21, 40)
# The backgrounds of static/css/tillway.css: --surface, --surface-2 and --canvas of both themes.
_LIGHT: Final[tuple[Colour, ...]] = (WHITE, (244, 246, 250))
_DARK: Final[tuple[Colour, ...]] = ((21, 29, 46), (27, 37, 57), (11, 17, 29))
_SOFT_OF_LIGHT, _SOFT_OF_DARK = 8, 18
"""Per cent of the colour in what lies under it softly."""
_STRONGER: Final = 22
"""Per cent of black, or white, in what a button becomes under the pointer."""


@dataclass(frozen=True, slots=True)
class Shades:
    """A colour as one theme draws it: text and buttons, under the pointer, softly, and on it."""

    accent: Colour
    strong: Colour
    soft: Colour
    on: Colour


def colour_from(text: str) -> Colour:
    """Raises ColourRefused."""
    found = _HEX.fullmatch(text.strip().lower())
    if found is None:
        raise ColourRefused
    octets = bytes.fromhex(found[1])
    return octets[0], octets[1], octets[2]


def hex_of(colour: Colour) -> str:
    """``0b5fff``"""
    return bytes(colour).hex()


def contrast(one: Colour, other: Colour) -> float:
    """From 1, the same, to 21, black on white."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def mixed(colour: Colour, other: Colour, *, percent: int) -> Colour:
    """The colour with so much of the other in it."""
    red, green, blue = (
        (kept * (100 - percent) + added * percent + 50) // 100
        for kept, added in zip(colour, other, strict=True)
    )
    return red, green, blue


def light_shades(chosen: Colour) -> Shades:
    """On light pages: as chosen, or darker."""
    soft = mixed(WHITE, chosen, percent=_SOFT_OF_LIGHT)
    accent = _readable(chosen, towards=BLACK, on=(*_LIGHT, soft))
    return Shades(accent, mixed(accent, BLACK, percent=_STRONGER), soft, WHITE)


def dark_shades(chosen: Colour) -> Shades:
    """On dark pages: as chosen, or lighter."""
    soft = mixed(_DARK[0], chosen, percent=_SOFT_OF_DARK)
    accent = _readable(chosen, towards=WHITE, on=(*_DARK, soft, INK_ON_LIGHT))
    return Shades(accent, mixed(accent, WHITE, percent=_STRONGER), soft, INK_ON_LIGHT)


@lru_cache(maxsize=1_000)
def stylesheet(accent: str) -> str:
    """The few lines that give a page this colour, in both themes.

    Raises:
        ColourRefused
    """
    chosen = colour_from(accent)
    light, dark = _lines(light_shades(chosen)), _lines(dark_shades(chosen))
    return (
        f":root{{{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n"
        f":root[data-theme=dark]{{{dark}}}\n"
    )


def _lines(shades: Shades) -> str:
    told = {
        "accent": shades.accent,
        "accent-strong": shades.strong,
        "accent-soft": shades.soft,
        "on-accent": shades.on,
        "focus": shades.accent,
    }
    return "".join(f"--{name}:#{hex_of(colour)};" for name, colour in told.items())


def _readable(chosen: Colour, *, towards: Colour, on: tuple[Colour, ...]) -> Colour:
    for step in range(STEPS + 1):
        tried = mixed(chosen, towards, percent=100 * step // STEPS)
        if all(contrast(tried, below) >= LEAST_CONTRAST for below in on):
            return tried
    return towards


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
