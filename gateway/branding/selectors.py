"""What a shop looks like. Every page that its customers see asks: remembered for a moment."""

import time
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import connection

from gateway.branding.colours import Colour, colour_from, light_shades
from gateway.branding.models import ShopBrand

REMEMBERED_SECONDS: Final = 30.0
MOST_REMEMBERED: Final = 5_000


@dataclass(frozen=True, slots=True)
class Brand:
    """A shop's colour (six digits, or empty) and the address of its logo (or empty)."""

    accent: str = ""
    logo_path: str = ""

    @property
    def style_path(self) -> str:
        return f"/brand/{self.accent}.css" if self.accent else ""


@dataclass(frozen=True, slots=True)
class PrintedBrand:
    """What a shop's papers look like.

    Attributes:
        ink: its colour, dark enough to be read on white; None for the house's black.
        logo: a PNG, or nothing.
    """

    ink: Colour | None = None
    logo: bytes = b""


_remembered: dict[UUID, tuple[float, Brand]] = {}


def brand_of(shop_id: UUID) -> Brand:
    """Within the shop's scope. One query, none within half a minute of another."""
    until, known = _remembered.get(shop_id, (0.0, Brand()))
    if time.monotonic() < until:
        return known
    found = brand_now(shop_id)
    if len(_remembered) >= MOST_REMEMBERED:
        _remembered.clear()
    _remembered[shop_id] = (time.monotonic() + REMEMBERED_SECONDS, found)
    return found


def brand_now(shop_id: UUID) -> Brand:
    """As it is, for who changes it. One query."""
    row = ShopBrand.objects.filter(shop_id=shop_id).values_list("accent", "logo_tag").first()
    if row is None:
        return Brand()
    accent, tag = row
    return Brand(accent, f"/brand/{shop_id}/{tag}.png" if tag else "")


def brand_printed(shop_id: UUID) -> PrintedBrand:
    """For paper. One query."""
    row = ShopBrand.objects.filter(shop_id=shop_id).values_list("accent", "logo").first()
    if row is None:
        return PrintedBrand()
    accent, logo = row
    ink = light_shades(colour_from(accent)).accent if accent else None
    return PrintedBrand(ink, bytes(logo or b""))


def brand_forget(shop_id: UUID) -> None:
    """It changed: this process looks again at once, the others within half a minute."""
    _remembered.pop(shop_id, None)


def logo_of(*, shop_id: UUID, tag: str) -> bytes | None:
    """The logo of that name; None if it is the shop's no longer. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT branding_logo(%s, %s)", [shop_id, tag])
        (logo,) = cursor.fetchone()
    return None if logo is None else bytes(logo)
