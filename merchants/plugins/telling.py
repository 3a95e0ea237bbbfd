"""A shop's plugins and what they said of buyers, for the shop that asks to see all that is held
about it."""

from gateway.compliance.retaining.collecting import Rows, Whom, register
from merchants.plugins.buyers import unseal_buyer
from merchants.plugins.models import AskedInvoice, Pairing

AT_ONCE = 500


def register_ours() -> None:
    """Called when the room starts."""
    register("plugins", plugins)
    register("plugin_invoices", plugin_invoices)


def plugins(whom: Whom) -> Rows | None:
    """Each plugin that has a key, and who gave it. No secret. One query."""
    if whom.kind != "shop":
        return None
    found = Pairing.objects.filter(shop_id=whom.id).order_by("id")
    return iter(
        found.values(
            "application",
            "identifier",
            "host",
            "permissions",
            "key_id",
            "paired_by_id",
            "paired_at",
        )
    )


def plugin_invoices(whom: Whom) -> Rows | None:
    """What plugins said of each invoice; of its buyer until they are forgotten. One query, read
    row by row."""
    if whom.kind != "shop":
        return None
    found = AskedInvoice.objects.filter(shop_id=whom.id).order_by("invoice_id")
    return (
        {
            "invoice_id": one.invoice_id,
            "options": one.options,
            "buyer": unseal_buyer(
                None if one.buyer is None else bytes(one.buyer), invoice_id=one.invoice_id
            ),
            "buyer_forgotten_at": one.forget_at,
        }
        for one in found.iterator(AT_ONCE)
    )
