"""Lists are fetched again by themselves; whatever is wrong with a feed leaves the last good version
in force."""

import base64
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.compliance import refreshing, services, tasks
from gateway.compliance.errors import ListEmpty, ListMissing, ListShrunken
from gateway.compliance.listed.errors import (
    ListBadlySigned,
    ListError,
    ListMishashed,
    ListTooLarge,
    ListTruncated,
    ListUnreachable,
    ListUnreadable,
)
from gateway.compliance.listed.feeds import BadListSettings, Feed, read_feeds
from gateway.compliance.loading import list_checked
from gateway.compliance.models import ListSource
from gateway.events.models import Event
from tests.compliance.listed import files as samples
from tests.compliance.publishers import Publisher, publishing

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with publishing() as publisher:
        yield publisher


def addresses(count: int, first: int = 1) -> bytes:
    numbers = range(first, first + count)
    return b"".join(b"0x%s\n" % number.to_bytes(20, "big").hex().encode() for number in numbers)


def feed(publisher: Publisher, **fields: Any) -> Feed:
    given = {"name": "house", "url": f"{publisher.url}/list"} | fields
    return read_feeds([given])["house"]


def ofac(publisher: Publisher, **fields: Any) -> Feed:
    parts = {part: f"{publisher.url}/{part}.csv" for part in ("sdn", "alt", "add")}
    for part, text in samples.FILES["ofac-csv"].items():
        publisher.files.setdefault(f"/{part}.csv", text.encode())
    return read_feeds([{"name": "ofac", "format": "ofac-csv", "parts": parts} | fields])["ofac"]


def refresh(one: Feed, *, now: datetime = NOW, forced: bool = False) -> refreshing.Refreshed:
    return refreshing.list_refresh(feed=one, by="test", now=now, forced=forced)


def test_a_list_is_fetched_and_then_only_asked_for_what_changed(publisher: Publisher) -> None:
    publisher.files["/list"] = addresses(10)
    one = feed(publisher)
    first = refresh(one)
    assert (first.outcome, first.version.number, first.version.entries) == ("changed", 1, 10)
    assert first.version.files == [
        {"part": "list", "sha256": sha256(addresses(10)).hexdigest(), "bytes": len(addresses(10))}
    ]
    assert refresh(one, now=LATER).outcome == "checked"
    assert publisher.asked == [("/list", 200), ("/list", 304)]
    assert ListSource.objects.get().checked_at == LATER
    publisher.files["/list"] = addresses(11)
    assert refresh(one).version.number == 2


def test_of_several_files_all_are_taken_when_one_changed(publisher: Publisher) -> None:
    one = ofac(publisher)
    assert refresh(one).version.entities == 3
    assert refresh(one).outcome == "checked"
    publisher.files["/add.csv"] = (samples.ADD.replace("Cuba", "Iran") + samples.END).encode()
    publisher.asked.clear()
    assert refresh(one).version.number == 2
    assert sorted(publisher.asked) == [
        *(("/add.csv", 200), ("/alt.csv", 200), ("/alt.csv", 304)),
        *(("/sdn.csv", 200), ("/sdn.csv", 304)),
    ]


def test_files_that_do_not_belong_together_are_refused_until_they_do(publisher: Publisher) -> None:
    one = ofac(publisher)
    refresh(one)
    newer = samples.ALT + '99,99,"aka","OF A LATER DAY",-0- \r\n' + samples.END
    publisher.files["/alt.csv"] = newer.encode()
    with pytest.raises(ListUnreadable, match="not of one day"):
        refresh(one)
    assert ListSource.objects.get().number == 1


def test_a_server_without_etags_costs_a_download_and_no_version(publisher: Publisher) -> None:
    publisher.has_etags = False
    publisher.files["/list"] = addresses(10)
    refresh(feed(publisher))
    assert refresh(feed(publisher), now=LATER).outcome == "checked"
    assert publisher.asked == [("/list", 200), ("/list", 200)]
    assert ListSource.objects.get().checked_at == LATER


def test_a_packed_list_is_unpacked(publisher: Publisher) -> None:
    publisher.files["/list"] = gzip.compress(addresses(10))
    publisher.packed.add("/list")
    assert refresh(feed(publisher)).version.entries == 10


def test_a_publisher_may_send_us_on_within_its_host_and_where_the_settings_say(
    publisher: Publisher,
) -> None:
    publisher.files["/elsewhere"] = addresses(10)
    publisher.redirects["/list"] = "/elsewhere"
    assert refresh(feed(publisher)).version.entries == 10
    port = publisher.url.rpartition(":")[2]
    publisher.redirects["/list"] = f"http://localhost:{port}/elsewhere"
    publisher.files["/elsewhere"] = addresses(11)
    with pytest.raises(ListUnreachable, match="doesn't allow"):
        refresh(feed(publisher))
    assert refresh(feed(publisher, redirect_hosts=["localhost"])).version.entries == 11


def test_a_list_may_lie_in_a_file(publisher: Publisher, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(addresses(10))
    one = feed(publisher, url=str(path))
    assert refresh(one).version.entries == 10
    assert refresh(one).outcome == "checked"
    path.unlink()
    with pytest.raises(ListUnreachable):
        refresh(one)


def test_what_somebody_loaded_by_hand_is_replaced_by_the_publishers(publisher: Publisher) -> None:
    publisher.files["/list"] = addresses(10)
    one = feed(publisher)
    refresh(one)
    services.list_load(
        lines=addresses(9).decode().splitlines(), source="house", loaded_by="ada", now=NOW
    )
    assert refresh(one).version.number == 3
    assert publisher.asked[-1] == ("/list", 200)


FAULTS: dict[str, type[Exception]] = {
    "empty": ListEmpty,
    "blank": ListEmpty,
    "error page": ListUnreadable,
    "shrunken": ListShrunken,
    "cut line": ListUnreadable,
    "cut body": ListUnreachable,
    "too large": ListTooLarge,
    "gone": ListUnreachable,
    "server error": ListUnreachable,
    "elsewhere": ListUnreachable,
    "in circles": ListUnreachable,
    "to a private address": ListUnreachable,
    "badly packed": ListTruncated,
    "a bomb": ListTooLarge,
    "away": ListUnreachable,
}


def break_it(publisher: Publisher, fault: str) -> dict[str, Any]:
    """Break the feed; what has to change in the settings for it."""
    bodies = {
        "empty": b"",
        "blank": b"# nobody\n\n",
        "error page": b"<html>502 Bad Gateway</html>",
        "shrunken": addresses(7),
        "cut line": addresses(10)[:-10],
        "cut body": addresses(11),
        "too large": b"#" * (1024 * 1024 + 1),
        "badly packed": gzip.compress(addresses(11))[:-20],
        "a bomb": gzip.compress(b"\n" * (8 * 1024 * 1024)),
    }
    publisher.files["/list"] = bodies.get(fault, addresses(11))
    match fault:
        case "cut body":
            publisher.cut["/list"] = 100
        case "badly packed" | "a bomb":
            publisher.packed.add("/list")
        case "gone":
            publisher.status["/list"] = 404
        case "server error":
            publisher.status["/list"] = 503
        case "elsewhere":
            publisher.redirects["/list"] = "https://example.com/list"
        case "in circles":
            publisher.redirects["/list"] = f"{publisher.url}/list"
        case "to a private address":
            publisher.redirects["/list"] = "https://10.0.0.1/list"
            return {"redirect_hosts": ["10.0.0.1"]}
        case "away":
            return {"url": "http://127.0.0.1:9/list"}
    return {"max_mb": 1} if fault in ("too large", "a bomb") else {}


@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_broken_feed_is_refused_and_the_last_good_version_stays(
    publisher: Publisher, fault: str
) -> None:
    publisher.files["/list"] = addresses(10)
    refresh(feed(publisher))
    changes = break_it(publisher, fault)
    with pytest.raises(FAULTS[fault]) as refused:
        refresh(feed(publisher, **changes), now=LATER)
    source = ListSource.objects.get()
    assert (source.number, source.checked_at, source.refused_at) == (1, NOW, LATER)
    assert isinstance(refused.value, ListError) and source.refusal == refused.value.code
    # That it can't be reached says nothing of the list; people hear of it when it grows old.
    told = Event.objects.filter(type="list.refused", mode="live").count()
    assert told == (0 if FAULTS[fault] is ListUnreachable else 1)


def test_after_a_refusal_the_next_good_look_says_that_all_is_well(publisher: Publisher) -> None:
    publisher.files["/list"] = addresses(10)
    one = feed(publisher)
    refresh(one)
    publisher.files["/list"] = b""
    with pytest.raises(ListEmpty):
        refresh(one)
    publisher.files["/list"] = addresses(10)
    assert refresh(one, now=LATER).outcome == "checked"
    source = ListSource.objects.get()
    assert (source.refusal, source.checked_at) == ("", LATER)
    assert Event.objects.filter(type="list.checked", mode="live").count() == 1
    refresh(one)
    assert Event.objects.filter(type="list.checked", mode="live").count() == 1


def test_a_list_that_really_shrank_is_taken_when_somebody_says_so(publisher: Publisher) -> None:
    publisher.files["/list"] = addresses(10)
    refresh(feed(publisher))
    publisher.files["/list"] = addresses(5)
    assert refresh(feed(publisher), forced=True).version.entries == 5


def test_a_file_that_is_not_the_one_its_publisher_hashed_is_refused(publisher: Publisher) -> None:
    publisher.files["/list"] = addresses(10)
    publisher.files["/sum"] = f"{sha256(addresses(10)).hexdigest().upper()}  list\n".encode()
    one = feed(publisher, sha256={"list": f"{publisher.url}/sum"})
    assert refresh(one).version.number == 1
    publisher.files["/list"] = addresses(11)
    with pytest.raises(ListMishashed):
        refresh(one)
    publisher.files["/sum"] = b""
    with pytest.raises(ListMishashed):
        refresh(one)
    assert ListSource.objects.get().refusal == "list_mishashed"


@pytest.mark.parametrize("spelling", ["raw", "hex", "base64"])
def test_a_file_that_its_publisher_did_not_sign_is_refused(
    publisher: Publisher, spelling: str
) -> None:
    key, stranger = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()

    def signed(by: Ed25519PrivateKey, body: bytes) -> bytes:
        signature = by.sign(body)
        return {
            "raw": signature,
            "hex": signature.hex().encode(),
            "base64": base64.b64encode(signature) + b"\n",
        }[spelling]

    publisher.files["/list"] = addresses(10)
    publisher.files["/sig"] = signed(key, addresses(10))
    one = feed(
        publisher,
        signatures={"list": f"{publisher.url}/sig"},
        public_key=key.public_key().public_bytes_raw().hex(),
    )
    assert refresh(one).version.number == 1
    publisher.files["/list"] = addresses(11)
    for signature in (signed(key, addresses(10)), signed(stranger, addresses(11)), b"", b"\xff"):
        publisher.files["/sig"] = signature
        with pytest.raises(ListBadlySigned):
            refresh(one)
    assert ListSource.objects.get().refusal == "list_badly_signed"
    publisher.files["/sig"] = signed(key, addresses(11))
    assert refresh(one).version.number == 2


def test_a_death_before_the_files_are_kept_costs_another_download_and_no_version(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher.files["/list"] = addresses(10)

    def dies(*args: Any, **facts: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(refreshing, "_keep", dies)
        with pytest.raises(KeyboardInterrupt):
            refresh(feed(publisher))
    assert refresh(feed(publisher)).outcome == "checked"
    assert publisher.asked == [("/list", 200), ("/list", 200)]
    assert ListSource.objects.get().number == 1


def test_nobody_calls_a_version_checked_that_is_not_in_force(publisher: Publisher) -> None:
    with pytest.raises(ListMissing):
        list_checked(source="house", number=0, now=NOW)
    publisher.files["/list"] = addresses(10)
    refresh(feed(publisher))
    with pytest.raises(ListMissing):
        list_checked(source="house", number=2, now=NOW)


def test_the_sweep_fetches_what_is_due_and_leaves_a_broken_one(
    publisher: Publisher, settings: Any, tmp_path: Path
) -> None:
    publisher.files["/good"] = addresses(10)
    publisher.files["/bad"] = b"<html>"
    settings.LISTS = [
        {"name": "good", "url": f"{publisher.url}/good"},
        {"name": "bad", "url": f"{publisher.url}/bad"},
    ]
    by_hand = tmp_path / "mine.csv"
    by_hand.write_bytes(addresses(3))
    services.list_load(
        lines=addresses(3).decode().splitlines(),
        source="mine",
        loaded_by="ada",
        now=NOW,
        location=str(by_hand),
    )
    assert tasks.refresh_lists() == 2
    state = {source.name: (source.number, source.refusal) for source in ListSource.objects.all()}
    assert state == {"good": (1, ""), "bad": (0, "list_unreadable"), "mine": (1, "")}
    publisher.asked.clear()
    assert tasks.refresh_lists() == 0
    assert publisher.asked == [("/bad", 200)]


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"name": "OFAC", "url": "https://x"},
        {"name": "a"},
        {"name": "a", "url": "https://x", "parts": {"list": "https://x"}},
        {"name": "a", "url": "ftp://x"},
        {"name": "a", "url": "relative.csv"},
        {"name": "a", "url": "https://x", "format": "pdf"},
        {"name": "a", "url": "https://x", "format": "ofac-csv"},
        {"name": "a", "url": "https://x", "colour": "red"},
        {"name": "a", "url": "https://x", "every_minutes": 0},
        {"name": "a", "url": "https://x", "every_minutes": True},
        {"name": "a", "url": "https://x", "max_mb": 4_096},
        {"name": "a", "url": "https://x", "sha256": {"sdn": "https://y"}},
        {"name": "a", "url": "https://x", "signatures": {"list": "https://y"}},
        {"name": "a", "url": "https://x", "public_key": "00" * 32},
        {"name": "a", "url": "https://x", "public_key": "zz"},
    ],
)
def test_settings_that_name_no_feed_are_refused(entry: dict[str, Any]) -> None:
    with pytest.raises(BadListSettings):
        read_feeds([entry])


def test_settings_name_a_list_once_and_are_a_list() -> None:
    one = {"name": "a", "url": "https://x"}
    assert read_feeds([one])["a"].every_seconds == 3_600
    with pytest.raises(BadListSettings, match="twice"):
        read_feeds([one, one])
    with pytest.raises(BadListSettings):
        read_feeds(one)
