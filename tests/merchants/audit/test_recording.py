"""The audit log: with the act or not at all, never changed, kept for its time."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from gateway.events.errors import NotInTransaction
from merchants.accounts import services
from merchants.audit.acts import ACTS, KINDS, acts_of
from merchants.audit.forgetting import records_forget
from merchants.audit.models import Record
from merchants.audit.recording import changes, record
from merchants.audit.selectors import Asked, records_page
from merchants.dashboard import audit_words
from tests.as_web import as_web

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough phrase"


def _record(shop: Any, act: str = "settings.changed", **more: Any) -> Record:
    told = {"who": "house", "now": timezone.now()} | more
    return record(act=act, shop_id=shop.id, **told)


def test_every_act_has_a_kind_and_words() -> None:
    assert set(ACTS.values()) == set(KINDS)
    assert sorted(act for kind in KINDS for act in acts_of(kind)) == sorted(ACTS)
    for act in ACTS:
        assert audit_words.act_word(act) != act
    for kind in KINDS:
        assert audit_words.kind_word(kind)


def test_a_misspelt_act_is_written_down_by_nobody(shop: Any) -> None:
    with pytest.raises(LookupError):
        _record(shop, "settings.chagned")


@pytest.mark.django_db(transaction=True)
def test_an_act_is_written_down_in_its_own_transaction_or_not_at_all(shop: Any) -> None:
    with pytest.raises(NotInTransaction):
        _record(shop)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        _record(shop)
        raise ZeroDivisionError
    assert not Record.objects.exists()


@pytest.mark.parametrize("what", ["UPDATE audit_record SET who = 'x'", "DELETE FROM audit_record"])
def test_the_database_changes_nothing_that_was_written(shop: Any, what: str) -> None:
    _record(shop)
    with pytest.raises(DatabaseError, match="audit log stays"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(what)
    with as_web(shop.id), pytest.raises(DatabaseError, match="permission denied"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(what)


def test_what_is_five_years_old_is_forgotten_and_nothing_younger(shop: Any) -> None:
    now = timezone.now()
    _record(shop, now=now - timedelta(days=5 * 366 + 1))
    kept = _record(shop, now=now - timedelta(days=5 * 365 - 2))
    assert records_forget(now=now) == 1
    assert [row.id for row in Record.objects.all()] == [kept.id]


def test_a_shop_sees_its_own_log_only(shop: Any) -> None:
    _record(shop)
    record(act="settings.changed", shop_id=uuid4(), who="house", now=timezone.now())
    record(act="settings.changed", shop_id=None, who="house", now=timezone.now())
    with as_web(shop.id):
        assert Record.objects.count() == 1
        with pytest.raises(DatabaseError), transaction.atomic():
            record(act="settings.changed", shop_id=uuid4(), who="house", now=timezone.now())


def test_a_question_is_narrowed_by_person_kind_and_time(shop: Any) -> None:
    now = timezone.now()
    _record(shop, "api_key.made", who="user:a", now=now - timedelta(days=2))
    _record(shop, "api_key.made", who="user:b")
    _record(shop, "member.removed", who="user:b")
    found = lambda **asked: len(records_page(shop_id=shop.id, asked=Asked(**asked)).items)  # noqa: E731
    assert found() == 3
    assert found(who="user:b") == 2
    assert found(kind="programs") == 2
    assert found(kind="programs", who="user:b") == 1
    assert found(since=now - timedelta(days=1)) == 2
    assert found(until=now - timedelta(days=1)) == 1


def test_pages_are_walked_without_a_gap(shop: Any, django_assert_num_queries: Any) -> None:
    made = [_record(shop).id for _ in range(120)]
    seen, cursor = [], None
    for _ in range(3):
        with django_assert_num_queries(1):
            page = records_page(shop_id=shop.id, asked=Asked(), cursor=cursor)
        seen += [row.id for row in page.items]
        cursor = page.next_cursor
    assert cursor is None
    assert seen == sorted(made, reverse=True)


def test_only_what_differs_is_told() -> None:
    assert changes({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": None}) == {"b": {"from": 2, "to": 3}}


def test_sign_ins_are_written_down_where_the_person_works(shop: Any) -> None:
    user = services.user_create(email="ann@shop.example", password=PASSWORD)
    services.member_add(user_id=user.id, role="manager", shop_id=shop.id)
    client = Client(REMOTE_ADDR="203.0.113.7")
    form = {"username": user.email, "password": "not this one, sorry"}
    client.post("/login", form)
    client.post("/login", form | {"username": "nobody@shop.example"})
    client.post("/login", form | {"password": PASSWORD})
    rows = list(Record.objects.order_by("id"))
    assert [(row.act, row.shop_id, row.who) for row in rows] == [
        (act, shop.id, f"user:{user.id}") for act in ("sign_in.refused", "sign_in.done")
    ]
    assert {row.network for row in rows} == {"203.0.113.0/24"}
    assert all(row.request_id for row in rows)


def test_guessing_does_not_fill_the_log(shop: Any, settings: Any, valkey: Any) -> None:
    settings.AXES_FAILURE_LIMIT = 1_000
    user = services.user_create(email="ann@shop.example", password=PASSWORD)
    services.member_add(user_id=user.id, role="manager", shop_id=shop.id)
    client = Client()
    for _ in range(15):
        client.post("/login", {"username": user.email, "password": "not this one, sorry"})
    assert Record.objects.filter(act="sign_in.refused").count() == 10
