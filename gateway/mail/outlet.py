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
        ended: what else the row says once it has ended, by whether it was sent and when: nothing,
            where it named somebody.
        given_up: what follows when a mail could not be sent, in the transaction that says so.
        waits: the room's word for a mail that waits for its turn.
        at_a_time: mails of one run.
    """

    name: str
    rows: type[Row]
    write: Callable[[Row], Message]
    ended: Callable[[bool, datetime], Mapping[str, Any]]
    given_up: Callable[[Row, datetime], None] = _nothing_more
    waits: str = "pending"
    at_a_time: int = 100

    @property
    def open(self) -> tuple[str, str]:
        """States of a mail that has not ended."""
        return (self.waits, "sending")
