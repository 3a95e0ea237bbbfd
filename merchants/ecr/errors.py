"""What a cash register can be refused, each with a stable code."""

from gateway.events.errors import TillwayError


class RegisterUnknown(TillwayError):
    code = "ecr_key_without_till"
    message = "This key is no cash register's: it acts at no till."
    hint = "Make a key for the till on the dashboard, under Settings, Tills, Beside the till."
    status = 404


class TransactionUnknown(TillwayError):
    code = "ecr_transaction_unknown"
    message = "This till has no such transaction."
    hint = "Nothing was asked for under this number: it is safe to start it."
    status = 404


class NumberInvalid(TillwayError):
    code = "ecr_transaction_invalid"
    message = "A transaction's number has 1 to 40 letters, digits, points, hyphens or underscores."
    hint = "Send your register's own number."
    field = "transaction"


class NumberUsed(TillwayError):
    code = "ecr_transaction_used"
    message = "This number is another transaction's."
    hint = "A number is good once at a till: put the date before it if yours begin anew each day."
    field = "transaction"
    status = 409


class RegisterBusy(TillwayError):
    code = "ecr_busy"
    hint = "Wait for it, or cancel it, then start this one."
    status = 409

    def __init__(self, number: str) -> None:
        super().__init__(f"Transaction {number} is not done at this till.", field="transaction")


class CountMissing(TillwayError):
    code = "ecr_count_missing"
    message = "A shift is open at this till: it closes with a count of the drawer."
    hint = "Send counted, the cash that is in the drawer."
    field = "counted"
