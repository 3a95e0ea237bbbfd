"""What a tablet sold without a connection becomes a ticket, its cash in the drawer, a receipt with
the next number: once, however often it is sent. What can't be booked by itself is written down all
the same and waits for a manager: cash that was taken is never dropped."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid5

import orjson
from django.db import transaction

from gateway.events.errors import TillwayError
from gateway.money.errors import MoneyError
from gateway.shops.selectors import ShopView
from merchants.audit.recording import record
from merchants.pos.away.errors import (
    AwayDiffers,
    AwaySettled,
    AwayUnknown,
    CurrencyChanged,
    ShiftOver,
)
from merchants.pos.away.said import WENT_ON, Said, SaidLine, said_as_dict, said_from
from merchants.pos.drawer import cash_into_drawer
from merchants.pos.errors import DraftElsewhere
from merchants.pos.models import AwaySale
from merchants.receipts.issuing import receipt_for_ticket
from merchants.shifts.errors import NoShift
from merchants.shifts.selectors import open_shift
from merchants.shifts.services import void_note
from merchants.tickets import services
from merchants.tickets.errors import ReasonMissing
from merchants.tickets.models import Ticket
from merchants.tickets.services import PutAmount, PutItem, Tap
from merchants.tills.makers import made_by
from merchants.tills.models import Device
from merchants.tills.rules import void_needs_manager
from merchants.tills.ruling import rules_of
from merchants.tills.selectors import role_at_tills

TAKEN_OFF: Final = "tablet_taken_off"
VOID_NEEDS_MANAGER: Final = "void_needs_manager"
_ON_ITS_WAY: Final = "booking"
MOST_LEFT: Final = 500
"""So many may a tablet that was taken off leave behind: more are no till's."""
MAX_NOTE: Final = 200
_Taps = Callable[[str], Tap]


@transaction.atomic
def away_take(
    *, shop: ShopView, said: Said, device_id: UUID, sent_by: UUID, now: datetime
) -> AwaySale:
    """Book what a paired tablet kept; with a reason in ``why`` where it has to wait for a manager.
    Sent again it is the same.

    Args:
        device_id: the pairing of the tablet that sends it. What an earlier pairing kept waits.

    Raises:
        DraftElsewhere: no tablet of this shop kept it.
    """
    device = _device(shop.id, said)
    row, is_new = _written(device, said, sent_by=sent_by, now=now)
    if not is_new:
        return row
    row.why = _apart(row, said) or (TAKEN_OFF if device.id != device_id else "")
    if not row.why:
        try:
            with transaction.atomic():
                _check_now(shop, row, said)
                _book(row, said, shop=shop, by=row.made_by, now=now)
        except (TillwayError, MoneyError) as refused:
            row.state, row.ticket_id, row.settled_at = "waiting", None, None
            row.why = refused.code
    row.save()
    return row


@transaction.atomic
def away_leave(*, device: Device, said: Said, now: datetime) -> AwaySale | None:
    """Write down what a tablet still had when it was taken off, of an earlier pairing too: nothing
    of it is booked. None where so much was left already that this is no till's.

    Raises:
        DraftElsewhere: no tablet of this shop kept it.
    """
    kept_by = _device(device.shop_id, said)
    came = AwaySale.objects.filter(shop_id=device.shop_id, key=said.key)
    left = AwaySale.objects.filter(device=kept_by, sent_by=None)
    if not came.exists() and left.count() >= MOST_LEFT:
        return None
    row, is_new = _written(kept_by, said, sent_by=None, now=now)
    if is_new:
        row.why = _apart(row, said) or TAKEN_OFF
        row.save(update_fields=["why"])
    return row


@transaction.atomic
def away_book(*, shop: ShopView, away_id: UUID, by: UUID, now: datetime) -> AwaySale:
    """A manager books what waits: cash into the shift that is open at its till now. Where the
    catalogue knows its items no more as they were shown, they go on as amounts.

    Raises:
        AwayUnknown, AwaySettled
        NoShift: cash was taken and no shift is open there.
        CurrencyChanged: the shop sells in another currency than it was made in.
        TillwayError, MoneyError: it can't be booked at all: it can be set aside.
    """
    row = _waiting(shop.id, away_id)
    said = said_from(row.body)
    maker = row.made_by if _stands(shop.id, row.made_by) else by
    try:
        with transaction.atomic():
            _book(row, said, shop=shop, by=maker, now=now)
    except (NoShift, CurrencyChanged):
        raise  # as amounts it is no other
    except (TillwayError, MoneyError):
        _book(row, said, shop=shop, by=maker, as_shown=True, now=now)
    row.settled_by = by
    row.save()
    _tell("away_sale.booked", row, by=by, now=now)
    return row


@transaction.atomic
def away_set_aside(
    *, shop_id: UUID, away_id: UUID, reason: str, by: UUID, now: datetime
) -> AwaySale:
    """A manager says why it becomes no sale; it is kept with that.

    Raises:
        AwayUnknown, AwaySettled, ReasonMissing
    """
    row = _waiting(shop_id, away_id)
    reason = "".join(each for each in reason if each.isprintable()).strip()[:MAX_NOTE]
    if not reason:
        raise ReasonMissing
    row.state, row.note, row.label = "set_aside", reason, ""
    row.settled_by, row.settled_at = by, now
    row.save()
    _tell("away_sale.set_aside", row, by=by, now=now)
    return row


# --- parts ---------------------------------------------------------------------------------------


def _device(shop_id: UUID, said: Said) -> Device:
    found = Device.objects.filter(shop_id=shop_id, id=said.device_id).first()
    if found is None:
        raise DraftElsewhere
    return found


def _written(
    device: Device, said: Said, *, sent_by: UUID | None, now: datetime
) -> tuple[AwaySale, bool]:
    """Its row, and whether it came for the first time. Two pages that send it at once wait for one
    another. What went on after it was sent, on another page of the tablet, is written down too,
    under a key of its own: it may be cash."""
    row, is_new = _row(device, said, sent_by=sent_by, now=now)
    if row.body != said_as_dict(said):
        return _row(device, _went_on(said), sent_by=sent_by, now=now)
    return row, is_new


def _went_on(said: Said) -> Said:
    """The same under a key of its own, which is always the same for the same ticket."""
    whole = orjson.dumps(said_as_dict(said), option=orjson.OPT_SORT_KEYS)
    return replace(said, key=sha256(whole).hexdigest()[:32])


def _apart(row: AwaySale, said: Said) -> str:
    return WENT_ON if row.key != said.key else ""


def _row(
    device: Device, said: Said, *, sent_by: UUID | None, now: datetime
) -> tuple[AwaySale, bool]:
    return AwaySale.objects.get_or_create(
        shop_id=device.shop_id,
        key=said.key,
        defaults={
            "till_id": device.till_id,
            "device": device,
            "number": said.number,
            "ends": said.ends,
            "currency": said.currency,
            "due_units": said.due_units,
            "label": said.label,
            "body": said_as_dict(said),
            "made_by": said.made_by,
            "made_at": said.made_at,
            "sent_by": sent_by,
            "sent_at": now,
            "why": _ON_ITS_WAY,
        },
    )


def _check_now(shop: ShopView, row: AwaySale, said: Said) -> None:
    """What may have changed since the connection went.

    Raises:
        NotAtTills: who stood there works there no more.
        CurrencyChanged, ShiftOver
    """
    role_at_tills(shop_id=shop.id, user_id=row.made_by)
    if shop.pricing_currency != said.currency:
        raise CurrencyChanged
    if said.ends == "cash":
        shift = open_shift(shop_id=shop.id, till_id=row.till_id)
        # What was counted when that shift was closed had this cash in it.
        if shift is None or shift.id != said.shift_id:
            raise ShiftOver


def _stands(shop_id: UUID, user_id: UUID) -> bool:
    try:
        role_at_tills(shop_id=shop_id, user_id=user_id)
    except TillwayError:
        return False
    return True


def _book(
    row: AwaySale,
    said: Said,
    *,
    shop: ShopView,
    by: UUID,
    now: datetime,
    as_shown: bool = False,
) -> None:
    """The ticket as the tablet had it, and what became of it there.

    Args:
        as_shown: items go on as amounts, under the names and prices that the tablet showed.

    Raises:
        CurrencyChanged: its amounts are another currency's.
        AwayDiffers, TillwayError, MoneyError
    """
    maker = made_by(user_id=by, till_id=row.till_id)
    ticket_id = uuid5(shop.id, said.key)

    def tap(step: str) -> Tap:
        return Tap(by=maker, key=f"away:{said.key}:{step}", now=now)

    ticket = services.ticket_open(shop=shop, ticket_id=ticket_id, tap=tap("open"), label=row.label)
    if ticket.currency != said.currency:
        raise CurrencyChanged
    puts, removed = [], set()
    for place, line in enumerate(said.lines):
        if as_shown and not line.price_units:
            continue  # given away: an amount of nothing is none
        line_id = uuid5(ticket_id, str(place))
        puts.append(_put(line, line_id=line_id, as_shown=as_shown))
        if line.is_removed:
            removed.add(line_id)
    ticket = services.lines_put(
        shop_id=shop.id, ticket_id=ticket_id, lines=puts, tap=tap("lines"), removed=removed
    )
    if int(ticket.goods_units) != said.due_units:
        raise AwayDiffers
    if said.ends == "cash":
        _take_cash(row, said, ticket, tap=tap, by=by, now=now)
    elif said.ends == "void":
        _void(row, said, ticket, tap=tap("void"), now=now)
    else:
        services.ticket_park(shop_id=shop.id, ticket_id=ticket_id, tap=tap("park"))
    row.state, row.ticket_id, row.settled_at, row.label = "booked", ticket_id, now, ""


def _put(line: SaidLine, *, line_id: UUID, as_shown: bool) -> PutAmount | PutItem:
    if line.item_id is None or as_shown:
        return PutAmount(line_id, line.price_units, line.tax, line.name, line.quantity)
    return PutItem(line_id, line.item_id, line.version, line.quantity, line.choices)


def _take_cash(
    row: AwaySale, said: Said, ticket: Ticket, *, tap: _Taps, by: UUID, now: datetime
) -> None:
    """Into the drawer, with the receipt's number: the customer may ask for it by the slip."""
    named: dict[str, Any] = {"shop_id": ticket.shop_id, "ticket_id": ticket.id}
    services.ticket_split(**named, tap=tap("split"))
    paid, cash = services.cash_take(**named, part=1, given_units=said.given_units, tap=tap("cash"))
    if int(cash.change_units) != said.change_units or paid.state != "paid":
        raise AwayDiffers
    cash_into_drawer(cash, till_id=row.till_id, by=by, now=now)
    receipt_for_ticket(**named, now=now)


def _void(row: AwaySale, said: Said, ticket: Ticket, *, tap: Tap, now: datetime) -> None:
    """Counted in the shift, as any void. Where the shop wants a manager's word for it, nobody could
    give one without a connection: the ticket stays open for who can."""
    rules = rules_of(shop_id=ticket.shop_id)
    units = int(ticket.goods_units)
    if void_needs_manager(rules, units=units, is_money_on_it=False):
        row.why = VOID_NEEDS_MANAGER
        return
    services.ticket_void(shop_id=ticket.shop_id, ticket_id=ticket.id, reason=said.reason, tap=tap)
    void_note(
        shop_id=ticket.shop_id,
        till_id=row.till_id,
        source=f"ticket:{ticket.id}",
        currency=ticket.currency,
        units=units,
        now=now,
    )


def _waiting(shop_id: UUID, away_id: UUID) -> AwaySale:
    row = AwaySale.objects.select_for_update().filter(shop_id=shop_id, id=away_id).first()
    if row is None:
        raise AwayUnknown
    if row.state != "waiting":
        raise AwaySettled
    return row


def _tell(act: str, row: AwaySale, *, by: UUID, now: datetime) -> None:
    record(
        act=act,
        shop_id=row.shop_id,
        who=f"user:{by}",
        subject=f"away_sale:{row.id}",
        detail={"number": row.number, "currency": row.currency, "units": str(row.due_units)},
        now=now,
    )
