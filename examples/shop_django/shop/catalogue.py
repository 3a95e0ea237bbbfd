"""What is sold here, in euro cents. A shop of yours has a table for it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    slug: str
    name: str
    words: str
    cents: int

    @property
    def price(self) -> str:
        return euros(self.cents)


PRODUCTS = {
    product.slug: product
    for product in (
        Product("espresso", "Espresso blend", "250 g, dark, whole beans", 890),
        Product("filter", "Filter roast", "250 g, light, from one farm", 1_150),
        Product("cup", "Stoneware cup", "Thrown by hand, 180 ml", 1_800),
        Product("grinder", "Hand grinder", "Steel burrs, for a lifetime", 6_400),
    )
}


def euros(cents: int) -> str:
    """``12.50``: a plain decimal, never a float."""
    return f"{cents // 100}.{cents % 100:02}"
