"""The close of a month of UTC: what the house earned and spent in it becomes its capital.

The row of the books' table: A: +fees −capital, and the expenses likewise, in every asset.

A month is that of the whole journal, of test chains' tokens and live ones alike, which never share
an asset. Months are closed one after the other, an hour after their end at the earliest; the first
to be closed takes all that was before it along. From then on the database refuses whatever is said
to have happened in it. Nothing opens it again: a correction is a new entry in an open month.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from gateway.ledger import accounts
from gateway.ledger.accounts import AccountName
from gateway.ledger.errors import PeriodClosed, PeriodNotClosable, PeriodStillBooked, SessionsUnseen
from gateway.ledger.journal import PostedEntry, entry_post
from gateway.ledger.models import Period
from gateway.ledger.moments import balances_at
from gateway.ledger.postings import Posting, Postings, credit, debit, entry_of
from gateway.money.amounts import Amount
from gateway.money.assets import Asset

RESULT_ACCOUNTS: Final[tuple[AccountName, ...]] = (
    accounts.fees(),
    accounts.gas(),
    accounts.venue_fees(),
    accounts.ramp_fees(),
    accounts.rounding(),
    accounts.losses(),
)
"""What a period earned and spent. ``desk`` isn't among them: it is inventory, in whose value lies
what trading made and lost."""
PERIOD_CLOSED: Final = "period_closed"
"""The kind of the entry that closes a period."""
SETTLING: Final = timedelta(hours=1)
"""How long after a month's end it can be closed: the database holds the verbs to it too."""
_LAST_MOMENT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of UTC, named ``2026-11``."""

    year: int
    month: int

    @classmethod
    def parse(cls, name: str) -> "Month":
        """
        Raises:
            ValueError: it isn't written ``2026-11``.
        """
        found = datetime.strptime(name, "%Y-%m").replace(tzinfo=UTC)
        if found.strftime("%Y-%m") != name:
            raise ValueError(f"{name!r} is no month")
        return cls(found.year, found.month)

    @classmethod
    def of(cls, moment: datetime) -> "Month":
        inside = moment.astimezone(UTC)
        return cls(inside.year, inside.month)

    @property
    def next(self) -> "Month":
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def before(self) -> "Month":
        return Month(self.year - (self.month == 1), (self.month - 2) % 12 + 1)

    @property
    def starts_at(self) -> datetime:
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def ends_at(self) -> datetime:
        return self.next.starts_at

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def period_closed(balances: Iterable[Posting]) -> Postings:
    """Bring each of these balances to zero, against the capital.

    Args:
        balances: an account with its balance, debits positive.
    """
    lines: list[Posting] = []
    for balance in balances:
        lines.append(credit(balance.account, balance.amount))
        lines.append(debit(accounts.capital(), balance.amount))
    return entry_of(*lines)


def result_of(month: Month) -> list[Posting]:
    """What the result accounts hold at a month's end, that is what it earned and spent once the
    months before it are closed, and nothing once it is itself. Debits positive. One query."""
    found = balances_at(accounts=RESULT_ACCOUNTS, at=month.ends_at, clock="happened")
    return [
        # A posting knows its asset by its code alone: decimals play no part in a sum of units.
        Posting(name, Amount(units, Asset(code, 0)))
        for (name, code), units in sorted(found.items())
        if units
    ]


def next_to_close() -> Month | None:
    """The month after the last that was closed; None where none was. One query."""
    last = Period.objects.order_by("-ends_at").values_list("ends_at", flat=True).first()
    return None if last is None else Month.of(last)


@transaction.atomic
def period_close(*, month: Month, by: str, reference: str, now: datetime) -> Period:
    """Close a month: its result becomes capital, and nothing can be booked into it any more.

    Told again with the same reference it answers as it did. Six queries.

    Args:
        by: who closes it; reference: what stands for their decision.

    Raises:
        PeriodClosed: it is closed.
        PeriodNotClosable: it isn't over for an hour, or another is to be closed before it.
        PeriodStillBooked: a transaction is open that may still book into it; it passes.
        SessionsUnseen: the database does not show this role what others have open.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger_period'))")
    old = Period.objects.filter(name=str(month)).first()
    if old is not None:
        if old.reference == reference:
            return old
        raise PeriodClosed(f"{month} is closed.")
    following = _in_turn(month)
    _over(month, now)
    _settled(month)
    entry = _post_result(month, by=by)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_period"
            " (name, starts_at, ends_at, follows, entry_id, closed_by, reference)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [
                str(month),
                month.starts_at,
                month.ends_at,
                month.starts_at if following else None,
                entry.id if entry else None,
                by,
                reference,
            ],
        )
    return Period.objects.get(name=str(month))


def month_check(*, month: Month, now: datetime) -> None:
    """Say whether a month is to be closed by now. Two queries.

    Raises:
        PeriodClosed: it is closed.
        PeriodNotClosable: it isn't over for an hour, or another is to be closed before it.
    """
    if Period.objects.filter(name=str(month)).exists():
        raise PeriodClosed(f"{month} is closed.")
    _in_turn(month)
    _over(month, now)


def _in_turn(month: Month) -> Month | None:
    """The month that is to be closed next, which must be this one; None: it is the first."""
    following = next_to_close()
    if following is not None and following != month:
        raise PeriodNotClosable(f"{following} is the next to be closed.")
    return following


def _over(month: Month, now: datetime) -> None:
    can_close_at = month.ends_at + SETTLING
    if now < can_close_at:
        raise PeriodNotClosable(f"{month} can be closed from {can_close_at:%Y-%m-%d %H:%M} UTC on.")


def _settled(month: Month) -> None:
    """Refuse unless all that happened in the month and was not booked late is there to be seen."""
    can_close_at = month.ends_at + SETTLING
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(xact_start) FILTER (WHERE backend_type = 'client backend'),"
            "       count(*) FILTER (WHERE backend_type IS NULL AND usesysid IS NOT NULL)"
            "  FROM pg_stat_activity WHERE datname = current_database()"
            "   AND pid <> pg_backend_pid()"
        )
        oldest, unseen = cursor.fetchone()
    if unseen:
        raise SessionsUnseen
    if oldest is not None and oldest < can_close_at:
        raise PeriodStillBooked(f"A transaction is open since {oldest:%Y-%m-%d %H:%M} UTC.")


def _post_result(month: Month, *, by: str) -> PostedEntry | None:
    """The entry of the close, the last thing that happened in its month; None where nothing did."""
    lines = period_closed(result_of(month))
    if not lines:
        return None
    return entry_post(
        key=f"{PERIOD_CLOSED}:{month}",
        kind=PERIOD_CLOSED,
        postings=lines,
        refs={"period": str(month), "by": by},
        now=month.ends_at - _LAST_MOMENT,
    )


@dataclass(frozen=True, slots=True)
class ClosedMonth:
    """A month that was closed, and by whom."""

    month: Month
    entry_id: UUID | None
    closed_by: str
    reference: str
    closed_at: datetime


def closed_months() -> list[ClosedMonth]:
    """Every closed month, newest first. One query."""
    return [
        ClosedMonth(
            month=Month.parse(row.name),
            entry_id=row.entry_id,
            closed_by=row.closed_by,
            reference=row.reference,
            closed_at=row.closed_at,
        )
        for row in Period.objects.order_by("-ends_at")
    ]
