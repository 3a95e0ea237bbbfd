"""Say to which bank account a shop is paid. Who may say so, and how long it rests before it counts,
is decided by whoever calls: ``usable_from``."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from gateway.ramps import accounts
from gateway.ramps.configuration import configured_ramp, settings_of
from gateway.ramps.errors import RampNotOffered
from gateway.ramps.iso20022.charset import sepa_name
from gateway.ramps.iso20022.errors import BankAccountUnknown
from gateway.ramps.iso20022.iban import bic_of, iban_of
from gateway.ramps.iso20022.models import BankAccount


@transaction.atomic
def bank_account_name(
    *,
    ramp: str,
    shop_id: UUID,
    mode: str,
    iban: str,
    holder: str,
    by: str,
    now: datetime,
    bic: str = "",
    usable_from: datetime | None = None,
) -> BankAccount:
    """Pay a shop to this account from then on; until then to the one before, if there is one.

    Args:
        holder: as the bank knows it; written in banks' characters.
        usable_from: not before; None is at once.

    Raises:
        RampNotOffered: the ramp is no bank's, or not for the shop's mode.
        BadIban, BadBic, BadHolder
    """
    entry = settings_of(ramp)
    if entry.kind != "iso20022" or entry.mode != mode:
        raise RampNotOffered(f"{ramp} takes no account numbers of {mode} shops.")
    row = BankAccount.objects.create(
        ramp=ramp,
        shop_id=shop_id,
        iban=iban_of(iban),
        holder=sepa_name(holder),
        bic=bic_of(bic),
        named_by=by,
        named_at=now,
        usable_from=max(usable_from or now, now),
    )
    _tell(ramp=ramp, shop_id=shop_id, mode=mode, look_at=row.usable_from, now=now)
    return row


@transaction.atomic
def bank_account_withdraw(*, account_id: UUID, by: str, now: datetime) -> BankAccount:
    """Pay nothing to it any more. What is ordered already stays ordered. Safe to call again.

    Raises:
        BankAccountUnknown
    """
    row = BankAccount.objects.select_for_update().filter(id=account_id).first()
    if row is None:
        raise BankAccountUnknown
    if row.withdrawn_at is None:
        row.withdrawn_by, row.withdrawn_at = by, now
        row.save(update_fields=["withdrawn_by", "withdrawn_at"])
        mode = settings_of(row.ramp).mode
        _tell(ramp=row.ramp, shop_id=row.shop_id, mode=mode, look_at=now, now=now)
    return row


def _tell(*, ramp: str, shop_id: UUID, mode: str, look_at: datetime, now: datetime) -> None:
    """The shop's account at the ramp is what its numbers make of it."""
    account = accounts.account_want(shop_id=shop_id, mode=mode, ramp=ramp, now=now)
    accounts.account_ask(account_id=account.id, now=now)
    status = configured_ramp(ramp).account_status(account=str(shop_id))
    accounts.account_told(account_id=account.id, status=status, asked_at=now, now=now)
    accounts.account_look(account_id=account.id, now=look_at)
