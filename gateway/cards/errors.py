from gateway.events.errors import TillwayError


class CardsNotTaken(TillwayError):
    code = "cards_not_taken"
    message = "This shop takes no cards."
    hint = "Its owner sees under Bank payouts what is missing for them."
    status = 422


class CardAmountTooSmall(TillwayError):
    code = "card_amount_too_small"
    message = "This amount is too small for a card."
    status = 422


class InvoiceTakesNoCard(TillwayError):
    code = "invoice_takes_no_card"
    message = "A card can't pay this invoice."
    hint = "A card pays the whole of an invoice that is open and that no token was paid to."
    status = 409


class CardTenderUnknown(TillwayError):
    code = "card_tender_unknown"
    message = "There is no such card payment."
    status = 404


class OnrampNotOffered(TillwayError):
    code = "onramp_not_offered"
    message = "This can't be bought with a card here."
    status = 409
