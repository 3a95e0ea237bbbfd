"""What can be wrong with what a person asks of a notice."""

from gateway.events.errors import TillwayError


class NoticeUnknown(TillwayError):
    code = "notice_unknown"
    message = "There is no such notice among yours."
    hint = "It may be another shop's, or your role is not told of it."
    status = 404


class NoticeTaken(TillwayError):
    code = "notice_taken"
    message = "Somebody else has taken this on already."
    hint = "The page says who."
    status = 409


class NoticeOver(TillwayError):
    code = "notice_over"
    message = "This is over: nothing is left to be taken on."
    status = 409
