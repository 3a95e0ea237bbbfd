"""The plugins that we know by name: which permissions each wants of its key, and which of the
protocol's answers it can't read. Pure.

Three of them compare a key's permissions with a list of their own and take neither fewer nor more,
so a key that is made by hand for one holds that very list. Read in their sources:

- WooCommerce 2.8.0 (github.com/btcpayserver/woocommerce-greenfield-plugin, 2a8fd70):
  ``GreenfieldApiAuthorization`` wants four, and lets two more be there.
- PrestaShop 6.1.3 (github.com/btcpayserver/prestashop-plugin, f9b2914): ``Constants`` and
  ``ValidateApiKey`` want six. Its library (greenfield-php 2.4.0) reads a store's payment methods by
  their names, as servers before 2.0 told them.
- Magento 2.0.11 (github.com/btcpayserver/magento2-plugin, 4d161f8): ``Helper/Data`` wants five.
  ``BTCPayService.getPaymentInfo`` refuses an invoice whose payment methods are of two currencies,
  whatever was paid.
- OpenCart 4.2.2 (github.com/btcpayserver/opencart, 9e87e5e) compares nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from merchants.plugins import permissions as may


@dataclass(frozen=True, slots=True)
class KnownPlugin:
    """A plugin.

    Attributes:
        name: what it calls itself; empty: any that only takes money in.
        permissions: what its key is to hold.
        identifier: its name for its kind when it asks to be paired; empty: it says none.
    """

    name: str
    permissions: tuple[str, ...]
    identifier: str = ""


TAKES_MONEY: Final = KnownPlugin("", may.TAKE_MONEY)
WOOCOMMERCE: Final = KnownPlugin(
    "WooCommerce",
    (
        may.VIEW_INVOICES,
        may.CREATE_INVOICE,
        may.VIEW_STORE,
        may.CHANGE_INVOICES,
        may.REFUND_WITH_APPROVAL,
        may.WEBHOOKS,
    ),
)
PRESTASHOP: Final = KnownPlugin(
    "PrestaShop",
    (
        may.CHANGE_STORE,
        may.WEBHOOKS,
        may.VIEW_STORE,
        may.CREATE_INVOICE,
        may.VIEW_INVOICES,
        may.CHANGE_INVOICES,
    ),
    identifier="btcpay",
)
MAGENTO: Final = KnownPlugin(
    "Magento",
    (
        may.VIEW_INVOICES,
        may.CREATE_INVOICE,
        may.WEBHOOKS,
        may.VIEW_STORE,
        may.CHANGE_INVOICES,
    ),
    identifier="magento2",
)
BY_HAND: Final[Mapping[str, KnownPlugin]] = {
    "plugin": TAKES_MONEY,
    "woocommerce": WOOCOMMERCE,
    "prestashop": PRESTASHOP,
}
"""Whom a key is made for by hand, by the form's word for them. Magento's has no field for one."""


def reads_methods_by_name(identifier: str) -> bool:
    """Whether a store's payment methods are told as an object, each under its name."""
    return identifier == PRESTASHOP.identifier


def reads_one_currency(identifier: str) -> bool:
    """Whether an invoice's payment methods are, once one was paid, those that were."""
    return identifier == MAGENTO.identifier
