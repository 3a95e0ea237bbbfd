"""The Python client against the gateway."""

import inspect
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from tillway import (
    UNSET,
    AnswerUnreadable,
    KeyRefused,
    Misconfigured,
    NotFound,
    Pages,
    RateLimited,
    Refused,
    Tillway,
    TillwayError,
    Unavailable,
    Unreachable,
)

from gateway.invoices.models import Invoice
from merchants.api import events
from tests.clients.conftest import Between


def test_money_is_asked_for_and_read_as_text(client: Tillway) -> None:
    made = client.invoices.create(
        amount="12.50", order_id="1001", metadata={"basket": [1]}, customer={"email": "a@b.example"}
    )
    assert (made.amount, made.currency, made.status) == ("12.50", "EUR", "waiting")
    assert made.metadata == {"basket": [1]}
    assert isinstance(made.created_at, datetime) and made.created_at.tzinfo is not None
    assert made.due and all(isinstance(each.units, str) for each in made.due)
    read = client.invoices.get(made.id)
    assert (read.id, read.amount, read.checkout_url) == (made.id, "12.50", made.checkout_url)


def test_a_list_is_read_over_all_of_its_pages(client: Tillway, between: Between) -> None:
    made = [client.invoices.create(amount="1.00", order_id="A").id for _ in range(3)]
    client.invoices.create(amount="1.00", order_id="B")
    between.seen.clear()
    found = [each.id for each in client.invoices.list(order_id="A", limit=2)]
    assert found == made[::-1]
    assert len(between.seen) == 2
    pages = list(client.invoices.list(order_id="A", limit=2).pages())
    assert [len(page.data) for page in pages] == [2, 1]
    rest = client.invoices.list(order_id="A", cursor=pages[0].next_cursor).first()
    assert [each.id for each in rest.data] == made[:1]


def test_a_list_that_always_goes_on_ends_where_nothing_is_new(client: Tillway) -> None:
    made = client.invoices.create(amount="1.00")
    since = datetime(2020, 1, 1, tzinfo=UTC).isoformat()
    events = list(client.events.list(since=since, type="invoice.created"))
    assert [each.data["id"] for each in events] == [made.id]


def test_a_list_of_fresh_events_ends_though_its_cursor_stays_in_front_of_them(
    client: Tillway, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.invoices.create(amount="1.00")
    asked = {"since": datetime(2020, 1, 1, tzinfo=UTC).isoformat(), "type": "invoice.created"}
    cursor = client.events.list(**asked).first().next_cursor
    monkeypatch.setattr(events, "SETTLED_AFTER", timedelta(hours=1))
    made = client.invoices.create(amount="1.00")
    listed = client.events.list(**asked, cursor=cursor, fresh=True)
    assert [each.data["id"] for each in islice(listed, 5)] == [made.id]


def test_everything_that_can_be_asked_for_as_it_is_can_be_read(client: Tillway) -> None:
    """The shapes hold what is really answered."""
    asked = []
    for group, resource in vars(client).items():
        for name in ("get", "list"):
            method = getattr(resource, name, None)
            if method is None or _needs_something(method):
                continue
            answer = method()
            if isinstance(answer, Pages):
                answer.first()
            asked.append(group)
    assert {"balances", "invoices", "settlement_policy", "readers"} <= set(asked)


def _needs_something(method: Callable[..., Any]) -> bool:
    parameters = inspect.signature(method).parameters.values()
    return any(each.default is inspect.Parameter.empty for each in parameters)


def test_files_come_as_they_are(client: Tillway) -> None:
    made = client.invoices.create(amount="12.50")
    assert client.invoices.qr(made.id).startswith(b"\x89PNG")
    today = date(2026, 11, 24)
    assert "," in client.reports.sales(first=today, last=today)


def test_null_is_sent_where_it_was_said_and_only_there(client: Tillway) -> None:
    ends_at = datetime(2036, 1, 1, tzinfo=UTC)
    link = client.payment_links.create(title="Dinner", amount="20.00", ends_at=ends_at)
    assert client.payment_links.change(link.id, title="Supper").ends_at == ends_at
    assert client.payment_links.change(link.id, ends_at=UNSET, paused=True).ends_at == ends_at
    assert client.payment_links.change(link.id, ends_at=None).ends_at is None


def test_what_is_deleted_answers_nothing(client: Tillway) -> None:
    made = client.webhook_endpoints.create(url="https://example.com/h", events=["invoice.*"])
    assert made.secret.startswith("whsec_")
    client.webhook_endpoints.delete(made.id)
    with pytest.raises(NotFound):
        client.webhook_endpoints.get(made.id)


def test_a_refusal_says_what_is_wrong_and_what_to_do(client: Tillway, between: Between) -> None:
    with pytest.raises(Refused) as caught:
        client.invoices.create(amount="12.505")
    refused = caught.value
    assert (refused.field, refused.status) == ("amount", 400)
    assert refused.code and refused.message and refused.hint
    assert refused.request_id and refused.request_id in str(refused)
    assert len(between.seen) == 1, "what is refused is not sent again"
    with pytest.raises(NotFound):
        client.invoices.get("00000000-0000-0000-0000-000000000000")


def test_a_path_holds_nothing_but_an_id(client: Tillway, between: Between) -> None:
    with pytest.raises(NotFound):
        client.invoices.get("../balances")
    assert between.seen[-1].path == "/v1/invoices/..%2Fbalances"


def test_a_wrong_key_and_one_that_may_not_are_told_apart(
    between: Between, key_for: Callable[..., str]
) -> None:
    with pytest.raises(KeyRefused) as wrong:
        Tillway("tw_test_wrong", url=between.url).invoices.list().first()
    with pytest.raises(KeyRefused) as narrow:
        Tillway(key_for("events:read"), url=between.url).invoices.list().first()
    assert (wrong.value.status, narrow.value.status) == (401, 403)
    assert narrow.value.code == "scope_missing"


@pytest.mark.parametrize("fault", ["lost", "unreached", "busy", "away"])
def test_whatever_breaks_one_call_makes_one_invoice(
    client: Tillway, between: Between, pauses: list[float], fault: str
) -> None:
    between.faults = [fault, fault]
    made = client.invoices.create(amount="12.50")
    [stored] = Invoice.objects.all()
    assert str(stored.id) == made.id
    assert len(between.keys) == 3 and len(set(between.keys)) == 1
    assert len(pauses) == 2
    if fault in {"busy", "away"}:
        assert pauses == [0, 0], "as Retry-After says"
    else:
        assert 0.25 <= pauses[0] <= 0.5 <= pauses[1] <= 1
    client.invoices.create(amount="12.50")
    assert between.keys[-1] != between.keys[0], "another call is another invoice"


def test_the_callers_own_key_is_sent(client: Tillway, between: Between) -> None:
    first = client.invoices.create(amount="12.50", idempotency_key="order-1001")
    again = client.invoices.create(amount="12.50", idempotency_key="order-1001")
    assert first == again
    assert between.keys == ["order-1001", "order-1001"]


@pytest.fixture
def lone(before_nothing: Between, pauses: list[float]) -> Iterator[Tillway]:
    with Tillway("tw_test_1", url=before_nothing.url, sleep=pauses.append) as lone:
        yield lone


@pytest.mark.parametrize(
    ("fault", "kind"), [("unreached", Unreachable), ("busy", RateLimited), ("away", Unavailable)]
)
def test_after_three_retries_it_gives_up(
    lone: Tillway,
    before_nothing: Between,
    pauses: list[float],
    fault: str,
    kind: type[TillwayError],
) -> None:
    before_nothing.faults = [fault] * 4
    with pytest.raises(kind) as caught:
        lone.balances.get()
    assert caught.value.code
    assert (len(before_nothing.seen), len(pauses)) == (4, 3)


def test_a_long_wait_is_the_callers_to_decide(
    lone: Tillway, before_nothing: Between, pauses: list[float]
) -> None:
    before_nothing.faults = ["patience"]
    with pytest.raises(RateLimited) as caught:
        lone.balances.get()
    assert caught.value.retry_after_seconds == 3600
    assert pauses == []


def test_a_page_of_somebody_else_is_no_answer(lone: Tillway, before_nothing: Between) -> None:
    before_nothing.faults = ["page"]
    with pytest.raises(AnswerUnreadable) as caught:
        lone.balances.get()
    assert "url" in caught.value.hint


def test_without_a_key_or_an_address_it_says_where_they_come_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("TILLWAY_API_KEY", "TILLWAY_URL"):
        monkeypatch.delenv(name, raising=False)
    for key, url, hint in (
        (None, "https://pay.example.com", "TILLWAY_API_KEY"),
        ("tw_test_1", None, "TILLWAY_URL"),
        ("tw_test_1", "pay.example.com", "https://"),
        ("tw_test_1\n", "https://pay.example.com", "Copy"),
    ):
        with pytest.raises(Misconfigured) as caught:
            Tillway(key, url=url)
        assert hint in caught.value.hint
    monkeypatch.setenv("TILLWAY_API_KEY", "tw_test_1")
    monkeypatch.setenv("TILLWAY_URL", "https://pay.example.com/")
    Tillway().close()
