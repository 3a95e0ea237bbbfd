"""``tillway listen``: a shop's events on a laptop."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.utils import timezone
from standardwebhooks import Webhook
from tillway import KeyRefused, Misconfigured, Tillway, webhooks
from tillway.listening.choosing import filters_in
from tillway.listening.following import Follower, Place, in_order, moment_in
from tillway.listening.forwarding import BODY_LIMIT_BYTES, Laptop, body_of, local_secret
from tillway.listening.keeping import Keeper
from tillway.listening.running import Listening
from tillway.shapes import Event
from tillway.version import __version__

from clients.generating.__main__ import ROOT
from gateway.events.ids import least_id_of, uuid7
from gateway.events.models import Event as StoredEvent
from merchants.api import events
from merchants.webhooks.payloads import payload_make
from tests.clients.conftest import Between
from tests.invoices.conftest import World
from tests.merchants.webhooks.conftest import Answer, Received, Receiver, happen

SECRET = local_secret("tw_test_1")
AT = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)


class Over(Exception):
    """The last step was played."""


class Play:
    """A listening in whose pauses the world goes on: a step in each of them."""

    def __init__(
        self,
        client: Tillway,
        url: str,
        *,
        since: datetime | None = None,
        place: Place | None = None,
        kept: Callable[[Place], None] | None = None,
    ) -> None:
        self.client = client
        self.lines: list[str] = []
        self.waited_for_laptop: list[float] = []
        self.laptop = Laptop(url=url, secret=SECRET, sleep=self.waited_for_laptop.append)
        self.follower = Follower(client, since=since, place=place)
        self.rested_briefly: list[bool] = []
        self._kept = kept
        self._steps: list[Callable[[], Any]] = []

    def run(self, *steps: Callable[[], Any], events: str = "*") -> None:
        self._steps = list(steps)
        self.follower.start()
        listening = Listening(
            follower=self.follower,
            laptop=self.laptop,
            filters=filters_in([events]),
            say=self.lines.append,
            rest=self._rest,
            kept=self._kept,
            sleep=self._pause,
        )
        with pytest.raises(Over):
            listening.run()

    def _rest(self, briefly: bool) -> None:
        self.rested_briefly.append(briefly)
        self._pause()

    def _pause(self, *_: float) -> None:
        if not self._steps:
            raise Over
        self._steps.pop(0)()


@pytest.fixture
def seller(between: Between, key_for: Callable[..., str]) -> Iterator[Tillway]:
    """The shop at work, beside what listens."""
    with Tillway(key_for(), url=between.gateway) as seller:
        yield seller


@pytest.fixture
def listener(between: Between, key_for: Callable[..., str]) -> Iterator[Tillway]:
    """What listens: its key may see events and nothing else, and it waits by itself."""
    with Tillway(key_for("events:read"), url=between.url, retries=0) as listener:
        yield listener


@pytest.fixture
def play(listener: Tillway, receiver: Receiver) -> Play:
    return Play(listener, receiver.url)


def told(receiver: Receiver) -> list[tuple[str, str]]:
    """Type and subject of what came, each verified."""
    messages = [
        webhooks.unwrap(each.body, each.headers, secret=SECRET) for each in receiver.received
    ]
    return [(each.type, each.subject) for each in messages]


def sale(seller: Tillway) -> str:
    return seller.invoices.create(amount="12.50").id


def test_what_happens_is_forwarded_in_order(
    play: Play, receiver: Receiver, seller: Tillway
) -> None:
    sale(seller)  # before it listens
    made: list[str] = []
    play.run(
        lambda: made.extend([sale(seller), sale(seller)]),
        lambda: seller.invoices.void(made[0]),
        lambda: None,
    )
    first, second = (f"invoice:{each}" for each in made)
    assert told(receiver) == [
        ("invoice.created", first),
        ("invoice.created", second),
        ("invoice.cancelled", first),
    ]
    assert [line.split()[1] for line in play.lines] == [type for type, _ in told(receiver)]
    assert all(" 200 in " in line for line in play.lines)


def test_only_chosen_events_are_forwarded(play: Play, receiver: Receiver, seller: Tillway) -> None:
    made: list[str] = []
    play.run(
        lambda: made.append(sale(seller)),
        lambda: seller.invoices.void(made[0]),
        events="refund.*,invoice.cancelled",
    )
    assert [type for type, _ in told(receiver)] == ["invoice.cancelled"]


def test_a_lost_connection_loses_nothing(
    play: Play, receiver: Receiver, seller: Tillway, between: Between
) -> None:
    made: list[str] = []

    def lose() -> None:
        made.append(sale(seller))
        between.faults = ["unreached", "lost", "page", "away", "busy"]

    play.run(lambda: made.append(sale(seller)), lose, *[lambda: None] * 5, lambda: None)
    assert told(receiver) == [("invoice.created", f"invoice:{each}") for each in made]
    about_it = [line for line in play.lines if "gateway" in line]
    assert len(about_it) == 2, "that it is away, and that it is back"


def test_more_than_a_page_is_fetched_without_a_pause(
    play: Play, receiver: Receiver, seller: Tillway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tillway.listening.following.PAGE_SIZE", 2)
    made: list[str] = []
    play.run(lambda: made.extend(sale(seller) for _ in range(5)))
    assert [subject for _, subject in told(receiver)] == [f"invoice:{each}" for each in made]


def test_since_begins_in_the_past(listener: Tillway, receiver: Receiver, seller: Tillway) -> None:
    made = [sale(seller), sale(seller)]
    since = seller.invoices.get(made[0]).created_at - timedelta(seconds=1)
    Play(listener, receiver.url, since=since).run()
    assert [subject for _, subject in told(receiver)] == [f"invoice:{each}" for each in made]


def test_what_happened_just_now_comes_at_once_and_once(
    play: Play, receiver: Receiver, seller: Tillway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway's cursor stays in front of what is fresh, so each question finds it again."""
    monkeypatch.setattr(events, "SETTLED_AFTER", timedelta(hours=1))
    monkeypatch.setattr("tillway.listening.following.PAGE_SIZE", 2)
    made: list[str] = []

    def settle() -> None:
        assert told(receiver) == [("invoice.created", f"invoice:{each}") for each in made[:2]]
        monkeypatch.setattr(events, "SETTLED_AFTER", timedelta(0))

    play.run(
        lambda: made.append(sale(seller)),
        lambda: made.extend([sale(seller), sale(seller)]),
        lambda: None,
        settle,
        lambda: None,
    )
    assert told(receiver) == [("invoice.created", f"invoice:{each}") for each in made]


def test_what_stands_behind_a_page_of_fresh_events_is_looked_for_soon(
    play: Play, receiver: Receiver, seller: Tillway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That they are settled, nothing tells."""
    monkeypatch.setattr(events, "SETTLED_AFTER", timedelta(hours=1))
    monkeypatch.setattr("tillway.listening.following.PAGE_SIZE", 2)
    made: list[str] = []
    play.run(
        lambda: made.extend(sale(seller) for _ in range(3)),
        lambda: monkeypatch.setattr(events, "SETTLED_AFTER", timedelta(0)),
    )
    assert [subject for _, subject in told(receiver)] == [f"invoice:{each}" for each in made]
    assert play.rested_briefly == [False, True, False]


def test_killed_in_the_middle_of_a_page_it_brings_the_rest_and_nothing_again(
    listener: Tillway, receiver: Receiver, open_shop: World, tmp_path: Path
) -> None:
    """Minutes lie between them: an id is known as long as its page isn't done with."""
    begin = timezone.now() - timedelta(hours=1)
    subjects = [f"refund:{number}" for number in range(4)]
    for number, subject in enumerate(subjects):
        moment = begin + timedelta(minutes=5 * number)
        StoredEvent.objects.create(
            id=least_id_of(moment),
            occurred_at=moment,
            type="refund.completed",
            mode="test",
            shop_id=open_shop.shop_id,
            subject=subject,
            sequence=1,
            body={},
        )
    keeper = Keeper(tmp_path / "place", whose="ours")

    def keep_and_die(place: Place) -> None:
        keeper.keep(place)
        raise Over

    for life in range(1, len(subjects) + 2):
        place = keeper.read()
        Play(listener, receiver.url, since=begin, place=place, kept=keep_and_die).run()
        assert [subject for _, subject in told(receiver)] == subjects[:life]


def test_what_commits_late_is_not_missed(
    play: Play,
    receiver: Receiver,
    seller: Tillway,
    open_shop: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(events, "SETTLED_AFTER", timedelta(hours=1))
    ids: list[UUID] = []
    made: list[str] = []

    def begin() -> None:
        ids.append(uuid7())
        made.append(sale(seller))

    def commit() -> None:
        StoredEvent.objects.create(
            id=ids[0],
            occurred_at=timezone.now(),
            type="invoice.created",
            mode="test",
            shop_id=open_shop.shop_id,
            subject="invoice:late",
            sequence=1,
            body={},
        )

    play.run(begin, commit, lambda: None)
    assert [subject for _, subject in told(receiver)] == [f"invoice:{made[0]}", "invoice:late"]


def test_a_subjects_events_come_by_their_numbers() -> None:
    """Ids are made before the transaction that commits first is known."""
    second, other, first = (
        event(subject, number) for subject, number in (("a", 2), ("b", 1), ("a", 1))
    )
    assert in_order([second, other, first]) == [first, other, second]


def event(subject: str, sequence: int, **fields: Any) -> Event:
    plain = {"id": f"0193-{subject}-{sequence}", "type": "invoice.paid", "timestamp": AT}
    told = {"mode": "test", "subject": subject, "sequence": sequence, "data": {}}
    return Event(**{**plain, **told, **fields})


def test_a_laptop_that_does_not_answer_is_told_of_and_passed_over(
    play: Play, receiver: Receiver, seller: Tillway
) -> None:
    enough = threading.Event()

    def hold(_: Received) -> Answer:
        enough.wait()
        return 200, {}, b""

    def answer_again() -> None:
        receiver.answer = lambda _: (500, {}, b"")
        play.laptop.timeout_seconds = 30
        sale(seller)

    receiver.answer = hold
    play.laptop.timeout_seconds = 0.1
    try:
        play.run(lambda: [sale(seller), sale(seller)], answer_again)
    finally:
        enough.set()
    assert [line.partition(" in ")[0][-3:] for line in play.lines[2:]] == ["500"]
    assert all("no answer within 0.1 s" in line for line in play.lines[:2])


def test_a_laptop_where_nothing_listens_is_waited_for_and_told_of(
    listener: Tillway, seller: Tillway
) -> None:
    play = Play(listener, "http://127.0.0.1:9/hook")  # discard: nothing listens there
    play.run(lambda: sale(seller))
    [line] = play.lines
    assert "nothing listens at http://127.0.0.1:9/hook" in line
    assert len(play.waited_for_laptop) == 2


def test_a_body_is_what_a_webhook_carries() -> None:
    data = {"amount": "12.50", "note": "café"}
    told = event("invoice:1", 3, id="0193", data=data)
    made = payload_make(
        event_id="0193",
        type="invoice.paid",
        subject="invoice:1",
        sequence=3,
        mode="test",
        at=AT,
        data=data,
    )
    assert body_of(told) == made
    large = event("invoice:1", 3, id="0193", data={"note": "x" * BODY_LIMIT_BYTES})
    assert orjson.loads(body_of(large)) == {**orjson.loads(made), "data": None, "truncated": True}


def test_a_keys_secret_stays_and_does_not_tell_the_key() -> None:
    assert local_secret("tw_test_1") == SECRET
    assert local_secret("tw_test_2") != SECRET
    body = b'{"x": 1}'
    Webhook(SECRET).verify(body, webhooks.wrap(secret=SECRET, message_id="1", body=body))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15m", datetime(2026, 11, 24, 11, 45, tzinfo=UTC)),
        ("1d", datetime(2026, 11, 23, 12, 0, tzinfo=UTC)),
        ("2026-11-24T12:00:00Z", datetime(2026, 11, 24, 12, 0, tzinfo=UTC)),
        ("2026-11-24T13:00:00+01:00", datetime(2026, 11, 24, 12, 0, tzinfo=UTC)),
    ],
)
def test_since_is_a_time_or_how_long_ago(text: str, expected: datetime) -> None:
    assert moment_in(text, now=AT.replace(microsecond=0)) == expected


@pytest.mark.parametrize("text", ["yesterday", "2026-11-24T12:00:00", "2026-11-24", "5", "-5m"])
def test_a_time_without_its_place_on_earth_is_refused(text: str) -> None:
    with pytest.raises(Misconfigured):
        moment_in(text, now=AT)


def test_a_misspelt_event_is_found_out_before_anything_is_missed() -> None:
    assert filters_in([]) == ("*",)
    assert filters_in(["invoice.*, refund.completed"]) == ("invoice.*", "refund.completed")
    with pytest.raises(Misconfigured) as caught:
        filters_in(["invoices.*"])
    assert "invoice.*" in caught.value.hint


def test_a_key_that_may_not_ends_it(between: Between, key_for: Callable[..., str]) -> None:
    narrow = Tillway(key_for("invoices:read"), url=between.url, retries=0)
    with pytest.raises(KeyRefused):
        Follower(narrow).start()


PLACE = Place(since=AT, after="0192", cursor="c", passed=("0193",))


def test_a_place_is_kept_and_found_again(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path / "place", whose="ours")
    assert keeper.read() is None
    keeper.keep(PLACE)
    assert Keeper(tmp_path / "place", whose="ours").read() == PLACE
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


@pytest.mark.parametrize("held", ["", "{}", "[1]", '{"whose": "ours", "since": "soon"}'])
def test_a_file_that_keeps_no_place_is_refused(tmp_path: Path, held: str) -> None:
    (tmp_path / "place").write_text(held)
    with pytest.raises(Misconfigured) as caught:
        Keeper(tmp_path / "place", whose="ours").read()
    assert "isn't there yet" in caught.value.hint


def test_a_place_of_another_gateway_is_refused(tmp_path: Path) -> None:
    Keeper(tmp_path / "place", whose="theirs").keep(PLACE)
    with pytest.raises(Misconfigured, match="another gateway or key"):
        Keeper(tmp_path / "place", whose="ours").read()


def test_a_place_that_can_not_be_kept_ends_it(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        Keeper(tmp_path / "nowhere" / "place", whose="ours").keep(PLACE)


# The command itself


def command(*arguments: str, **variables: str) -> subprocess.Popen[str]:
    variables = {"PYTHONPATH": "clients/python/src", **variables}
    return subprocess.Popen(
        [sys.executable, "-m", "tillway", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "TILLWAY_API_KEY": "", "TILLWAY_URL": "", **variables},
    )


def refused(*arguments: str, **variables: str) -> str:
    """What it says of a refusal."""
    ran = command("listen", "--forward", "http://localhost:9/hook", *arguments, **variables)
    out, err = ran.communicate(timeout=60)
    assert (ran.returncode, out) == (2, ""), (out, err)
    assert "Traceback" not in err
    return err


def test_the_command_forwards_until_it_is_interrupted(
    between: Between, key_for: Callable[..., str], receiver: Receiver, seller: Tillway
) -> None:
    came = threading.Event()

    def answer(_: Received) -> Answer:
        came.set()
        return 200, {}, b""

    receiver.answer = answer
    running = command(
        "listen",
        f"--forward={receiver.url}",
        TILLWAY_API_KEY=key_for("events:read"),
        TILLWAY_URL=between.url,
    )
    try:
        assert running.stdout is not None
        head = []
        while not head or not head[-1].startswith("Ready"):
            head.append(running.stdout.readline())
            assert head[-1], running.communicate()
        made = sale(seller)
        assert came.wait(timeout=60)
        line = running.stdout.readline()
        running.send_signal(signal.SIGINT)
        rest, errors = running.communicate(timeout=60)
    finally:
        running.kill()
    assert (running.returncode, errors) == (0, "")
    [secret] = [line.split()[-1] for line in head if "whsec_" in line]
    [got] = receiver.received
    assert webhooks.unwrap(got.body, got.headers, secret=secret).subject == f"invoice:{made}"
    assert "invoice.created" in line and " 200 in " in line
    assert "--since" in rest


def test_killed_it_goes_on_where_it_stood(
    between: Between,
    key_for: Callable[..., str],
    receiver: Receiver,
    open_shop: World,
    tmp_path: Path,
) -> None:
    came, made, place, key = threading.Semaphore(0), [], tmp_path / "place", key_for("events:read")

    def two_happen() -> None:
        made.extend(f"refund:{len(made) + number}" for number in range(2))
        for subject in made[-2:]:
            happen(open_shop.shop_id, "refund.completed", subject=subject)

    def answer(_: Received) -> Answer:
        came.release()
        return 200, {}, b""

    def listening() -> subprocess.Popen[str]:
        running = command(
            "listen",
            f"--forward={receiver.url}",
            f"--resume={place}",
            TILLWAY_API_KEY=key,
            TILLWAY_URL=between.url,
            TILLWAY_WEBHOOK_SECRET=SECRET,
        )
        assert running.stdout is not None
        while not (line := running.stdout.readline()).startswith("Ready"):
            assert line, running.communicate()
        return running

    receiver.answer = answer
    happen(open_shop.shop_id, "refund.completed", subject="refund:before")
    running = listening()
    try:
        running.kill()  # before anything came
        running.communicate()
        two_happen()
        running = listening()
        for _ in made:
            assert came.acquire(timeout=60)
        until(lambda: len(orjson.loads(place.read_bytes())["passed"]) == len(made))
        running.kill()
        running.communicate()
        two_happen()
        running = listening()
        for _ in made[2:]:
            assert came.acquire(timeout=60)
    finally:
        running.kill()
        running.communicate()
    assert told(receiver) == [("refund.completed", subject) for subject in made]


def until(holds: Callable[[], bool], *, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize("source", ["--secret", "TILLWAY_WEBHOOK_SECRET"])
def test_a_secret_that_was_given_is_not_printed(
    source: str, between: Between, key_for: Callable[..., str]
) -> None:
    is_argument = source.startswith("--")
    running = command(
        "listen",
        "--forward=http://127.0.0.1:9/hook",
        *([f"{source}={SECRET}"] if is_argument else []),
        TILLWAY_API_KEY=key_for("events:read"),
        TILLWAY_URL=between.url,
        **({} if is_argument else {source: SECRET}),
    )
    try:
        assert running.stdout is not None
        head = [running.stdout.readline() for _ in range(3)]
        assert head[2].startswith("Ready"), head
        running.send_signal(signal.SIGINT)
        rest, errors = running.communicate(timeout=60)
    finally:
        running.kill()
    assert source in head[1]
    assert SECRET not in "".join([*head, rest, errors])


def test_the_command_says_its_version() -> None:
    out, _ = command("--version").communicate(timeout=60)
    assert out == f"tillway {__version__}\n"


def test_the_command_takes_no_live_key_by_mistake(between: Between) -> None:
    said = refused(f"--url={between.url}", "--key=tw_live_x")
    assert "--live" in said
    assert between.seen == [], "nothing is asked with it"
    assert "--key" in refused(f"--url={between.url}", "--key=tw_live_x", "--live")
    assert len(between.seen) == 1


def test_the_command_names_ways_out(between: Between, key_for: Callable[..., str]) -> None:
    assert "TILLWAY_API_KEY" in refused(f"--url={between.url}")
    assert "TILLWAY_URL" in refused("--key=tw_test_1")
    assert "--url" in refused("--key=tw_test_1", "--url=http://127.0.0.1:9")
    wrong = refused(f"--url={between.url}", "--key=tw_test_wrong")
    assert "--key" in wrong and "Request " in wrong
    narrow = key_for("invoices:read")
    assert "events:read" in refused(f"--url={between.url}", TILLWAY_API_KEY=narrow)
    assert "15m" in refused(f"--url={between.url}", "--key=tw_test_1", "--since=soon")
