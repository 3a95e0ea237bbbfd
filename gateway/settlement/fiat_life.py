"""A payout's way to a bank: pure.

waiting → transferring (to the shop's account at the ramp) → paying (the ramp is told to pay its
bank) → sent → arrived. What the bank refuses or sends back is fetched from the shop's account
(reversing, recalling) before it is the shop's again in the books (failed, returned).

Where the ramp pays a bank straight away (``Way.is_direct``) there is no account to transfer to or
to fetch from: transferring lasts until the ramp says that it has sent it (sent → arrived), and what
fails or is returned is the house's at once.

Happenings may be told in any order and any number of times; each has its effect once.
"""

import enum
from dataclasses import dataclass, replace
from typing import Final, Literal

State = Literal[
    "waiting",
    "transferring",
    "paying",
    "sent",
    "arrived",
    "reversing",
    "recalling",
    "failed",
    "returned",
    "unsent",
]
STATES: Final[tuple[State, ...]] = (
    *("waiting", "transferring", "paying", "sent", "arrived", "reversing", "recalling"),
    *("failed", "returned", "unsent"),
)
"""unsent: it never left, and what was set aside was given back."""
PROMISED: Final[tuple[State, ...]] = ("transferring",)
"""The house's money at the ramp is promised to it and has not left yet."""
FETCHING: Final[tuple[State, ...]] = ("reversing", "recalling")


class Happened(enum.Enum):
    TRANSFERRED = "transferred"
    TRANSFER_REFUSED = "transfer_refused"
    TRANSFER_LATER = "transfer_later"
    """Refused for something that may change: too little there, an account that must be mended."""
    BANK_SENT = "bank_sent"
    BANK_HAS = "bank_has"
    BANK_REFUSED = "bank_refused"
    BANK_RETURNED = "bank_returned"
    CAME_BACK = "came_back"
    """All of it is with the house again, whoever asked for that."""
    NOT_BACK = "not_back"


class Act(enum.Enum):
    """What has to be done about it, in the same transaction."""

    POST_LEFT = "post_left"
    ASK_BANK = "ask_bank"
    SAY_SENT = "say_sent"
    POST_ARRIVED = "post_arrived"
    KEEP_WHY = "keep_why"
    FETCH = "fetch"
    FETCH_LATER = "fetch_later"
    POST_FAILED = "post_failed"
    POST_RETURNED = "post_returned"
    GIVE_BACK = "give_back"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Way:
    """
    Attributes:
        is_back: the house has its money again though nobody here asked for it yet.
        is_direct: the ramp pays the bank out of the house's own account.
    """

    state: State = "waiting"
    is_back: bool = False
    is_direct: bool = False


Step = tuple[Way, tuple[Act, ...]]


def step(way: Way, happened: Happened) -> Step:
    """Where ``happened`` brings a payout, and what that asks for; nothing if it is old."""
    if way.is_direct:
        return _step_direct(way, happened)
    match happened:
        case Happened.TRANSFERRED if way.state == "transferring":
            return replace(way, state="paying"), (Act.POST_LEFT, Act.ASK_BANK)
        case Happened.TRANSFER_REFUSED if way.state == "transferring":
            return replace(way, state="unsent"), (Act.GIVE_BACK,)
        case Happened.TRANSFER_LATER if way.state == "transferring":
            return replace(way, state="waiting"), (Act.WAIT,)
        case Happened.BANK_SENT if way.state == "paying":
            return replace(way, state="sent"), (Act.SAY_SENT,)
        case Happened.BANK_HAS if way.state in ("paying", "sent"):
            return _arrived(way)
        case Happened.BANK_REFUSED if way.state in ("paying", "sent"):
            return _fetch(way, state="reversing")
        case Happened.BANK_RETURNED if way.state in ("paying", "sent", "arrived"):
            return _returned(way)
        case Happened.CAME_BACK:
            return _came_back(way)
        case Happened.NOT_BACK if way.state in FETCHING:
            return way, (Act.FETCH_LATER,)
    return way, ()


def _step_direct(way: Way, happened: Happened) -> Step:
    has_left = way.state in ("sent", "arrived")
    leaves = () if has_left else (Act.POST_LEFT, Act.SAY_SENT)
    match happened:
        case Happened.BANK_SENT if way.state == "transferring":
            return replace(way, state="sent"), leaves
        case Happened.BANK_HAS if way.state in ("transferring", "sent"):
            return replace(way, state="arrived"), (*leaves, Act.POST_ARRIVED)
        case Happened.TRANSFER_LATER if way.state == "transferring":
            return replace(way, state="waiting"), (Act.WAIT,)
        case Happened.BANK_REFUSED if way.state == "transferring":
            return replace(way, state="unsent"), (Act.GIVE_BACK,)
        case Happened.BANK_REFUSED if way.state == "sent":
            return replace(way, state="failed"), (Act.KEEP_WHY, Act.POST_FAILED)
        case Happened.BANK_RETURNED if has_left or way.state == "transferring":
            arrives = () if way.state == "arrived" else (*leaves, Act.POST_ARRIVED)
            return replace(way, state="returned"), (*arrives, Act.KEEP_WHY, Act.POST_RETURNED)
    return way, ()


def _arrived(way: Way) -> Step:
    said = (Act.SAY_SENT,) if way.state == "paying" else ()
    arrived = (*said, Act.POST_ARRIVED)
    if way.is_back:
        return replace(way, state="returned"), (*arrived, Act.POST_RETURNED)
    return replace(way, state="arrived"), arrived


def _returned(way: Way) -> Step:
    """Known to have been there only because it came back: it is told to have arrived first."""
    if way.state == "arrived":
        return _fetch(way, state="recalling")
    arrived, acts = _arrived(way)
    if arrived.state == "returned":
        return arrived, acts
    fetching, more = _fetch(arrived, state="recalling")
    return fetching, (*acts, *more)


def _fetch(way: Way, *, state: State) -> Step:
    if way.is_back:
        return _came_back(replace(way, state=state))
    return replace(way, state=state), (Act.FETCH,)


def _came_back(way: Way) -> Step:
    back = replace(way, is_back=True)
    match way.state:
        case "reversing":
            return replace(back, state="failed"), (Act.POST_FAILED,)
        case "recalling" | "arrived":
            return replace(back, state="returned"), (Act.POST_RETURNED,)
        case "paying" | "sent":
            return back, ()
    return way, ()
