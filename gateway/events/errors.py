"""The base of every refusal that a person or a program may be shown."""


class TillwayError(Exception):
    """A refusal with a stable code, a sentence for people and a way out.

    Attributes:
        code: stable, snake_case; programs branch on it.
        message: what is wrong, in a sentence.
        hint: what to do next; may be empty.
        field: the name of the input that is at fault, if one is.
        status: the HTTP status that fits.
        passes: whether the very same request may well succeed in a minute: the market was closed
            or the money not final yet, not the request wrong.
    """

    code = "refused"
    message = "This can't be done."
    hint = ""
    field: str | None = None
    status = 400
    passes = False

    def __init__(
        self,
        message: str | None = None,
        *,
        code: str | None = None,
        hint: str | None = None,
        field: str | None = None,
        status: int | None = None,
    ) -> None:
        self.code = code or type(self).code
        self.message = message or type(self).message
        self.hint = type(self).hint if hint is None else hint
        self.field = type(self).field if field is None else field
        self.status = status or type(self).status
        super().__init__(f"{self.code}: {self.message}")


class NotInTransaction(RuntimeError):
    """An event was emitted outside the transaction that makes it true: a programmer's error."""


class LeaseLost(RuntimeError):
    """Another process holds the lease now; whatever this one was doing must not be committed."""


class BadCursor(TillwayError):
    code = "bad_cursor"
    message = "This page cursor can't be read."
    hint = "Start again without a cursor."
    field = "cursor"
