"""How a presentation goes, and what can be wrong with one. Pure.

``asked`` → ``answered`` → ``accepted`` or ``refused``; ``expired`` where nobody answered in time,
where something newer was asked, or where an answer could not be looked at.
"""

from datetime import datetime, timedelta
from typing import Final, Literal, get_args

State = Literal["asked", "answered", "accepted", "refused", "expired"]
STATES: Final[tuple[State, ...]] = get_args(State)
OPEN: Final[tuple[State, ...]] = ("asked", "answered")

Problem = Literal[
    "unreadable",
    "wrong_kind",
    "issuer_untrusted",
    "badly_signed",
    "tampered",
    "wrong_nonce",
    "wrong_audience",
    "holder_unproven",
    "expired",
    "not_yet_valid",
    "no_status",
    "revoked",
    "suspended",
    "status_unreachable",
    "status_unreadable",
    "claims_missing",
    "name_differs",
    "born_differs",
    "declined",
    "subject_gone",
]
PROBLEMS: Final[tuple[Problem, ...]] = get_args(Problem)

ASKED_FOR: Final = timedelta(minutes=10)
"""Long enough to fetch a phone and unlock a wallet; a request that is passed on is worth little."""
LOOKED_AT_WITHIN: Final = timedelta(hours=1)
"""An answer is personal data: where nobody could check it, it is dropped."""
LEEWAY: Final = timedelta(seconds=60)
"""By which an issuer's and a wallet's clocks may differ from ours."""
VERIFIER: Final = "2026-11-2"
"""Version of the checks; a decision names it."""


def state_by_time(
    state: State, *, expires_at: datetime, answered_at: datetime | None, now: datetime
) -> State:
    """What a presentation is at ``now``, whatever its row says yet."""
    if state == "asked" and now >= expires_at:
        return "expired"
    if state == "answered" and answered_at is not None and now >= answered_at + LOOKED_AT_WITHIN:
        return "expired"
    return state
