"""The stylesheet's promises: contrast in both themes, motion, sizes, nothing from elsewhere."""

import re

import pytest
from django.conf import settings

CSS = (settings.BASE_DIR / "static" / "css" / "tillway.css").read_text()
LIGHT_PART, REST = CSS.split("@media (prefers-color-scheme: dark)", 1)
SYSTEM_DARK, CHOSEN_DARK = REST.split(':root[data-theme="dark"]', 1)


def _colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", css))


THEMES = {
    "light": _colours(LIGHT_PART),
    "dark": _colours(LIGHT_PART) | _colours(CHOSEN_DARK.split("@layer base", 1)[0]),
}
TEXT_ON = [
    *(
        (ink, ground)
        for ink in ("ink", "ink-2", "ink-3")
        for ground in ("canvas", "surface", "surface-2")
    ),
    ("ink-2", "surface-3"),
    ("ink-3", "surface-3"),
    *((tone, f"{tone}-soft") for tone in ("green", "amber", "red", "purple", "accent")),
    *(("ink", f"{tone}-soft") for tone in ("green", "amber", "red", "accent")),
    *((tone, "surface") for tone in ("green", "amber", "red", "purple", "accent")),
    ("accent", "canvas"),
    ("accent", "surface-2"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
]


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_can_be_read(theme, text, ground):
    colours = THEMES[theme]
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_edges_of_fields_and_the_focus_ring_can_be_seen(theme):
    colours = THEMES[theme]
    assert contrast(colours["line-strong"], colours["surface"]) >= 3
    assert contrast(colours["focus"], colours["surface"]) >= 3
    assert contrast(colours["focus"], colours["canvas"]) >= 3


def test_the_systems_dark_and_the_chosen_dark_are_one():
    system = _colours(SYSTEM_DARK.split("/* Meaning", 1)[0].split(':root[data-theme="light"]')[0])
    assert system == _colours(CHOSEN_DARK.split("/* Meaning", 1)[0])


def test_tap_targets_and_motion_are_minded():
    assert "--tap: 44px" in CSS
    assert "--tap-till: 56px" in CSS
    assert "prefers-reduced-motion" in CSS


def test_nothing_is_fetched_from_elsewhere():
    sources = [*(settings.BASE_DIR / "static").rglob("*.js"), *_templates(), None]
    for source in sources:
        text = CSS if source is None else source.read_text()
        assert not re.search(r"(?:src|import|url\()\s*[=(]?\s*[\"']?https?://", text), source


def test_no_page_holds_inline_script_or_style():
    for template in _templates():
        text = template.read_text()
        assert not re.search(r"\sstyle\s*=|<style|\son\w+\s*=\s*[\"']", text), template
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), template


def test_logical_properties_keep_pages_right_for_right_to_left_readers():
    physical = r"(?:margin|padding|border)-(?:left|right)|(?<![-\w])(?:left|right)\s*:"
    assert not re.search(physical, CSS)


def _templates():
    """Those of pages; a report is a file of its own, which has to bring its style along."""
    templates = settings.BASE_DIR / "templates"
    # A report is a file of its own; mailboxes drop all style that isn't inline.
    return [
        path
        for path in templates.rglob("*.html")
        if "backtest" not in path.parts and path.name != "mail.html"
    ]
