"""A shop's face: ``{% brand_style %}`` in a page's head, ``{% brand_mark %}`` beside its name."""

from uuid import UUID

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from gateway.branding.selectors import brand_of

register = template.Library()


@register.simple_tag
def brand_style(shop_id: UUID | str) -> SafeString:
    """The link to the shop's colour; nothing where it has none."""
    path = brand_of(UUID(str(shop_id))).style_path
    return format_html('<link rel="stylesheet" href="{}">', path) if path else SafeString("")


@register.simple_tag
def brand_mark(shop_id: UUID | str, name: str) -> SafeString:
    """The shop's logo beside its name, or the first letter of that."""
    path = brand_of(UUID(str(shop_id))).logo_path
    if path:
        return format_html('<img class="brand-logo" src="{}" alt="" decoding="async">', path)
    return format_html('<span class="monogram" aria-hidden="true">{}</span>', name[:1].upper())
