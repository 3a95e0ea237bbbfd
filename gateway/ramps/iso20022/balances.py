"""What the house's bank says that it holds, and what of it the books don't tell alike yet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from gateway.ledger.accounts import AccountName, bank
from gateway.ledger.outside_balances import OnTheWay, ToldBalances
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.ramps.configuration import ramp_settings, settings_of
from gateway.ramps.iso20022.errors import NoStatement
from gateway.ramps.iso20022.models import BankEntry, BankOrder, BankStatement


@dataclass(frozen=True, slots=True)
class StatementBalance:
    """
    Attributes:
        amount: booked at the close of the last statement; an overdraft is negative.
        on_the_way: by reference ("payout:<id>", "entry:<id>"), minor units that the bank has more
            than the books: payouts that left and are not debited yet, entries that wait for people.
    """

    amount: Amount
    closing_on: date
    statement_id: str
    on_the_way: Mapping[str, int]


def balance_at_last_statement(ramp: str) -> StatementBalance | None:
    """The last of the loaded statements' closing balance; None before the first. Three queries."""
    last = last_statement(ramp)
    if last is None:
        return None
    left = BankOrder.objects.filter(
        ramp=ramp, file__left_at__isnull=False, debited_on=None, rejected_at=None, returned_units=0
    )
    entries = BankEntry.objects.filter(statement__ramp=ramp, kind="unmatched", settled_at=None)
    way = {row.reference: int(row.units) for row in left}
    way |= {f"entry:{row.id}": int(row.units) for row in entries}
    return StatementBalance(
        amount=Amount(int(last.closing_units), FIAT[last.currency]),
        closing_on=last.closing_on,
        statement_id=last.statement_id,
        on_the_way=way,
    )


def last_statement(ramp: str) -> BankStatement | None:
    """One query."""
    rows = BankStatement.objects.filter(ramp=ramp)
    return rows.order_by("-closing_on", "-opening_on", "-sequence").first()


def entries_for_people(ramp: str) -> Sequence[BankEntry]:
    """What nobody could place, oldest first. One query."""
    rows = BankEntry.objects.filter(statement__ramp=ramp, kind="unmatched", settled_at=None)
    return list(rows.select_related("statement").order_by("booked_on", "id"))


@dataclass(frozen=True, slots=True)
class StatementSource:
    """The house's account at a bank, as its last statement has it; see
    ``gateway.ledger.outside_balances.BalanceSource``."""

    name: str

    @property
    def account(self) -> AccountName:
        return bank(self.name)

    @property
    def mode(self) -> str:
        return settings_of(self.name).mode

    @property
    def decimals(self) -> Mapping[str, int]:
        return {code: FIAT[code].decimals for code in settings_of(self.name).currencies}

    def read(self, *, now: datetime) -> ToldBalances:
        """Compared with the books as they are: what a statement says is booked when it is loaded.

        Raises:
            NoStatement: none was loaded yet.
        """
        told = balance_at_last_statement(self.name)
        if told is None:
            raise NoStatement
        code = told.amount.asset.code
        return ToldBalances(
            units={code: told.amount.units},
            at=now,
            source=f"statement {told.statement_id} of {told.closing_on}",
            on_the_way={code: [OnTheWay(name, n) for name, n in told.on_the_way.items()]},
        )


def statement_sources() -> Iterable[StatementSource]:
    """Every bank account of RAMPS."""
    return [StatementSource(entry.name) for entry in ramp_settings() if entry.kind == "iso20022"]
