"""Whether a page offers a card, and where it leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from gateway.cards.onramp import onramp_of, open_page
from gateway.cards.selectors import card_account, open_tender, page_to_continue

PAYABLE: Final = frozenset({"waiting", "partial"})
UNSURE: Final = frozenset({"held", "reverted"})
"""Tokens that were sent may yet pay."""


@dataclass(frozen=True, slots=True)
class CardChoice:
    """A card may pay, or buy the token that pays.

    Attributes:
        pays: whether it may pay.
        url: the provider's page that is open for it; "" before one was asked for.
        buys: the symbol of the token that it may buy; "" for none.
        buy_url: the page that is open for buying.
        problem: whether none could be had just now.
    """

    pays: bool = False
    url: str = ""
    buys: str = ""
    buy_url: str = ""
    problem: bool = False


def card_choice(
    invoice: Mapping[str, Any], *, now: datetime, asset: str = "", problem: bool = False
) -> CardChoice | None:
    """None where a card is of no use. No query where no ramp takes or sells anything, two for each
    otherwise.

    The page is shown as a link and not followed for its reader: a form here leads to no other
    site, and no script of the provider runs on our pages.

    Args:
        asset: the token that the viewer chose, which a card may buy.
    """
    if UNSURE & set(invoice["exceptions"]) or invoice["status"] not in PAYABLE:
        return None
    shop_id, mode = UUID(invoice["shop_id"]), invoice["mode"]
    pays = invoice["status"] == "waiting" and card_account(shop_id=shop_id, mode=mode) is not None
    buys = bool(asset) and onramp_of(shop_id=shop_id, mode=mode, asset=asset) is not None
    if not pays and not buys:
        return None
    tender = open_tender(invoice_id=UUID(invoice["id"])) if pays else None
    if tender is not None and tender.reader_id is not None:
        pays, tender = False, None  # a reader at the till asks for it
        if not buys:
            return None
    return CardChoice(
        pays=pays,
        url=page_to_continue(tender, now=now),
        buys=asset.partition("@")[0] if buys else "",
        buy_url=open_page(invoice, asset=asset, now=now) if buys else "",
        problem=problem,
    )
