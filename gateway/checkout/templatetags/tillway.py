"""Filters and tags of the pages."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from gateway.checkout import badges, claim_screens, wording
from gateway.checkout.icons import COIN_OTHER, COINS, ICONS
from gateway.invoices.qr import qr_svg_path

register = template.Library()

register.filter("grouped", wording.grouped)
register.filter("trimmed", wording.trimmed)
register.filter("symbol", wording.asset_symbol)
register.filter("short_hex", wording.short_hex)
register.filter("exception_word", badges.exception_word)
register.filter("deposit_word", badges.deposit_word)
register.filter("refund_word", claim_screens.refund_word)


@register.simple_tag
def money(plain: str, currency: str) -> str:
    """``{% money "12.50" "EUR" %}`` → €12.50"""
    return wording.money_text(str(plain), str(currency))


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An icon that says nothing to a screen reader: the word beside it does."""
    return format_html(
        '<svg class="icon {}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round" '
        'aria-hidden="true" focusable="false">{}</svg>',
        extra,
        mark_safe(ICONS[name]),  # noqa: S308 (our own constant)
    )


@register.simple_tag
def coin(symbol: str) -> SafeString:
    """A token's disc with its first letters; no outside logo is fetched."""
    return format_html(
        '<svg class="coin" viewBox="0 0 36 36" aria-hidden="true" focusable="false">'
        '<circle cx="18" cy="18" r="18" fill="{}"/><text x="18" y="22.5">{}</text></svg>',
        COINS.get(symbol, COIN_OTHER),
        symbol[:2] if symbol[:1] != "W" else symbol[1:3],
    )


@register.simple_tag
def qr(text: str, label: str) -> SafeString:
    """A QR code as one path, dark on white in every theme, with its four-module quiet zone."""
    size, path = qr_svg_path(text)
    return format_html(
        '<svg viewBox="0 0 {0} {0}" role="img" aria-label="{1}" shape-rendering="crispEdges">'
        '<path fill="#fff" d="M0 0h{0}v{0}H0z"/><path fill="#000" d="{2}"/></svg>',
        size,
        label,
        path,
    )


@register.simple_tag
def address(text: str) -> SafeString:
    """An address whose first and last characters stand out, since those are what one compares."""
    return format_html(
        '<span class="address"><b>{}</b>{}<b>{}</b></span>', *wording.address_ends(text)
    )


@register.simple_tag
def badge(status: str, exceptions: Any = ()) -> SafeString:
    """An invoice's status in a list."""
    found = badges.status_badge(status, exceptions)
    return format_html(
        '<span class="badge tone-{}">{}{}</span>', found.tone, icon(found.icon), found.word
    )
