"""What a person who acts on hedges and moves is refused."""

from gateway.events.errors import TillwayError


class HedgeNotPossible(TillwayError):
    code = "hedge_not_possible"
    message = "This can't be converted now."
    status = 422


class AboveHandLimit(TillwayError):
    code = "above_hand_limit"
    hint = "Ask for less; HEDGING's most_by_hand_usd_cents is the limit of one order."
    status = 422

    def __init__(self, *, cents: int, limit_cents: int) -> None:
        self.limit_cents = limit_cents
        super().__init__(
            f"This is worth ${cents // 100:,}; one order by hand is of at most"
            f" ${limit_cents // 100:,}."
        )


class HedgeUnderWay(TillwayError):
    code = "hedge_under_way"
    message = "A hedge of this asset, or one that spends the same token, is under way."
    hint = "Wait until it is over, or call it off if nothing of it has left."
    status = 409


class TransactionUnderWay(TillwayError):
    code = "transaction_under_way"
    message = "A transaction of it is under way and can't be called back."
    hint = "Try again once it is final."
    status = 409


class NotToBeCalledOff(TillwayError):
    code = "not_to_be_called_off"
    message = "It is over, or has left already."
    status = 409
