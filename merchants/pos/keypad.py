"""What the keypad shows, with a connection and without one."""

from typing import Any, Final

from gateway.checkout.hand_over import hand_over
from gateway.checkout.wording import FIAT_SIGNS
from gateway.money.assets import FIAT
from gateway.shops.selectors import ShopView
from merchants.pos.versions import app_version
from merchants.tills.selectors import TillSession, idle_time

KEYS: Final = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "00", "0")


def keypad(shop: ShopView, *, paired: TillSession | None) -> dict[str, Any]:
    """The context of ``pos/till.html`` that says nothing of any sale, and of nobody."""
    currency = FIAT[shop.pricing_currency]
    return {
        "shop": shop,
        "paired": paired,
        "keys": KEYS,
        "decimals": currency.decimals,
        "sign": FIAT_SIGNS.get(currency.code, currency.code),
        "zero": "0." + "0" * currency.decimals if currency.decimals else "0",
        "offline": hand_over({"release_goods": "wait", "exceptions": ()}, online=False),
        "lock_seconds": int(idle_time().total_seconds()),
        "app_version": app_version(),
    }
