"""What a shop that moves in is told when something can't be."""

from gateway.events.errors import TillwayError


class MoveNotFound(TillwayError):
    code = "move_not_found"
    message = "This shop has no such move."
    status = 404


class MoveElsewhere(TillwayError):
    """The move is not where this act belongs: it went on meanwhile, or ended."""

    code = "move_elsewhere"
    message = "This move has gone on meanwhile."
    hint = "Look at it again."
    status = 409


class MoveUnderWay(TillwayError):
    code = "move_under_way"
    message = "Another move of this shop is under way."
    hint = "Wait for its end, or stop it."
    status = 409


class ExportUnreadable(TillwayError):
    """A file that is none of the exports we know."""

    code = "export_unreadable"
    message = "This is none of the exports that we can read."
    hint = "CSV or JSON, UTF-8, as BTCPay Server or Bitcart wrote it."
    field = "file"


class ExportTooLarge(TillwayError):
    code = "export_too_large"
    message = "This file is too large."
    hint = "Export a shorter span of time, and bring the files in one after the other."
    field = "file"
    status = 413


class KeyMissing(TillwayError):
    code = "old_key_missing"
    message = "An API key is needed."
    field = "key"


class KeyNoText(TillwayError):
    code = "old_key_no_text"
    message = "That is no API key."
    hint = "Copy it whole, without blanks."
    field = "key"


class OldKeyRefused(TillwayError):
    code = "old_key_refused"
    message = "The old server does not know this key."


class OldKeyLacks(TillwayError):
    code = "old_key_lacks"
    message = "The old server's key may not read this."


class OldServerOther(TillwayError):
    """What answers speaks another language: a wrong address, a redirect, another program."""

    code = "old_server_other"
    message = "What answers there is not the API of this program."


class OldAnswerTooLarge(TillwayError):
    code = "old_answer_too_large"
    message = "The old server's answer is too large to be read."


class OldStoreGone(TillwayError):
    code = "old_store_gone"
    message = "The old server shows no store to this key."


class OldServerRepeats(TillwayError):
    """Another place of its list was asked for, and the same came again."""

    code = "old_server_repeats"
    message = "The old server tells the same rows again and again."


class TooManyRows(TillwayError):
    code = "too_many_rows"
    message = "There is more than one move brings over."


class TooManyUnread(TillwayError):
    code = "too_many_unread"
    message = "Too much of it can't be read."
