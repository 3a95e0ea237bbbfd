"""What can be refused about what a shop sells, each with a stable code."""

from gateway.events.errors import TillwayError


class ItemNotFound(TillwayError):
    code = "item_not_found"
    message = "There is no such item in this shop."
    hint = "GET /v1/items lists them; archived ones with archived=yes."
    status = 404


class CodeUnknown(TillwayError):
    code = "code_unknown"
    message = "Nothing that is sold here has this code."
    hint = "Scan it again, or put it on as an amount."
    field = "code"
    status = 404


class ItemInvalid(TillwayError):
    """A field of an item that can't be; ``field`` says which."""

    code = "item_invalid"
    hint = "Correct the field and try again."


class SkuTaken(TillwayError):
    code = "sku_taken"
    message = "Another item of this shop has this SKU."
    hint = "Archive that one, or choose another SKU."
    field = "sku"
    status = 409


class BarcodeTaken(TillwayError):
    code = "barcode_taken"
    message = "Another item of this shop has this barcode."
    hint = "Archive that one, or check what was scanned."
    field = "barcode"
    status = 409


class ItemArchived(TillwayError):
    code = "item_archived"
    message = "This item is archived."
    hint = "Take it back into the catalogue first."
    status = 409


class CatalogueFull(TillwayError):
    code = "catalogue_full"
    message = "A shop keeps at most 5000 items."
    hint = "Archive what you no longer sell."
    status = 409


class GroupNotFound(TillwayError):
    code = "group_not_found"
    message = "There is no such group of modifiers in this shop."
    hint = "GET /v1/modifier-groups lists them."
    field = "groups"


class GroupInvalid(TillwayError):
    code = "group_invalid"
    message = "A group needs a name, 1 to 50 modifiers, and a least and most that fit them."
    hint = "Name each modifier once; the least chosen can't pass the most."


class ChoiceInvalid(TillwayError):
    code = "choice_invalid"
    message = "These modifiers can't be chosen for this item."
    hint = "Choose as many of each group as it asks for."


class FileUnreadable(TillwayError):
    code = "file_unreadable"
    message = "This is no CSV file of items."
    hint = "Begin with a line of column names: name and price at least; UTF-8, at most 2 MB."
    field = "file"
