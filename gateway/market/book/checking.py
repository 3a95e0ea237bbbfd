"""What is no order at all: refused before anything happens. Pure."""

from __future__ import annotations

from typing import NoReturn

from gateway.market.book.errors import (
    CannotRest,
    NoOwner,
    NotAnInteger,
    PriceNotPositive,
    PriceTooLarge,
    QuantityNotPositive,
    QuantityTooLarge,
    SliceRefused,
)
from gateway.market.book.events import (
    LARGEST,
    MOST_SLICES,
    TimeInForce,
)

GTC, POST_ONLY = TimeInForce.GTC, TimeInForce.POST_ONLY


def check_slice(time_in_force: TimeInForce, shown: int, quantity: int) -> None:
    if type(shown) is not int:
        raise NotAnInteger(field="shown")
    if time_in_force is not GTC and time_in_force is not POST_ONLY:
        raise CannotRest
    if not 0 < shown <= quantity or quantity > shown * MOST_SLICES:
        raise SliceRefused


def refuse(price: object, quantity: object, owner: str) -> NoReturn:
    check_price(price)
    check_quantity(quantity)
    assert not owner
    raise NoOwner


def check_price(price: object) -> None:
    if type(price) is not int:
        raise NotAnInteger(field="price")
    if not 0 < price <= LARGEST:
        raise PriceNotPositive if price <= 0 else PriceTooLarge


def check_quantity(quantity: object) -> None:
    if type(quantity) is not int:
        raise NotAnInteger(field="quantity")
    if not 0 < quantity <= LARGEST:
        raise QuantityNotPositive if quantity <= 0 else QuantityTooLarge
