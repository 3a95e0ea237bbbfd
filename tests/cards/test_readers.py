"""A shop's card readers: registered once, looked at, removed, whatever becomes of answers."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from gateway.cards.carrying_readers import readers_carry
from gateway.cards.errors import (
    CardsNotTaken,
    ReaderCodeWrong,
    ReaderLabelTaken,
    ReaderPlaceMissing,
    ReaderUnknown,
)
from gateway.cards.models import Reader, ReaderPlace
from gateway.cards.readers import Address, reader_add, reader_drop
from gateway.cards.selectors import ready_readers
from gateway.ramps.models import RampAccount
from tests.cards.kit import Desk
from tests.faults.in_process import Killed, Reached, killer, passing
from tests.ramps.kit import RAMP
from tests.stripe_fake import readers
from tests.stripe_fake.faults import Fault

REGISTER = "POST /v1/terminal/readers"
PLACES = "POST /v1/terminal/locations"
HERE = Address("Gasse 1", "Berlin", "10115")


def _add(desk: Desk, *, code: str = "puddle-1", label: str = "Counter", **how: Any) -> Reader:
    wanted = {
        "shop_id": desk.world.shop_id,
        "mode": "test",
        "shop_name": "Café",
        "by": "user:x",
        "now": desk.place.now,
        "address": HERE,
        **how,
    }
    return reader_add(label=label, code=code, **wanted)


def _carry(desk: Desk, *, seconds: float = 31, reached: Reached | None = None) -> int:
    desk.world.clock.advance(seconds=seconds)
    with passing(reached):
        return readers_carry(now=desk.place.now)


def _devices(desk: Desk) -> list[Any]:
    return list(desk.place.fake.state.objects["terminal.reader"].values())


def test_a_reader_is_registered_where_the_shop_stands(desk: Desk) -> None:
    row = _add(desk)
    _carry(desk)
    row.refresh_from_db()
    assert (row.status, row.is_online, row.code) == ("ready", True, "")
    (device,) = _devices(desk)
    (place,) = desk.place.fake.state.objects["terminal.location"].values()
    assert (device["id"], device["label"]) == (row.remote_id, "Counter")
    assert device["location"] == place["id"]
    assert place["address"]["city"] == "Berlin" and place["address"]["country"] == "DE"
    assert ready_readers(shop_id=desk.world.shop_id, ramp=RAMP) == [row]


def test_a_second_reader_stands_at_the_same_place(desk: Desk) -> None:
    _add(desk)
    _carry(desk)
    _add(desk, code="puddle-2", label="Door", address=None)
    _carry(desk)
    assert len(desk.place.fake.state.objects["terminal.location"]) == 1
    assert [row["label"] for row in _devices(desk)] == ["Counter", "Door"]


def test_what_lacks_is_said_before_anything_is_asked(desk: Desk) -> None:
    with pytest.raises(ReaderPlaceMissing):
        _add(desk, address=None)
    with pytest.raises(ReaderCodeWrong):
        _add(desk, code=" ")
    _add(desk)
    with pytest.raises(ReaderLabelTaken):
        _add(desk, code="puddle-2")
    RampAccount.objects.update(capabilities={"transfers": "active"})
    with pytest.raises(CardsNotTaken):
        _add(desk, label="Door")
    assert desk.place.fake.sent(REGISTER) == []


def test_a_wrong_code_is_refused_and_another_may_be_typed(desk: Desk) -> None:
    row = _add(desk, code="no such code")
    _carry(desk)
    row.refresh_from_db()
    assert row.status == "refused" and "registration code" in row.last_error
    _add(desk)
    _carry(desk)
    assert [one.status for one in Reader.objects.all()] == ["refused", "ready"]


@pytest.mark.parametrize(
    "point",
    ["reader.place_answered", "reader.registering", "reader.registered", "reader.removed"],
)
def test_a_process_that_dies_registers_once(point: str, desk: Desk) -> None:
    row = _add(desk)
    reached = killer(point)
    for _ in range(3):
        try:
            _carry(desk, reached=reached)
        except Killed:
            continue
    assert len(_devices(desk)) == len(desk.place.fake.state.objects["terminal.location"]) == 1
    reader_drop(shop_id=desk.world.shop_id, reader_id=row.id, now=desk.place.now)
    for _ in range(3):
        try:
            _carry(desk, reached=reached)
        except Killed:
            continue
    row.refresh_from_db()
    assert (row.status, _devices(desk)) == ("removed", [])


@pytest.mark.parametrize("on", [REGISTER, PLACES])
@pytest.mark.parametrize("fault", [one for one in Fault if one is not Fault.TIMEOUT_BEFORE])
def test_an_answer_that_never_came_registers_once(fault: Fault, on: str, desk: Desk) -> None:
    row = _add(desk)
    desk.place.fake.faults.order(fault, on=on)
    _carry(desk)
    assert desk.place.fake.faults.struck
    row.refresh_from_db()
    assert row.status in ("planned", "asked")
    for _ in range(4):
        _carry(desk, seconds=60)
    row.refresh_from_db()
    assert row.status == "ready"
    assert len(_devices(desk)) == len(desk.place.fake.state.objects["terminal.location"]) == 1


def test_a_reader_that_is_off_is_said_to_be(desk: Desk) -> None:
    row = _add(desk)
    _carry(desk)
    row.refresh_from_db()
    readers.loses_its_line(desk.place.fake.state, row.remote_id)
    _carry(desk, seconds=400)
    row.refresh_from_db()
    assert (row.status, row.is_online) == ("ready", False)


def test_a_reader_removed_on_the_providers_pages_is_no_more(desk: Desk) -> None:
    row = _add(desk)
    _carry(desk)
    desk.place.fake.state.objects["terminal.reader"].clear()
    _carry(desk, seconds=400)
    row.refresh_from_db()
    assert row.status == "removed"


def test_a_device_stands_in_one_shop(desk: Desk) -> None:
    first = _add(desk)
    _carry(desk)
    second = _add(desk, label="Moved")  # its code was read off the same device again
    _carry(desk)
    statuses = {one.id: one.status for one in Reader.objects.all()}
    assert statuses == {first.id: "removed", second.id: "ready"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Reader.objects.filter(id=first.id).update(status="ready")


def test_a_stranger_removes_none_of_ours(desk: Desk) -> None:
    row = _add(desk)
    _carry(desk)
    with pytest.raises(ReaderUnknown):
        reader_drop(shop_id=uuid4(), reader_id=row.id, now=desk.place.now)
    assert ReaderPlace.objects.count() == 1
