from gateway.events.errors import TillwayError


class BadIban(TillwayError):
    code = "bad_iban"
    message = "This is no IBAN."
    hint = "Copy it from the bank's papers; spaces don't matter."
    field = "iban"
    status = 422


class BadBic(TillwayError):
    code = "bad_bic"
    message = "This is no BIC."
    hint = "It has 8 or 11 characters; it may be left out."
    field = "bic"
    status = 422


class BicMissing(TillwayError):
    code = "bic_missing"
    message = "A bank in this country is found by its BIC only."
    hint = "It stands beside the IBAN on the bank's papers."
    field = "bic"
    status = 422


class BadHolder(TillwayError):
    code = "bad_holder"
    message = "This name can't be written in a bank's characters."
    hint = "Name the account's holder in Latin letters."
    field = "holder"
    status = 422


class BadMessage(TillwayError):
    """A payment message that we would not write."""

    code = "bad_bank_message"
    message = "This payment message can't be written."
    status = 422


class BankFileRefused(TillwayError):
    """A message of a bank that is not, or not provably, what it says: nothing of it is taken."""

    code = "bank_file_refused"
    message = "This file can't be taken."
    hint = "Ask the bank for it anew; nothing of it was booked."
    status = 422


class StatementRefused(BankFileRefused):
    code = "bank_statement_refused"
    message = "This statement can't be taken."


class BankFileUnknown(TillwayError):
    code = "bank_file_unknown"
    message = "There is no such file."
    status = 404


class BankFileConflict(TillwayError):
    code = "bank_file_conflict"
    message = "This file has left otherwise."
    status = 409


class NothingToPay(TillwayError):
    code = "nothing_to_pay"
    message = "No payout waits for a file."
    status = 409


class BankAccountUnknown(TillwayError):
    code = "bank_account_unknown"
    message = "There is no such bank account."
    status = 404


class EntryNotForPeople(TillwayError):
    code = "bank_entry_not_for_people"
    message = "Nobody has to deal with this entry."
    hint = "`manage.py bank_entries list` shows those that wait, and needs a name and a reason."
    status = 409


class NoStatement(TillwayError):
    code = "no_statement"
    message = "No statement of this bank was loaded yet."
    hint = "`manage.py bank_statement_load` takes them."
    status = 409
