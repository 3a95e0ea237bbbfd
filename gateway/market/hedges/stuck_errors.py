"""Why a person's word on what is stuck at an exchange is not taken."""

from gateway.events.errors import TillwayError


class NotStuck(TillwayError):
    code = "not_stuck"
    message = "Nobody waits for a person's word on it."
    hint = "Only what an exchange was asked for, and never told of, can be said of."
    status = 409


class NotAskedLately(TillwayError):
    code = "exchange_not_asked_lately"
    message = "The exchange was not asked about it in the last minutes."
    hint = "It is asked every half minute; look whether the workers run."
    status = 409


class ExchangeTells(TillwayError):
    code = "exchange_tells"
    message = "The exchange itself tells of it, otherwise."
    hint = "It goes on by the exchange's word; look at it again in a minute."
    status = 409


class TooEarly(TillwayError):
    code = "too_early_to_say"
    message = "It may still show by itself."
    hint = "Wait ten minutes where the exchange does not know it, an hour where it is silent."
    status = 409


class NotOfIt(TillwayError):
    code = "not_of_it"
    message = "That can't be of it."
    status = 422
