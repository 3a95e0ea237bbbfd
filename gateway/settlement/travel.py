"""What the Travel Rule still wants before money leaves for an address, in the words of those who
wait for it."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from gateway.compliance.travelling.gate import (
    Leaving,
    Missing,
    currencies_wanted,
    leaving_waits,
)
from gateway.market.worth import worth_of
from gateway.money.amounts import Amount

TravelReason = Literal["", "address_proof", "receiver_check"]
_WORDS: Final[dict[Missing, TravelReason]] = {
    "": "",
    "proof": "address_proof",
    "rate": "receiver_check",
    "answer": "receiver_check",
    "details": "receiver_check",
}


def travel_waits(
    *,
    about: str,
    shop_id: UUID,
    mode: str,
    address: bytes,
    token: Amount,
    now: datetime,
    is_own: bool = True,
    is_proven: bool = False,
) -> TravelReason:
    """Why money may not leave for an address yet, "" if it may: ``address_proof`` while nobody has
    shown who holds it, ``receiver_check`` while its provider is asked. In the caller's transaction;
    no query for a test shop.

    Args:
        is_own: it goes to the shop itself.
        is_proven: whoever gets it has shown already that the wallet is theirs.
    """
    currencies = currencies_wanted(mode, now=now)
    if not currencies:
        return ""
    worth = worth_of(token, into=currencies, now=now)
    missing = leaving_waits(
        Leaving(
            about=about,
            shop_id=shop_id,
            mode=mode,
            address=address,
            token=token,
            worth=worth.dollars if worth else None,
            per_unit=worth.per_dollar if worth else {},
            is_own=is_own,
            is_proven=is_proven,
        ),
        now=now,
    )
    return _WORDS[missing]
