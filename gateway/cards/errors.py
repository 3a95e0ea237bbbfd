from gateway.events.errors import TillwayError


class CardsNotTaken(TillwayError):
    code = "cards_not_taken"
    message = "This shop takes no cards."
    hint = "Its owner sees under Bank payouts what is missing for them."
    status = 422


class CardAmountTooSmall(TillwayError):
    code = "card_amount_too_small"
    message = "This amount is too small for a card."
    hint = "Let it be paid in tokens or in cash."
    status = 422


class InvoiceTakesNoCard(TillwayError):
    code = "invoice_takes_no_card"
    message = "A card can't pay this invoice."
    hint = "A card pays the whole of an invoice that is open and that no token was paid to."
    status = 409


class CardTenderUnknown(TillwayError):
    code = "card_tender_unknown"
    message = "There is no such card payment."
    hint = "One that is over is told by the invoice."
    status = 404


class OnrampNotOffered(TillwayError):
    code = "onramp_not_offered"
    message = "This can't be bought with a card here."
    status = 409


class ReaderUnknown(TillwayError):
    code = "reader_unknown"
    message = "There is no such card reader."
    hint = "GET /v1/readers lists those of the shop."
    status = 404


class ReaderPlaceMissing(TillwayError):
    code = "reader_place_missing"
    message = "The first card reader needs the address where it stands."
    status = 422


class ReaderCodeWrong(TillwayError):
    code = "reader_code_wrong"
    message = "A card reader needs a name and the code that it shows."
    hint = "On the device: Settings, then Generate pairing code."
    status = 422


class ReaderLabelTaken(TillwayError):
    code = "reader_label_taken"
    message = "Another card reader of this shop has that name."
    status = 409


class ReaderBusyNow(TillwayError):
    code = "reader_busy_now"
    message = "This card reader is asking for a card right now."
    hint = "Wait until that sale is paid, or stop it first."
    status = 409
    passes = True


class ReaderNotReady(TillwayError):
    code = "reader_not_ready"
    message = "This card reader isn't connected yet, or not any more."
    hint = "Its owner sees under Settings what it lacks."
    status = 409
    passes = True


class CardPageOpen(TillwayError):
    code = "card_page_open"
    message = "The customer had a card page open; it is being closed."
    hint = "Try again in a few seconds."
    status = 409
    passes = True


class CardBeingCharged(TillwayError):
    code = "card_being_charged"
    message = "A card is being charged for this sale already."
    hint = "Wait until the sale is paid; it can be refunded then."
    status = 409


class CardNotUnclear(TillwayError):
    code = "card_not_unclear"
    message = "Nobody has to decide about this card payment."
    hint = "`manage.py cards unclear` lists those that wait for a person."
    status = 409
