"""Whether a page offers a card, and where it leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from gateway.cards.selectors import card_account, open_tender, page_to_continue

UNSURE: Final = frozenset({"held", "reverted"})
"""Tokens that were sent may yet pay."""


@dataclass(frozen=True, slots=True)
class CardChoice:
    """A card may pay.

    Attributes:
        url: the provider's page that is open for it; "" before one was asked for.
        problem: whether none could be had just now.
    """

    url: str = ""
    problem: bool = False


def card_choice(
    invoice: Mapping[str, Any], *, now: datetime, problem: bool = False
) -> CardChoice | None:
    """None where no card may pay. No query where no ramp charges cards, two otherwise.

    The page is shown as a link and not followed for its reader: a form here leads to no other
    site, and no script of the provider runs on our pages.
    """
    if invoice["status"] != "waiting" or UNSURE & set(invoice["exceptions"]):
        return None
    if card_account(shop_id=UUID(invoice["shop_id"]), mode=invoice["mode"]) is None:
        return None
    tender = open_tender(invoice_id=UUID(invoice["id"]))
    return CardChoice(url=page_to_continue(tender, now=now), problem=problem)
