"""A house whose own bank is its ramp."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from gateway.events import relay
from gateway.ramps.carrying import instructions_carry
from gateway.ramps.iso20022.errors import NothingToPay
from gateway.ramps.iso20022.filing import file_leave, file_make, files_not_left
from gateway.ramps.iso20022.models import BankFile, BankOrder
from gateway.ramps.iso20022.naming import bank_account_name
from gateway.ramps.iso20022.statements import statements_load, status_load
from tests.faults.in_process import passing
from tests.ramps.iso20022.banking import IBAN, Bank, Line

RAMP = "bank"
SHOP_IBAN = "FR1420041010050500013M02606"


def ramp_setting(**changes: Any) -> dict[str, Any]:
    return {
        "name": RAMP,
        "kind": "iso20022",
        "currencies": {"EUR": {"least_units": 100}},
        "iban": IBAN,
        "holder": "Tillway House",
        **changes,
    }


@dataclass
class BankPlace:
    """The house, its bank, and the folder between them."""

    clock: Any
    outbox: Path
    bank: Bank = field(default_factory=Bank)

    @property
    def now(self) -> datetime:
        found: datetime = self.clock()
        return found

    def account(self, shop_id: UUID, **changes: Any) -> None:
        bank_account_name(
            **{
                "ramp": RAMP,
                "shop_id": shop_id,
                "mode": "test",
                "iban": SHOP_IBAN,
                "holder": "Café Zażółć",
                "by": "ana",
                "now": self.now,
                **changes,
            }
        )
        relay.drain(limit=1000)

    def carry(self, *, reached: Callable[[str], None] | None = None, seconds: float = 3_700) -> int:
        self.clock.advance(seconds=seconds)
        with passing(reached):
            done = instructions_carry(now=self.now)
        relay.drain(limit=1000)
        return done

    def file(self, *, reached: Callable[[str], None] | None = None) -> None:
        """What waits is put into files, and they leave."""
        with suppress(NothingToPay):
            file_make(ramp=RAMP, by="ana", now=self.now)
        with passing(reached):
            for row in files_not_left(RAMP):
                file_leave(file_id=row.id, folder=self.outbox, by="ana", now=self.now)

    def told(self, *bodies: bytes) -> None:
        """Statements come in, and what they say is heard."""
        statements_load(bodies=bodies, by="ana", now=self.now)
        self.carry()

    def books(self, *lines: Line) -> None:
        self.told(self.bank.books(*lines))

    def rejects(self, body: bytes) -> None:
        status_load(body=body, now=self.now)
        self.carry()

    def order(self) -> BankOrder:
        return BankOrder.objects.select_related("file").get()

    def message(self) -> BankFile:
        return BankFile.objects.get()
