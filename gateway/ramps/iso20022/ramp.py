"""The house's own bank as a ramp: it pays what files tell it, and says what it did in statements.

Nothing here asks anybody: what the bank was told and has told are our rows. An instruction is taken
as an order; ``filing`` puts orders into files, ``statements`` reads what became of them.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from gateway.money.amounts import Amount
from gateway.ramps.errors import RampKeyTaken, RampRefused
from gateway.ramps.iso20022.balances import balance_at_last_statement
from gateway.ramps.iso20022.models import BankAccount, BankOrder
from gateway.ramps.iso20022.pain001 import end_to_end_of
from gateway.ramps.terms import (
    STEPS,
    AccountStatus,
    Instruction,
    Kind,
    Link,
    Offer,
    Progress,
    Requirements,
    Told,
)


class Iso20022Ramp:
    """See ``gateway.ramps.interface.Ramp``. A shop's account is named by the shop's id."""

    steps: tuple[Kind, ...] = STEPS["iso20022"]

    def __init__(self, *, name: str, mode: str, offers: Mapping[str, Offer]) -> None:
        self.name = name
        self.mode = mode
        self.offers = offers

    def account_open(self, *, shop_id: UUID, key: str) -> AccountStatus:
        return self._status(shop_id)

    def account_find(self, *, shop_id: UUID) -> AccountStatus | None:
        return self._status(shop_id)

    def account_status(self, *, account: str) -> AccountStatus:
        return self._status(_shop(account))

    def onboarding_link(self, *, account: str, return_url: str, refresh_url: str) -> Link:
        raise RampRefused("The house's people take the bank account's number.", code="no_pages")

    def instruct(self, instruction: Instruction) -> Told:
        if instruction.kind != "payout" or instruction.amount.asset.code not in self.offers:
            raise RampRefused("The bank is told to pay only, in its currency.", code="not_offered")
        return told_of(self._order(instruction, now=timezone.now()))

    def find(self, instruction: Instruction) -> Told | None:
        row = BankOrder.objects.select_related("file").filter(id=instruction.id).first()
        return None if row is None else told_of(row)

    def progress(self, instruction: Instruction, *, remote_id: str) -> Told:
        found = self.find(instruction)
        if found is None or found.remote_id != remote_id:
            raise RampRefused("There is no such order.", code="no_such_order")
        return found

    def balance(self) -> dict[str, Amount]:
        told = balance_at_last_statement(self.name)
        return {} if told is None else {told.amount.asset.code: told.amount}

    @transaction.atomic
    def _order(self, instruction: Instruction, *, now: datetime) -> BankOrder:
        account = usable_account(ramp=self.name, shop_id=_shop(instruction.account), now=now)
        found = BankOrder.objects.select_related("file").filter(id=instruction.id).first()
        if found is None:
            if account is None:
                raise RampRefused("No account of the shop's may be paid.", code="account_invalid")
            found, _ = BankOrder.objects.get_or_create(
                id=instruction.id,
                defaults={
                    "ramp": self.name,
                    "reference": instruction.group,
                    "end_to_end_id": end_to_end_of(instruction.id),
                    "iban": account.iban,
                    "holder": account.holder,
                    "bic": account.bic,
                    "currency": instruction.amount.asset.code,
                    "units": instruction.amount.units,
                    "taken_at": now,
                },
            )
        asked = (self.name, instruction.amount.asset.code, instruction.amount.units)
        if (found.ramp, found.currency, found.units) != asked:
            raise RampKeyTaken
        return found

    def _status(self, shop_id: UUID) -> AccountStatus:
        now = timezone.now()
        usable = usable_account(ramp=self.name, shop_id=shop_id, now=now)
        rests = _accounts(self.name, shop_id).filter(usable_from__gt=now).order_by("usable_from")
        waiting = rests.first()
        return AccountStatus(
            remote_id=str(shop_id),
            capabilities={"transfers": "active" if usable else "inactive"},
            payouts_enabled=usable is not None,
            details_submitted=usable is not None or waiting is not None,
            banks=tuple(sorted(self.offers)) if usable or waiting else (),
            requirements=Requirements(
                due=() if usable or waiting else ("external_account",),
                pending=("external_account",) if waiting else (),
            ),
        )


def usable_account(*, ramp: str, shop_id: UUID, now: datetime) -> BankAccount | None:
    """Where a shop is paid: the last one named of those that may be used. One query."""
    usable = _accounts(ramp, shop_id).filter(usable_from__lte=now)
    return usable.order_by("-named_at", "-id").first()


def told_of(order: BankOrder) -> Told:
    """How far an order is, by what we did and what the bank has said. No query beside its file."""
    failed = order.rejected_at is not None or order.returned_units > 0
    return Told(
        remote_id=order.end_to_end_id,
        progress=Progress.FAILED if failed else _progress(order),
        units=int(order.units),
        reversed_units=int(order.returned_units),
        failure_code=order.reason_code if failed else "",
        failure_reason=order.reason if failed else "",
    )


def _progress(order: BankOrder) -> Progress:
    if order.debited_on is not None:
        return Progress.DONE
    if order.file is not None and order.file.left_at is not None:
        return Progress.LEFT
    return Progress.TAKEN


def _accounts(ramp: str, shop_id: UUID) -> QuerySet[BankAccount]:
    return BankAccount.objects.filter(ramp=ramp, shop_id=shop_id, withdrawn_at=None)


def _shop(account: str) -> UUID:
    try:
        return UUID(account)
    except ValueError as error:
        raise RampRefused("There is no such account.", code="account_invalid") from error
