"""The request log: what a shop's programs asked, and why they were refused."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from merchants.accounts.models import ApiKey
from merchants.calls.collecting import (
    KEPT,
    call_days_drop,
    call_days_ensure,
    calls_collect,
)
from merchants.calls.models import Call
from merchants.calls.noting import MOST_WAITING, WAITING, Notes, notes
from merchants.calls.redacting import MOST_BYTES, redacted
from merchants.calls.selectors import calls_page
from tests.as_web import as_web

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def here(open_shop):
    return f"/dashboard/{open_shop.shop_id}/developers/requests"


def written() -> list[Call]:
    """What the task wrote, once the process handed over."""
    notes().hand_over()
    calls_collect()
    return list(Call.objects.order_by("id"))


def test_every_request_of_a_key_is_noted_with_how_it_ended(api, open_shop):
    made = api.post("invoices", {"amount": "4.20"}, Idempotency_Key="one")
    again = api.post("invoices", {"amount": "4.20"}, Idempotency_Key="one")
    refused = api.post("invoices", {"amount": "much", "order_id": "Table of Ann"})
    missing = api.get(f"invoices/{uuid4()}")
    first, second, third, fourth = written()
    assert [str(one.id) for one in (first, second, third, fourth)] == [
        answer["X-Request-Id"] for answer in (made, again, refused, missing)
    ]
    assert (first.method, first.path, first.status, first.code) == (
        *("POST", "/v1/invoices", 201, ""),
    )
    assert (first.idempotency_key, first.replayed) == ("one", False)
    assert (second.status, second.replayed) == (201, True)
    assert first.key_id == ApiKey.objects.get().id
    assert first.shop_id == open_shop.shop_id
    assert (first.sent, first.answered) == ("", "")
    assert (third.status, third.code) == (400, refused.json()["code"])
    assert '"amount": "much"' in third.sent
    assert "Ann" not in third.sent
    assert "(12 characters)" in third.sent
    assert orjson.loads(third.answered)["request_id"] == str(third.id)
    assert fourth.status == 404
    assert abs(first.at - timezone.now()) < timedelta(minutes=5)


def test_what_opens_nothing_is_in_nobodys_log(api, stranger, open_shop):
    api.headers = {"Authorization": "Bearer tw_test_nothing"}
    assert api.get("invoices").status_code == 401
    api.headers = {}
    assert api.get("invoices").status_code == 401
    assert api.get("nothing").status_code == 404
    assert written() == []
    stranger.get("invoices")
    assert [one.shop_id for one in written()] != [open_shop.shop_id]
    with as_web(open_shop.shop_id):
        assert calls_page(shop_id=open_shop.shop_id).items == []
        assert Call.objects.count() == 0


def test_while_valkey_is_away_notes_are_lost_and_nobody_fails():
    away = Notes(url="redis://127.0.0.1:1/0")
    away.add((1,))
    assert away.hand_over() == 0
    assert away.hand_over() == 0
    with pytest.raises(redis.RedisError):
        away.collect(most=1)


def test_what_nobody_collects_does_not_grow_without_end():
    ours = notes()
    for number in range(3):
        ours.client.rpush(WAITING, orjson.dumps([[number]]))
    assert ours.collect(most=2) == [(0,), (1,)]
    assert ours.collect(most=2) == [(2,)]
    assert ours.collect(most=2) == []
    with ours.client.pipeline() as pipe:
        for _ in range(MOST_WAITING + 5):
            pipe.rpush(WAITING, b"[]")
        pipe.execute()
    ours.add((9,))
    assert ours.hand_over() == 1
    assert ours.client.llen(WAITING) == MOST_WAITING


def test_written_twice_is_once(api):
    api.get("balances")
    notes().hand_over()
    (batch,) = notes().client.lrange(WAITING, 0, -1)
    notes().client.rpush(WAITING, batch)
    assert calls_collect() == 2
    assert Call.objects.count() == 1


def test_days_are_made_ahead_and_let_go_of_whole():
    now = datetime.now(UTC)
    later = now + timedelta(days=30)
    assert call_days_ensure(now=later) == 3
    assert call_days_ensure(now=later) == 0
    assert call_days_drop(now=later + KEPT) >= 1  # those of the migration; not the first of later
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"calls_call_{later:%Y_%m_%d}"])
        assert cursor.fetchone()[0] is not None
        cursor.execute("SELECT to_regclass(%s)", [f"calls_call_{now:%Y_%m_%d}"])
        assert cursor.fetchone()[0] is None


def test_the_page_filters_by_outcome_and_path_and_leads_to_one(staff, api, here):
    api.get("balances")
    refused = api.post("invoices", {"amount": "much"})
    written()
    developer = staff.client("developer", **ENGLISH)
    text = developer.get(here).content.decode()
    assert "GET /v1/balances" in text
    assert "POST /v1/invoices" in text
    assert ApiKey.objects.get().prefix in text
    only = developer.get(here, {"outcome": "refused"}).content.decode()
    assert "GET /v1/balances" not in only
    assert refused.json()["code"] in only
    assert "POST /v1/invoices" not in developer.get(here, {"path": "/v1/bal"}).content.decode()
    asked = refused.json()["request_id"]
    answer = developer.get(here, {"id": asked})
    assert answer["Location"] == f"{here}/{asked}"
    page = developer.get(answer["Location"]).content.decode()
    assert asked in page
    assert "&quot;amount&quot;: &quot;much&quot;" in page
    unknown = developer.get(here, {"id": str(uuid4())})
    assert unknown.status_code == 404
    assert "No such request" in unknown.content.decode()
    assert developer.get(here, {"id": "x"}).status_code == 404
    assert developer.get(here, {"outcome": "x"}).status_code == 404
    assert developer.get(f"{here}/{uuid4()}").status_code == 404


@pytest.mark.parametrize("role", ["manager", "accountant", "cashier"])
def test_only_who_sees_keys_sees_what_they_asked(staff, here, role):
    assert staff.client(role).get(here).status_code == 403


def test_pages_follow_each_other_and_cost_the_same(staff, open_shop, here):
    def call(number: int) -> Call:
        return Call(
            id=UUID(int=number + 1),
            shop_id=open_shop.shop_id,
            key_id=uuid4(),
            at=timezone.now(),
            method="GET",
            path=f"/v1/{number}.",
            status=200,
            code="",
            milliseconds=1,
            idempotency_key="",
            replayed=False,
            sent="",
            answered="",
        )

    developer = staff.client("developer", **ENGLISH)

    def asked() -> tuple[int, str]:
        with CaptureQueriesContext(connection) as queries:
            text = developer.get(here).content.decode()
        return len(queries), text

    few, _ = asked()
    Call.objects.bulk_create(call(number) for number in range(60))
    many, text = asked()
    assert many == few
    assert "/v1/59." in text
    assert "/v1/9." not in text
    assert 'rel="next"' in text


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", ""),
        (b"{", "(1 bytes, no JSON)"),
        (b"[1]", "(3 bytes, no JSON object)"),
        (b'{"amount":"1.00","order_id":"Ann"}', {"amount": "1.00", "order_id": "(3 characters)"}),
        (b'{"lock_seconds":60,"x":true}', {"lock_seconds": 60, "x": True}),
        (b'{"bps":5,"born":1990,"at":[7]}', {"bps": 5, "born": "(number)", "at": ["(number)"]}),
        (b'{"metadata":{"amount":"1","+49 123":{}}}', {"metadata": "(2 fields)"}),
        (b'{"customer":{"a@b.de":"Ann"},"x":{}}', {"customer": "(1 fields)", "x": {}}),
        (b'{"customer":"a@b.de","metadata":null}', {"customer": "(…)", "metadata": None}),
    ],
)
def test_what_was_sent_is_told_without_what_it_says(body, told):
    found = redacted(body)
    assert (orjson.loads(found) if isinstance(told, dict) else found) == told


NESTED: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=30,
)


@given(st.dictionaries(st.text(max_size=9), NESTED))
def test_no_text_of_a_shops_own_comes_through(metadata):
    secret = "Zwiebelkuchen"
    found = redacted(orjson.dumps({"order_id": secret, "metadata": {**metadata, secret: secret}}))
    assert secret not in found
    assert len(found.encode()) <= MOST_BYTES
