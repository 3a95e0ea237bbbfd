"""What a room says of its mails."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from gateway.mail.rows import MailRow
from gateway.outside.mail import Message

Row = TypeVar("Row", bound=MailRow)


def _nothing_more(row: MailRow, now: datetime) -> None:
    """Nobody waits for the news that a mail was given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet(Generic[Row]):
    """One table of mails.

    Attributes:
        name: of the room, in measures and logs.
        rows: the table.
        write: what a mail says, to whom. Called anew for each attempt, outside of any transaction,
            so that no text lies in the database. A ``TillwayError`` from it gives the mail up.
        emptied: columns that nobody needs once the mail has ended, with what they hold then.
        given_up: what follows when a mail could not be sent, in the transaction that says so.
        at_a_time: mails of one run.
    """

    name: str
    rows: type[Row]
    write: Callable[[Row], Message]
    emptied: Mapping[str, Any]
    given_up: Callable[[Row, datetime], None] = _nothing_more
    at_a_time: int = 100
