"""What can be refused about a receipt, each with a stable code."""

from gateway.events.errors import TillwayError


class DocumentNotFound(TillwayError):
    code = "receipt_not_found"
    message = "There is no such receipt in this shop."
    status = 404


class NotPaidYet(TillwayError):
    code = "receipt_not_paid"
    message = "Only what is paid has a receipt."
    hint = "Wait until it is paid."
    status = 409


class MailAddressInvalid(TillwayError):
    code = "receipt_mail_address"
    message = "That is no mail address."
    field = "address"


class TooManyMails(TillwayError):
    code = "receipt_mails_too_many"
    message = "This receipt was mailed as often as one may be."
    hint = "Show the code: it opens the receipt on the customer's phone."
    status = 429


class ShopMailsThrottled(TillwayError):
    code = "receipt_mails_throttled"
    message = "This shop had too many receipts mailed in a short time."
    hint = "Show the code: it opens the receipt on the customer's phone."
    status = 429

    def __init__(self, *, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__()


class PrinterUnknown(TillwayError):
    code = "printer_unknown"
    message = "There is no such printer in this shop."
    hint = "Look at the list of printers."
    status = 404


class PrinterInvalid(TillwayError):
    code = "printer_invalid"
    message = "A printer needs a name, a port, and 32, 42 or 48 characters on a line."


class PrinterNameTaken(TillwayError):
    code = "printer_name_taken"
    message = "Another printer of this shop has that name."
    field = "name"
    status = 409


class PrintersFull(TillwayError):
    code = "printers_full"
    message = "A shop has at most 20 printers."
    hint = "Remove one that is not used any more."
    status = 409


class HeadingInvalid(TillwayError):
    code = "heading_invalid"
    message = "This is longer than a receipt holds."


class KeyInvalid(TillwayError):
    code = "receipt_key_invalid"
    message = "Each tap carries a key of 1 to 100 characters, of its own."
    status = 422
