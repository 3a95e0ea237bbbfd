"""Shifts: opened, counted, closed for good."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from gateway.events.ids import uuid7
from gateway.events.models import Event
from merchants.notices.models import Notice
from merchants.shifts.errors import CashInvalid, NoShift, ReasonMissing, ShiftOpen
from merchants.shifts.models import CashMove, Shift, Taking, ZReport
from merchants.shifts.selectors import shifts_page
from merchants.shifts.services import MAX_UNITS
from merchants.shifts.watching import shifts_left_open_tell
from merchants.tills.errors import TillUnknown
from merchants.tills.pairing import till_make
from tests.as_web import as_web
from tests.merchants.shifts.drawers import TillDrawer

pytestmark = pytest.mark.django_db


def test_a_shift_is_closed_with_what_is_missing(drawer):
    drawer.open(10_000)
    drawer.cash("sale", 2_500, reason="")
    drawer.cash("out", 5_000, reason="to the bank")
    report = drawer.close(7_490)
    told = report.body["drawer"]
    assert (told["expected"]["units"], told["counted"]["units"]) == ("7500", "7490")
    assert told["difference"] == {"amount": "-0.10", "units": "-10"}
    assert report.body["opened_by"] == report.body["closed_by"] == str(drawer.by)
    assert report.body["till"] == "Counter"


def test_a_till_has_one_shift_at_a_time(drawer):
    drawer.open()
    with pytest.raises(ShiftOpen):
        drawer.open()
    drawer.close()
    with pytest.raises(NoShift):
        drawer.close()
    with pytest.raises(NoShift):
        drawer.cash("in", 5)
    assert drawer.open().closed_at is None


def test_reports_are_numbered_by_their_till_without_gaps(drawer, staff):
    other_till = till_make(
        shop_id=drawer.till.shop_id, name="Bar", by=drawer.by, now=timezone.now()
    )
    other = TillDrawer(world=drawer.world, staff=staff, till=other_till)
    for one in (drawer, drawer, other, drawer, other):
        one.open(0)
        one.close(0)
    for till, expected in ((drawer.till, [1, 2, 3]), (other_till, [1, 2])):
        numbers = ZReport.objects.filter(till=till).order_by("id").values_list("number", flat=True)
        assert list(numbers) == expected


@pytest.mark.parametrize("units", [-1, MAX_UNITS + 1])
def test_no_drawer_holds_less_than_nothing_or_all_the_worlds_money(drawer, units):
    with pytest.raises(CashInvalid):
        drawer.open(units)
    drawer.open(0)
    with pytest.raises(CashInvalid):
        drawer.close(units)
    for kind in ("sale", "in"):
        for wrong in (units, 0):
            with pytest.raises(CashInvalid):
                drawer.cash(kind, wrong)


def test_a_form_sent_twice_moves_cash_once(drawer):
    drawer.open()
    first = drawer.cash("in", 500, draft="same")
    assert drawer.cash("in", 500, draft="same") == first
    assert CashMove.objects.count() == 1


@pytest.mark.parametrize("kind", ["in", "out", "refund"])
def test_cash_that_is_no_sale_needs_a_reason(drawer, kind):
    drawer.open()
    with pytest.raises(ReasonMissing):
        drawer.cash(kind, 5, reason="  ")
    assert drawer.cash("sale", 5, reason="")


def test_another_shops_till_has_no_shift_to_open(drawer):
    drawer.till.shop_id = uuid7()
    with pytest.raises(TillUnknown):
        drawer.open()


# ---- nobody changes it --------------------------------------------------------------------------


def refused(change):
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


def test_a_report_never_changes_whoever_tries(drawer):
    drawer.open()
    report = drawer.close()
    mine = ZReport.objects.filter(id=report.id)
    refused(lambda: mine.update(body={}))
    refused(lambda: mine.update(number=2))
    refused(mine.delete)
    assert ZReport.objects.get().body == report.body
    with as_web(drawer.till.shop_id):
        refused(lambda: mine.update(body={}))
        refused(mine.delete)


def test_a_number_can_be_neither_left_out_nor_used_again(drawer):
    drawer.open()
    report = drawer.close()
    shift = drawer.open()

    def write(number):
        ZReport.objects.create(
            shop_id=report.shop_id,
            till=drawer.till,
            shift=shift,
            number=number,
            body={},
            made_at=timezone.now(),
        )

    for number in (0, 1, 3):
        refused(lambda number=number: write(number))
    write(2)


def test_a_closed_shift_stays_closed_and_takes_nothing_more(drawer):
    drawer.open()
    drawer.cash("in", 5)
    shift_id = drawer.close(10_005).shift_id
    closed = Shift.objects.filter(id=shift_id)
    refused(lambda: closed.update(closed_at=None, closed_by=None, counted_units=None))
    refused(lambda: closed.update(counted_units=1))
    refused(closed.delete)
    refused(lambda: CashMove.objects.update(units=6))
    refused(lambda: CashMove.objects.all().delete())
    refused(
        lambda: CashMove.objects.create(
            shop_id=drawer.till.shop_id,
            shift_id=shift_id,
            kind="sale",
            units=5,
            draft="late",
            made_by=drawer.by,
            made_at=timezone.now(),
        )
    )


def test_what_a_shift_began_with_never_changes(drawer):
    shift = drawer.open()
    refused(lambda: Shift.objects.filter(id=shift.id).update(float_units=1))
    refused(lambda: Shift.objects.filter(id=shift.id).update(opened_by=uuid7()))


def test_a_taking_is_as_its_event_told_it(drawer):
    drawer.open()
    drawer.takes()
    refused(lambda: Taking.objects.update(units=1))
    refused(lambda: Taking.objects.update(shift=None))
    refused(lambda: Taking.objects.all().delete())


# ---- told ---------------------------------------------------------------------------------------


def test_a_shift_left_open_is_told_to_the_manager_once_until_it_is_closed(drawer, settings):
    settings.SHIFT_OPEN_HOURS = 16
    shift = drawer.open()
    now = shift.opened_at + timedelta(hours=16)
    assert shifts_left_open_tell(now=now - timedelta(seconds=1)) == 0
    assert shifts_left_open_tell(now=now) == 1
    assert shifts_left_open_tell(now=now + timedelta(days=3)) == 0
    drawer.world.drain()
    notice = Notice.objects.get(kind="shift_left_open")
    assert notice.shop_id == drawer.till.shop_id and notice.body["till"] == "Counter"
    assert notice.settled_at is None
    drawer.close()
    drawer.world.drain()
    notice.refresh_from_db()
    assert notice.settled_at is not None


def test_opening_and_closing_are_told_with_who_and_the_number(drawer):
    shift = drawer.open()
    drawer.close()
    told = {one.type: one.body for one in Event.objects.filter(subject=f"shift:{shift.id}")}
    assert told["shift.opened"]["by"] == told["shift.closed"]["by"] == f"user:{drawer.by}"
    assert told["shift.closed"]["z_number"] == 1


def test_the_list_is_one_query_a_page(drawer, django_assert_num_queries):
    for _ in range(5):
        drawer.open(0)
        drawer.close(0)
    newest = drawer.open()
    with django_assert_num_queries(1):
        page = shifts_page(shop_id=drawer.till.shop_id, size=4)
    assert page.items[0] == newest and len(page.items) == 4
    rest = shifts_page(shop_id=drawer.till.shop_id, cursor=page.next_cursor, size=4)
    assert len(rest.items) == 2 and rest.next_cursor is None
    assert not {one.id for one in page.items} & {one.id for one in rest.items}
