"""Lists in any order, page by page: each row once, in its place, whatever is added meanwhile."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db.models.functions import Lower
from hypothesis import given
from hypothesis import strategies as st

from gateway.events.errors import BadCursor
from gateway.events.ids import uuid7
from gateway.events.ordering import (
    BY_TIME,
    NEWEST,
    OLDEST,
    Order,
    both_ways,
    cursor_at,
    cursor_read,
    order_named,
    sorted_page,
)
from merchants.calls.models import Call

SHOP = uuid7()
NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
TAKEN = both_ways("taken", down="slowest", up="fastest", by="milliseconds")
WHEN = both_ways("when", down="late", up="early", by="at", kind="moment")
PATHS = both_ways("path", down="z-a", up="a-z", by=Lower("path"), kind="text", begins="up")
EVERY = (*BY_TIME, *TAKEN, *WHEN, *PATHS)


def call(*, milliseconds: int = 1, at: datetime = NOW, path: str = "/v1") -> Call:
    return Call(
        id=uuid7(),
        shop_id=SHOP,
        key_id=SHOP,
        at=at,
        method="GET",
        path=path,
        status=200,
        code="",
        milliseconds=milliseconds,
        idempotency_key="",
        replayed=False,
        sent="",
        answered="",
    )


def all_of(order: Order, *, size: int) -> list[Call]:
    found: list[Call] = []
    cursor: str | None = None
    while True:
        page = sorted_page(Call.objects.filter(shop_id=SHOP), order=order, cursor=cursor, size=size)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


@pytest.mark.django_db
@pytest.mark.parametrize("order", EVERY, ids=lambda order: order.name)
def test_pages_hold_each_row_once_in_its_place_though_many_are_alike(order: Order) -> None:
    Call.objects.bulk_create(
        call(milliseconds=n % 3, at=NOW + timedelta(microseconds=n % 4), path=f"/{'aBc'[n % 3]}é")
        for n in range(23)
    )
    found = all_of(order, size=4)
    keys = {
        "taken": lambda one: one.milliseconds,
        "when": lambda one: one.at,
        "path": lambda one: one.path.lower(),
        "time": lambda one: 0,
    }
    wanted = sorted(
        Call.objects.filter(shop_id=SHOP),
        key=lambda one: (keys[order.column](one), one.id),
        reverse=order.downwards,
    )
    assert found == wanted


@pytest.mark.django_db
def test_what_is_added_meanwhile_repeats_no_row_and_drops_none() -> None:
    first = [call(milliseconds=n) for n in (5, 5, 3, 1)]
    Call.objects.bulk_create(first)
    page = sorted_page(Call.objects.filter(shop_id=SHOP), order=TAKEN[0], size=2)
    Call.objects.bulk_create([call(milliseconds=9), call(milliseconds=2)])
    rest = sorted_page(
        Call.objects.filter(shop_id=SHOP), order=TAKEN[0], cursor=page.next_cursor, size=9
    )
    assert [one.milliseconds for one in page.items] == [5, 5]
    assert [one.milliseconds for one in rest.items] == [3, 2, 1]


@given(
    st.integers(-(10**77), 10**77),
    st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=120),
    st.uuids(),
)
def test_a_cursor_tells_what_it_was_made_of(
    units: int, moment: datetime, text: str, last: UUID
) -> None:
    for order, key in ((TAKEN[0], units), (WHEN[1], moment), (PATHS[0], text), (NEWEST, None)):
        assert cursor_read(cursor_at(order, key=key, last_id=last), order) == (key, last)


@given(st.text(max_size=80))
def test_whatever_somebody_writes_in_its_place_is_refused_or_read(text: str) -> None:
    for order in EVERY:
        for cursor in (text, f"{order.name}~{text}", f"{order.name}~{text}~{'A' * 22}"):
            try:
                cursor_read(cursor, order)
            except BadCursor:
                continue


def test_a_cursor_of_one_order_is_none_of_another() -> None:
    slow = cursor_at(TAKEN[0], key=5, last_id=uuid7())
    for order in (TAKEN[1], WHEN[0], NEWEST):
        with pytest.raises(BadCursor):
            cursor_read(slow, order)
    with pytest.raises(BadCursor):
        cursor_read(cursor_at(NEWEST, key=None, last_id=uuid7()), TAKEN[0])


def test_an_order_is_found_by_its_name_and_none_is_the_first() -> None:
    assert order_named("", EVERY) == NEWEST
    assert order_named("oldest", EVERY) == OLDEST
    assert order_named("slowest", EVERY) == TAKEN[0]
    assert order_named("best", EVERY) is None
    assert [order.name for order in PATHS] == ["a-z", "z-a"]
