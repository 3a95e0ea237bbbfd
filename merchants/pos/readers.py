"""What the till says of a card that is to be presented: readers to choose from, how far one is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from gateway.cards.models import CardTender, Reader
from gateway.cards.reader_life import MAY_TRY_AGAIN
from gateway.cards.selectors import card_account, open_tender, ready_readers

_MAY_PAY: Final = frozenset({"waiting", "processing"})


@dataclass(frozen=True, slots=True)
class AtReader:
    """A sale's card at the till.

    Attributes:
        offers: readers that may be had to ask for it (anew), free ones first.
        turn: how far one is; "" before one was asked.
        goes_on: whether that changes by itself, so that the page looks again.
        may_cancel: whether the cashier may still call it off.
    """

    offers: tuple[Reader, ...] = ()
    turn: str = ""
    label: str = ""
    tone: str = ""
    icon: str = ""
    word: str = ""
    hint: str = ""
    goes_on: bool = False
    may_cancel: bool = False


def at_reader_of(sale: Mapping[str, Any]) -> AtReader | None:
    """None where the shop has no reader, or a card is of no use. Up to four queries."""
    if sale["status"] not in _MAY_PAY or "held" in sale["exceptions"]:
        return None
    shop_id = UUID(sale["shop_id"])
    tender = open_tender(invoice_id=UUID(sale["id"]))
    if tender is not None and tender.reader is not None:
        others = _offers(shop_id, sale["mode"]) if tender.turn in MAY_TRY_AGAIN else ()
        return _under_way(tender, tender.reader, offers=others)
    if sale["status"] != "waiting":
        return None
    offers = _offers(shop_id, sale["mode"])
    return AtReader(offers=offers) if offers else None


def _offers(shop_id: UUID, mode: str) -> tuple[Reader, ...]:
    account = card_account(shop_id=shop_id, mode=mode)
    if account is None:
        return ()
    found = ready_readers(shop_id=shop_id, ramp=account.ramp)
    return tuple(sorted(found, key=lambda reader: not reader.is_online))


def _under_way(tender: CardTender, reader: Reader, *, offers: tuple[Reader, ...]) -> AtReader:
    turn = "charging" if tender.status == "taken" else tender.turn
    tone, icon, word, hint = _words(turn, label=reader.label)
    return AtReader(
        offers=offers,
        turn=turn,
        label=reader.label,
        tone=tone,
        icon=icon,
        word=word,
        hint=hint,
        goes_on=turn not in MAY_TRY_AGAIN,
        may_cancel=tender.status in ("planned", "asked", "open"),
    )


def _words(turn: str, *, label: str) -> tuple[str, str, str, str]:
    """Tone, icon, word and what to do."""
    other = _("Try again, or let the customer pay in tokens: the code is still good.")
    match turn:
        case "asking":
            said = _("Asking “%(label)s”…") % {"label": label}
            return "seen", "progress", said, _("The reader shows the amount in a moment.")
        case "waiting":
            said = _("Waiting for a card at “%(label)s”") % {"label": label}
            return "wait", "card", said, _("The customer holds the card to the reader.")
        case "done" | "charging":
            said = _("The card was accepted and is being charged.")
            return "seen", "progress", said, _("Hand nothing over yet.")
        case "ending":
            said = _("Being called off at “%(label)s”…") % {"label": label}
            return "quiet", "progress", said, ""
        case "declined":
            return "problem", "cross-circle", _("The card was declined."), other
        case "stopped":
            return "problem", "cross-circle", _("The customer stopped at the reader."), other
        case "offline":
            said = _("“%(label)s” is offline.") % {"label": label}
            return (
                "problem",
                "offline",
                said,
                _("Switch it on and check its network.") + f" {other}",
            )
        case "busy":
            said = _("“%(label)s” is busy with another payment.") % {"label": label}
            return "problem", "alert", said, other
        case _:
            return "problem", "alert", _("The reader ended without a card."), other
