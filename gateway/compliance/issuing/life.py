"""How an offer and a credential of our own go, and for how long each counts. Pure.

An offer: ``asked`` → ``taken`` (a wallet showed its code) → ``issued``; ``blocked`` after too many
wrong codes, ``withdrawn``, or ``expired``. A credential: ``valid``, ``suspended`` while its shop's
file is looked at again, ``revoked`` for good.
"""

from datetime import datetime, timedelta
from typing import Final, Literal, get_args

OfferState = Literal["asked", "taken", "issued", "blocked", "withdrawn", "expired"]
OFFER_STATES: Final[tuple[OfferState, ...]] = get_args(OfferState)
OPEN: Final[tuple[OfferState, ...]] = ("asked", "taken")

Standing = Literal["valid", "suspended", "revoked"]
STANDINGS: Final[tuple[Standing, ...]] = get_args(Standing)

HOUSE: Final = "issuing"
"""Who ended a credential that nobody of the house's people took back."""
OFFERED_FOR: Final = timedelta(days=3)
"""An officer has to reach the person; without their code the offer is worth nothing."""
TOKEN_FOR: Final = timedelta(minutes=10)
"""From the code to the credential; a wallet needs seconds."""
NONCE_FOR: Final = timedelta(minutes=5)
FETCHES: Final = 3
"""Of one offer: each takes a place of the list for ever, and a wallet loses an answer once."""
WRONG_CODES: Final = 5
"""Of a million; then a new offer is needed."""
OFFERS_A_DAY: Final = 5
"""Of one person: whoever sees the QR and guesses has 25 tries a day, and needs a century."""
A_DAY: Final = timedelta(days=1)


def state_by_time(
    state: OfferState, *, expires_at: datetime, token_until: datetime | None, now: datetime
) -> OfferState:
    """What an offer is at ``now``, whatever its row says yet."""
    if state == "asked" and now >= expires_at:
        return "expired"
    if state == "taken" and token_until is not None and now >= token_until:
        return "expired"
    return state


def standing_for(*, file_status: str, approved_level: str, level: str) -> Standing:
    """What a credential is worth while its shop's file stands so: nothing more once the house
    refused the shop or approved it at another level, and nothing for now while it is looked at."""
    if file_status == "refused":
        return "revoked"
    if file_status != "approved":
        return "suspended"
    return "valid" if approved_level == level else "revoked"
