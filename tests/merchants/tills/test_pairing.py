"""A tablet becomes a till by a code, and stops being one."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from gateway.events.ids import uuid7
from gateway.events.models import Event
from merchants.tills.errors import (
    PairingCodeWrong,
    TillNameInvalid,
    TillNameTaken,
    TillRevoked,
    TillUnknown,
)
from merchants.tills.models import Device, Pairing
from merchants.tills.pairing import pairing_make, till_make, till_pair, till_revoke
from merchants.tills.selectors import devices_ended, till_entered, tills_of
from tests.as_web import as_web
from tests.tenancy.tables import asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(staff):
    return staff.user("owner").id


def code_for(till, owner, *, now=None):
    made = pairing_make(shop_id=till.shop_id, till_id=till.id, by=owner, now=now or timezone.now())
    return made[1]


def test_a_code_pairs_one_tablet_once(till, owner):
    code, now = code_for(till, owner), timezone.now()
    device, token = till_pair(typed=code, app_version="7", now=now)
    session = till_entered(token, now=now)
    assert (session.till_id, session.shop.id) == (till.id, till.shop_id)
    assert session.cashier is None
    assert (device.paired_by, device.app_version) == (owner, "7")
    with pytest.raises(PairingCodeWrong):
        till_pair(typed=code, now=now)
    assert Device.objects.count() == 1


def test_a_code_is_good_for_ten_minutes_and_no_longer(till, owner):
    made = timezone.now()
    code = code_for(till, owner, now=made)
    with pytest.raises(PairingCodeWrong):
        till_pair(typed=code, now=made + timedelta(minutes=10))
    assert till_pair(typed=code, now=made + timedelta(minutes=10, microseconds=-1))


def test_a_newer_code_ends_the_older(till, owner):
    older, newer = code_for(till, owner), code_for(till, owner)
    with pytest.raises(PairingCodeWrong):
        till_pair(typed=older, now=timezone.now())
    assert till_pair(typed=newer, now=timezone.now())


@pytest.mark.parametrize("typed", ["", "ABCD", "ABCDEFGH", "ABCDEFGI", "ABCD EFGH IJKL", "x" * 999])
def test_what_is_no_open_code_pairs_nothing(till, owner, typed):
    code_for(till, owner)
    with pytest.raises(PairingCodeWrong):
        till_pair(typed=typed, now=timezone.now())
    assert not Device.objects.exists()


def test_neither_a_code_nor_a_token_is_stored(till, owner):
    code = code_for(till, owner)
    _device, token = till_pair(typed=code, now=timezone.now())
    rows = asked(
        "SELECT row_to_json(d)::text FROM tills_device d"
        " UNION ALL SELECT row_to_json(p)::text FROM tills_pairing p"
        " UNION ALL SELECT e.body::text FROM events_event e"
    )
    everything = " ".join(row[0] for row in rows)
    for secret in (code, token, token.encode().hex(), code.encode().hex()):
        assert secret not in everything


def test_pairing_another_tablet_takes_the_first_off(till, owner):
    first, first_token = till_pair(typed=code_for(till, owner), now=timezone.now())
    second, second_token = till_pair(typed=code_for(till, owner), now=timezone.now())
    with pytest.raises(TillRevoked):
        till_entered(first_token, now=timezone.now())
    assert till_entered(second_token, now=timezone.now()).device_id == second.id
    told = Event.objects.filter(type="till.revoked").get()
    assert told.body["device_id"] == str(first.id) and told.body["why"] == "replaced"


def test_who_paired_and_who_took_off_is_told(till, owner, staff):
    device, token = till_pair(typed=code_for(till, owner), now=timezone.now())
    manager = staff.user("manager").id
    assert till_revoke(shop_id=till.shop_id, till_id=till.id, by=manager, now=timezone.now())
    told = {event.type: event for event in Event.objects.filter(subject=f"till:{till.id}")}
    assert told["till.paired"].body["by"] == f"user:{owner}"
    assert told["till.revoked"].body["by"] == f"user:{manager}"
    assert told["till.revoked"].body["why"] == "revoked"
    assert told["till.paired"].shop_id == till.shop_id
    with pytest.raises(TillRevoked):
        till_entered(token, now=timezone.now())
    assert devices_ended([str(device.id)]) == {str(device.id)}


def test_taking_off_twice_is_once_and_ends_an_open_code(till, owner):
    till_pair(typed=code_for(till, owner), now=timezone.now())
    code = code_for(till, owner)
    wanted = {"shop_id": till.shop_id, "till_id": till.id, "by": owner}
    assert till_revoke(**wanted, now=timezone.now())
    assert not till_revoke(**wanted, now=timezone.now())
    with pytest.raises(PairingCodeWrong):
        till_pair(typed=code, now=timezone.now())
    assert Event.objects.filter(type="till.revoked").count() == 1


def test_a_till_of_another_shop_is_not_there(till, owner):
    other = uuid7()
    with pytest.raises(TillUnknown):
        pairing_make(shop_id=other, till_id=till.id, by=owner, now=timezone.now())
    with pytest.raises(TillUnknown):
        till_revoke(shop_id=other, till_id=till.id, by=owner, now=timezone.now())


def test_a_till_has_a_name_of_its_own(till, owner):
    wanted = {"shop_id": till.shop_id, "by": owner, "now": timezone.now()}
    with pytest.raises(TillNameTaken):
        till_make(name=" Counter ", **wanted)
    for nameless in ("", "  ", "\x00\x07"):
        with pytest.raises(TillNameInvalid):
            till_make(name=nameless, **wanted)
    assert till_make(name="Counter", **{**wanted, "shop_id": uuid7()})


def test_the_database_has_one_live_tablet_and_one_open_code_a_till(till, owner):
    till_pair(typed=code_for(till, owner), now=timezone.now())
    device = Device.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Device.objects.create(
            shop_id=till.shop_id,
            till=till,
            token_hash=b"\1" * 32,
            paired_by=owner,
            paired_at=timezone.now(),
            seen_at=timezone.now(),
            used_at=timezone.now(),
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Device.objects.filter(id=device.id).update(revoked_at=timezone.now())
    code_for(till, owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pairing.objects.update(dropped_at=None)
        Pairing.objects.update(used_at=None)


def test_a_tablet_costs_one_query_and_a_write_a_minute(till, owner, django_assert_num_queries):
    now = timezone.now()
    _device, token = till_pair(typed=code_for(till, owner), now=now)
    with django_assert_num_queries(1):
        till_entered(token, now=now + timedelta(seconds=59))
    with django_assert_num_queries(2):
        till_entered(token, now=now + timedelta(minutes=2))
    with django_assert_num_queries(1):
        till_entered(token, now=now + timedelta(minutes=2, seconds=30))


def test_the_list_costs_three_queries_however_many_tills(till, owner, django_assert_num_queries):
    for name in ("A", "B", "C"):
        made = till_make(shop_id=till.shop_id, name=name, by=owner, now=timezone.now())
        till_pair(typed=code_for(made, owner), now=timezone.now())
    code_for(till, owner)
    with django_assert_num_queries(3):
        lines = tills_of(shop_id=till.shop_id, now=timezone.now())
    assert [line.till.name for line in lines] == ["A", "B", "C", "Counter"]
    assert [line.device is not None for line in lines] == [True, True, True, False]
    assert [line.code_until is not None for line in lines] == [False, False, False, True]


def test_a_revoked_tablet_opens_no_scope(till, owner):
    _device, token = till_pair(typed=code_for(till, owner), now=timezone.now())
    till_revoke(shop_id=till.shop_id, till_id=till.id, by=owner, now=timezone.now())
    with as_web():
        with pytest.raises(TillRevoked):
            till_entered(token, now=timezone.now())
        assert not Device.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('tillway.shop', true)")
            assert not cursor.fetchone()[0]
        assert till_entered("A" * 43, now=timezone.now()) is None
