from gateway.events.errors import TillwayError


class MakersUnreadable(TillwayError):
    code = "makers_unreadable"
    message = "MAKERS can't be read."
    hint = "See docs/reference/makers.md for its fields."
    status = 500


class MakerUnknown(TillwayError):
    code = "maker_unknown"
    message = "There is no such maker."
    hint = "`manage.py makers list` shows those there are."
    status = 404


class QuoteGone(TillwayError):
    """An order was taken, superseded or has run out meanwhile."""

    code = "firm_quote_gone"
    message = "This firm quote can't be taken any more."
    status = 409
