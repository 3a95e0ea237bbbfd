"""Questions about payment links."""

from uuid import UUID

from gateway.events.cursors import PAGE_SIZE, Page, decode_cursor, newest_page, page_of
from gateway.shops.selectors import ShopView
from gateway.tenancy.scope import entered, statement_enters
from merchants.links.errors import PaymentLinkUnknown
from merchants.links.life import CAP_DIVISOR
from merchants.links.models import LinkInvoice, PaymentLink
from merchants.links.slugs import slug_read


def link_public(typed: str) -> PaymentLink:
    """The link that an address names: whoever has the address may see what a payer sees. Its shop
    is this session's scope from here on. One query, none for what can be no link.

    Raises:
        PaymentLinkUnknown: there is none.
    """
    slug = slug_read(typed)
    if slug is None:
        raise PaymentLinkUnknown
    with statement_enters():
        found = list(PaymentLink.objects.raw("SELECT * FROM links_open(%s)", [slug]))
    entered(found[0].shop_id if found else None)
    if not found:
        raise PaymentLinkUnknown
    return found[0]


def takes_payments(shop: ShopView, link: PaymentLink) -> bool:
    """Whether the shop could be paid by this link at all, were it open. No query.

    A link keeps the mode, the currency and the price that it was made with; the shop may change.
    """
    return (
        shop.is_active
        and shop.payout_address is not None
        and (shop.mode, shop.pricing_currency) == (link.mode, link.currency)
        and (link.price.least or 0) * CAP_DIVISOR <= shop.terms.max_open_lock_units
    )


def link_get(*, shop_id: UUID, link_id: UUID) -> PaymentLink:
    """One query.

    Raises:
        PaymentLinkUnknown: this shop has none with this id.
    """
    link = PaymentLink.objects.filter(shop_id=shop_id, id=link_id).first()
    if link is None:
        raise PaymentLinkUnknown
    return link


def links_page(
    *, shop_id: UUID, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[PaymentLink]:
    """A shop's links, newest first, with what each has taken. One query."""
    links = PaymentLink.objects.filter(shop_id=shop_id)
    return newest_page(links, cursor=cursor, size=size)


def link_invoices_page(
    *, link: PaymentLink, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[LinkInvoice]:
    """What came of a link, newest first, each with its invoice. One query."""
    drawn = LinkInvoice.objects.filter(link=link).select_related("invoice").order_by("-invoice_id")
    if cursor:
        drawn = drawn.filter(invoice_id__lt=decode_cursor(cursor))
    rows = list(drawn[: size + 1])
    return page_of(rows, size=size, last_id=rows[size - 1].invoice_id if len(rows) > size else None)
