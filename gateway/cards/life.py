"""A card payment's life: pure.

planned → asked (the ramp may have made the page) → open (the shopper may pay) → taken (authorised,
and the invoice is kept for it: it is charged) → paid; or letting_go (authorised, but the invoice
can't be paid by it any more) → let_go. A page that nobody paid on expires. What is called off at
the till is letting_go too, authorised or not.
"""

from typing import Final, Literal

from gateway.ramps.card_terms import CardState

Status = Literal[
    "planned", "asked", "open", "taken", "paid", "letting_go", "let_go", "expired", "unclear"
]
STATUSES: Final[tuple[Status, ...]] = (
    *("planned", "asked", "open", "taken", "paid", "letting_go", "let_go", "expired", "unclear"),
)
"""unclear: it was charged though we never asked for that: a person decides; nothing is posted."""
OPEN: Final[tuple[Status, ...]] = ("planned", "asked", "open", "taken", "letting_go")
"""One of these is the invoice's only one."""

Act = Literal["wait", "take", "capture", "let_go", "paid", "gone", "unclear"]


def act_after(*, status: Status, told: CardState, holds_invoice: bool) -> Act:
    """What to do about a payment of which the ramp says ``told``. The same again does nothing new.

    Args:
        holds_invoice: whether the invoice is kept for it: then a charge is what we asked for,
            whichever of our requests it was.
    """
    if status in ("paid", "let_go", "expired", "unclear", "planned"):
        return "wait"
    match told:
        case CardState.CHARGED:
            return "paid" if holds_invoice else "unclear"
        case CardState.LAPSED:
            return "gone"
        case CardState.AUTHORISED if status == "taken":
            return "capture"
        case CardState.AUTHORISED if status == "letting_go":
            return "let_go"
        case CardState.AUTHORISED:
            return "take"
        case CardState.OPEN:
            return "let_go" if status == "letting_go" else "wait"


def ended(status: Status) -> Status:
    """Where a payment goes that came to nothing."""
    return "let_go" if status in ("taken", "letting_go") else "expired"


def unsettled(*, to_shop: int, disputed: int) -> int:
    """Minor units of a shop's balance that stand on a card whose money has not come yet.

    Args:
        disputed: what was taken back from the shop for it.
    """
    return max(0, to_shop - disputed)
