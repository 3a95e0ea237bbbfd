"""What can be refused beside the till, each with a stable code."""

from gateway.events.errors import TillwayError


class StickerUnknown(TillwayError):
    code = "sticker_unknown"
    message = "There is no such sticker."
    hint = "Scan it again, or ask the shop."
    status = 404


class StickerBusy(TillwayError):
    code = "sticker_busy"
    message = "Too much is asked of this sticker at one time."
    hint = "Wait for the seconds in Retry-After, or scan the code on the till's screen."
    status = 429
    passes = True

    def __init__(self, *, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


class DisplayUnpaired(TillwayError):
    code = "display_unpaired"
    message = "This screen is not paired with a till."
    hint = "Have the till show a code for it."
    status = 403


class DisplayCodeWrong(TillwayError):
    code = "display_code_wrong"
    message = "This code pairs no display."
    hint = "A code is good once, for ten minutes: have the till show a new one."
    field = "code"
    status = 404


class DisplaysFull(TillwayError):
    code = "displays_full"
    message = "This till has as many displays as it may have."
    hint = "Take one off on the dashboard first."
    status = 409


class TipNotAsked(TillwayError):
    code = "tip_not_asked"
    message = "The till doesn't ask for a tip now."
    hint = "Ask the cashier."
    status = 409


class ArrivalUnknown(TillwayError):
    code = "arrival_unknown"
    message = "Nothing of that sale is left to say."
    hint = "Look at the sale itself."
    status = 404
