"""Money leaves once; a shop's program hears everything in order, and only from us."""

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from demo.receiver import Receiver
from tests.house.place import Place, fresh_key, refused

Json = dict[str, Any]


class Till:
    """A shop of its own with one final payment and a receiver for its events."""

    def __init__(self, place: Place) -> None:
        self.place = place
        made = place.another_shop()
        self.key, self.shop_id = made["api_key"], made["shop_id"]
        self.receiver = Receiver()
        endpoint = self.post("webhook_endpoints", {"url": self.receiver.url}).json()
        self.receiver.secret = endpoint["secret"]
        self.invoice = place.invoice("20.00", key=self.key)
        place.pay(self.invoice)
        self.paid = place.until_paid(self.invoice, key=self.key)

    def post(self, path: str, body: Json, key: str = "") -> Any:
        headers = {"Idempotency-Key": key or fresh_key()}
        return self.place.send("POST", path, body, key=self.key, headers=headers)

    def balance(self, name: str) -> int:
        [balance] = self.place.get("balances", key=self.key)["balances"]
        return int(balance[f"{name}_units"])


@pytest.fixture(scope="module")
def till(place: Place) -> Iterator[Till]:
    till = Till(place)
    yield till
    till.receiver.close()


def test_what_is_not_final_does_not_leave(till: Till) -> None:
    if till.balance("payable") == 0:
        refused(till.post("payouts", {}), 422, "nothing_to_pay_out")


def test_a_payout_happens_once_however_it_is_asked_for(till: Till) -> None:
    place = till.place
    whole = int(till.paid["credited"]["units"])
    deadline = time.monotonic() + 40
    while till.balance("payable") != whole and time.monotonic() < deadline:
        time.sleep(0.2)
    assert till.balance("payable") == whole

    beyond = f"{(whole + 1) / 10**6:.6f}"
    refused(till.post("payouts", {"amount": beyond}), 422, "payout_too_large")
    refused(till.post("payouts", {"amount": "9" * 29}), 422, "payout_too_large")

    key = fresh_key()
    with ThreadPoolExecutor(12) as pool:
        same = [pool.submit(till.post, "payouts", {}, key) for _ in range(6)]
        other = [pool.submit(till.post, "payouts", {}) for _ in range(6)]
        answers = [one.result() for one in (*same, *other)]
    made = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert len(made) == 1, [answer.text for answer in answers]
    assert {answer.status_code for answer in answers} <= {201, 409, 422}
    [payout_id] = made

    replay = till.post("payouts", {}, key)
    if replay.status_code == 201:
        assert replay.json()["id"] == payout_id
        refused(till.post("payouts", {"amount": "1.00"}, key), 422, "idempotency_key_reused")
    done = _until_completed(till, payout_id)
    assert int(done["units"]) == whole
    assert place.balance(done["destination"], "USDC") == whole
    assert till.balance("available") == till.balance("reserved") == 0
    assert place.sql("SELECT count(*) FROM settlement_payout WHERE shop_id = %s", till.shop_id) == [
        (1,)
    ]


def _until_completed(till: Till, payout_id: str) -> Json:
    deadline = time.monotonic() + 40
    while True:
        payout = till.place.get(f"payouts/{payout_id}", key=till.key)
        if payout["status"] == "completed":
            return payout
        assert time.monotonic() < deadline, payout
        time.sleep(0.3)


def test_every_event_came_signed_once_and_in_order(till: Till) -> None:
    assert till.receiver.wait_for("payout.completed", seconds=20)
    by_subject: dict[str, list[int]] = defaultdict(list)
    for event in till.receiver.events:
        by_subject[event["subject"]].append(event["sequence"])
    assert till.receiver.refused == 0
    for subject, sequences in by_subject.items():
        assert sequences == sorted(set(sequences)), subject
    types = [e["type"] for e in till.receiver.events if till.invoice["id"] in e["subject"]]
    assert types[0] == "invoice.created"
    assert types.index("invoice.payment_seen") < types.index("invoice.paid")
    listed = till.place.get("events?limit=100", key=till.key)["data"]
    assert {e["id"] for e in listed} == {e["id"] for e in till.receiver.events}


def test_an_event_says_nothing_from_inside(till: Till) -> None:
    told = json.dumps(till.receiver.events).lower()
    for word in ("verdict", "listed", "screening", "desk", "exposure", "snapshot"):
        assert word not in told, word


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/",
        "https://10.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00::1]/",
        "https://[64:ff9b::a00:1]/",
        "https://0.0.0.0/",
        "https://100.64.0.1/",
        "https://2130706433.example@10.0.0.1/",
        "https://user:pass@example.com/",
        "http://example.com/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "https://example.com\r\nX-Evil: 1/",
        "https://",
        "javascript:alert(1)",
        "",
    ],
)
def test_a_webhook_goes_to_public_places_only(till: Till, url: str) -> None:
    answer = till.post("webhook_endpoints", {"url": url})
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["field"] == "url"


@pytest.mark.parametrize("url", ["https://0x7f000001/", "https://2130706433/", "https://0177.0.0.1/",
                                 "https://127.1/", "https://10.1/"])  # fmt: skip
def test_an_address_in_disguise_is_never_called(till: Till, url: str) -> None:
    """Odd spellings of private addresses: refused at once, or when they are resolved."""
    answer = till.post("webhook_endpoints", {"url": url})
    if answer.status_code == 201:
        from gateway.outside.errors import OutsideFailed, OutsideRefused
        from gateway.outside.targets import resolve

        with pytest.raises((OutsideRefused, OutsideFailed)):
            resolve(url)
        till.place.send("DELETE", f"webhook_endpoints/{answer.json()['id']}", key=till.key)


def test_after_all_that_the_books_hold(place: Place) -> None:
    place.books_hold()
