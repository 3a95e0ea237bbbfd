"""To which bank account the house's own bank pays a shop: named by one person, agreed by another.

The delay of the act is the account's cooling-off: until it is over the old one stays in force. The
first one waits like any other, in test mode too: the web process may not write an account at all.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from gateway.custody.approvals.errors import ActChanged
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.selectors import open_act
from gateway.custody.approvals.services import act_propose
from gateway.ramps.configuration import settings_of
from gateway.ramps.errors import RampNotOffered
from gateway.ramps.iso20022.charset import sepa_name
from gateway.ramps.iso20022.errors import BicMissing
from gateway.ramps.iso20022.iban import bic_needed, bic_of, iban_of, iban_shown
from gateway.ramps.iso20022.models import BankAccount
from gateway.ramps.iso20022.naming import bank_account_name
from gateway.ramps.iso20022.ramp import usable_account
from gateway.shops.selectors import shop_view

KIND: Final = "bank_destination"


@transaction.atomic
def bank_destination_change(
    *, shop_id: UUID, ramp: str, iban: str, holder: str, by: UUID, now: datetime, bic: str = ""
) -> Act | None:
    """Propose to pay a shop to this account; None if it is in force already.

    Args:
        holder: as the bank knows it.
        bic: of the account's bank; needed where the IBAN alone does not lead there.

    Raises:
        RampNotOffered: the ramp takes no numbers, or not of the shop's mode.
        BadIban, BadBic, BadHolder, BicMissing
        ActOpenAlready: another change waits.
    """
    shop, entry = shop_view(shop_id=shop_id), settings_of(ramp)
    if entry.kind != "iso20022" or entry.mode != shop.mode:
        raise RampNotOffered(f"{ramp} takes no account numbers of {shop.mode} shops.")
    number, name, bank = iban_of(iban), sepa_name(holder), bic_of(bic)
    if not bank and bic_needed(number):
        raise BicMissing
    current = usable_account(ramp=ramp, shop_id=shop_id, now=now)
    if current is not None and (current.iban, current.holder, current.bic) == (number, name, bank):
        return None
    return act_propose(
        kind=KIND,
        subject=_subject(shop_id, ramp),
        payload={
            "ramp": ramp,
            "iban": number,
            "shown": iban_shown(number),
            "holder": name,
            "bic": bank,
            "instead_of": _id(current),
            "instead_of_shown": iban_shown(current.iban) if current else None,
        },
        reason="New bank account",
        maker=by,
        shop_id=shop_id,
        decider="shop",
    )


def bank_destination_waiting(*, shop_id: UUID, ramp: str) -> Act | None:
    """The change of a shop's bank account that waits. One query."""
    return open_act(kind=KIND, subject=_subject(shop_id, ramp))


def bank_destination_agreed(act: Act, now: datetime) -> None:
    """Pay the shop to the new account from now on.

    Raises:
        ActChanged: the account that people saw beside it is not in force any more.
    """
    ramp = act.body["ramp"]
    if act.shop_id is None:
        raise ActChanged
    current = usable_account(ramp=ramp, shop_id=act.shop_id, now=now)
    if _id(current) != act.body["instead_of"]:
        raise ActChanged
    bank_account_name(
        ramp=ramp,
        shop_id=act.shop_id,
        mode=act.mode,
        iban=act.body["iban"],
        holder=act.body["holder"],
        bic=act.body["bic"],
        by=f"user:{act.maker}",
        now=now,
    )


ACT = ActKind(name=KIND, carry_out=bank_destination_agreed)


def _subject(shop_id: UUID, ramp: str) -> str:
    return f"shop:{shop_id}:{ramp}"


def _id(account: BankAccount | None) -> str | None:
    return str(account.id) if account else None
