"""What can be refused about a ticket, each with a stable code."""

from gateway.events.errors import TillwayError


class TicketNotFound(TillwayError):
    code = "ticket_not_found"
    message = "There is no such ticket in this shop."
    hint = "Look it up among the open and parked ones."
    status = 404


class TicketNotNow(TillwayError):
    code = "ticket_not_now"
    hint = "Look at the ticket again: it went on meanwhile."
    status = 409

    def __init__(self, state: str) -> None:
        super().__init__(f"This ticket is {state} and no longer takes this step.")


class TicketHasMoney(TillwayError):
    code = "ticket_has_money"
    message = "Money came in for this ticket, or is on its way."
    hint = "Let it be paid, then refund what was paid."
    status = 409


class TicketEmpty(TillwayError):
    code = "ticket_empty"
    message = "This ticket comes to nothing."
    hint = "Put something on it first, or take a discount off."
    status = 409


class LineNotFound(TillwayError):
    code = "line_not_found"
    message = "There is no such line on this ticket."
    hint = "Look at the ticket again: it was taken off meanwhile."
    status = 404


class LineInvalid(TillwayError):
    code = "line_invalid"
    message = "A line needs a price, and a quantity of more than nothing."
    hint = "Prices are minor units of the shop's currency, quantities thousandths."


class ItemNotSold(TillwayError):
    code = "item_not_sold"
    message = "This item isn't sold now: it is archived, sold out, or of another currency."
    hint = "Have the till read the catalogue again."
    status = 409


class TicketFull(TillwayError):
    code = "ticket_full"
    message = "A ticket has at most 200 lines."
    hint = "Begin another one."
    status = 409


class DiscountInvalid(TillwayError):
    code = "discount_invalid"
    message = "A discount is an amount, or a percentage of at most 100."
    hint = "Correct it and try again."
    field = "discount"


class TipInvalid(TillwayError):
    code = "tip_invalid"
    message = "A tip is an amount that isn't negative."
    hint = "Correct it and try again."
    field = "tip"


class SplitInvalid(TillwayError):
    code = "split_invalid"
    message = "A bill splits into 1 to 20 parts that each have something to pay."
    hint = "Give every line to somebody, and everybody something."


class PartNotFound(TillwayError):
    code = "part_not_found"
    message = "This ticket has no such part."
    hint = "Its parts are numbered from 1."
    status = 404


class PartPaid(TillwayError):
    code = "part_paid"
    message = "This part of the ticket is paid already."
    hint = "Look at the ticket again for what is left."
    status = 409


class PartHasMoney(TillwayError):
    code = "part_has_money"
    message = "A payment for this part is on its way."
    hint = "Wait until it is confirmed, or has run out."
    status = 409


class CashTooLittle(TillwayError):
    code = "cash_too_little"
    message = "Type what was given."
    hint = "Cash is counted in minor units, and is more than nothing."
    field = "given"


class CashBackTooMuch(TillwayError):
    code = "cash_back_too_much"
    message = "That is more than is left of the cash that was taken for this ticket."
    hint = "What tokens or a card paid goes back from its own sale."
    field = "amount"
    status = 409


class ReasonMissing(TillwayError):
    code = "reason_missing"
    message = "This needs a reason."
    hint = "Say it in a few words."
    field = "reason"


class NothingToRepeat(TillwayError):
    code = "nothing_to_repeat"
    message = "There is no paid ticket to repeat, or nothing of it is sold any more."
    status = 404


class ActKeyReused(TillwayError):
    code = "act_key_reused"
    message = "This key was used for another act."
    hint = "Use a new key for each tap; repeat a tap with all it said."
    status = 422


class ActKeyInvalid(TillwayError):
    code = "act_key_invalid"
    message = "Each act at a till carries a key of 1 to 100 characters."
