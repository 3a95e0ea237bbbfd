"""Words for what a shop sells: why an item can't be so, its colours."""

from django.utils.translation import gettext as _

from gateway.events.errors import TillwayError
from merchants.catalogue.errors import ItemInvalid


def item_problem(error: TillwayError) -> str:
    """A refusal in the reader's language where we have it, else in its own words."""
    if isinstance(error, ItemInvalid):
        return _field_words(error.field or "") or error.message
    known = {
        "sku_taken": _("Another item has this SKU."),
        "barcode_taken": _("Another item has this barcode."),
        "item_archived": _("This item is archived. Restore it first."),
        "catalogue_full": _("A shop keeps at most 5000 items. Archive what you no longer sell."),
        "group_not_found": _("One of these groups of modifiers is there no more."),
        "group_invalid": _(
            "A group needs a name of its own, 1 to 50 modifiers that differ, and a least and most"
            " that fit them."
        ),
        "file_unreadable": _(
            "This is no CSV file of items: its first line names the columns, as in an export."
        ),
    }
    return known.get(error.code) or " ".join(filter(None, (error.message, error.hint)))


def _field_words(field: str) -> str:
    return {
        "name": _("A name has 1 to 80 characters."),
        "category": _("A category has at most 80 characters."),
        "price": _("That is not a price in the shop's currency."),
        "tax": _("A tax is a percentage such as 20 or 8.875, at most 100."),
        "sku": _("A SKU has at most 40 letters, digits and signs, without blanks."),
        "barcode": _("A barcode has at most 40 letters, digits and signs, without blanks."),
        "colour": _("There is no such colour."),
        "tile": _("A tile shows an emoji, or at most eight characters."),
        "position": _("A position is a whole number from 0 to 32000."),
        "tax_included": _("This column says yes or no."),
        "sold_out": _("This column says yes or no."),
    }.get(field, "")


def colour_word(colour: str) -> str:
    """What a tile's colour is called; "" is none."""
    return {
        "": _("None"),
        "grey": _("Grey"),
        "red": _("Red"),
        "orange": _("Orange"),
        "yellow": _("Yellow"),
        "green": _("Green"),
        "blue": _("Blue"),
        "purple": _("Purple"),
        "pink": _("Pink"),
    }[colour]
