"""The guarded client: no redirects, bounded answers, a deadline for the whole exchange."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from gateway.outside import http
from gateway.outside.errors import OutsideFailed, OutsideRefused
from gateway.outside.http import request
from tests.outside.servers import serving


def test_a_redirect_is_an_answer_not_an_instruction() -> None:
    with serving(lambda body, headers: (302, {"location": "http://127.0.0.1:1/"}, b"")) as url:
        answer = request(method="POST", url=url, body=b"{}", allow_loopback=True)
    assert answer.status == 302


def test_the_original_name_is_said_at_the_pinned_address() -> None:
    heard: list[dict[str, str]] = []

    def reply(body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        heard.append(headers)
        return 200, {}, b"ok"

    with serving(reply) as url:
        named = url.replace("127.0.0.1", "localhost")
        try:
            request(method="POST", url=named, body=b"{}", allow_loopback=True)
        except OutsideFailed:
            pytest.skip("localhost means ::1 here, where the test server does not listen")
    assert heard[0]["host"].startswith("localhost:")


def test_a_flood_is_cut_off() -> None:
    with serving(lambda body, headers: (200, {}, b"x" * 200_000)) as url:
        answer = request(method="GET", url=url, allow_loopback=True, max_answer_bytes=1_000)
    assert len(answer.body) == 1_000
    assert answer.truncated


def test_a_silent_server_is_given_up_in_time() -> None:
    def sleep(body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        time.sleep(1.5)
        return 200, {}, b""

    with serving(sleep) as url, pytest.raises(OutsideFailed):
        request(method="POST", url=url, allow_loopback=True, timeout_seconds=0.3)


def test_without_an_allowance_nothing_on_this_machine_is_called() -> None:
    calls: list[bytes] = []

    def count(body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        calls.append(body)
        return 200, {}, b""

    with serving(count) as url, pytest.raises(OutsideRefused):
        request(method="POST", url=url)
    assert calls == []


@pytest.fixture
def dripping() -> Iterator[Callable[[bytes, bytes], str]]:
    """A server that says something at once and then something else for ever; its address."""
    server = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drips(begins: bytes, goes_on: bytes) -> str:
        def drip() -> None:
            peer, _address = server.accept()
            with peer:
                peer.sendall(begins)
                while not stop.wait(0.05):
                    try:
                        peer.sendall(goes_on)
                    except OSError:
                        return

        threading.Thread(target=drip, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/"

    yield drips
    stop.set()
    server.close()


@pytest.mark.parametrize(
    ("begins", "goes_on"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"X-Drip: 1\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Drip: ", b"x"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    ],
)
def test_a_server_that_drips_is_given_up_in_time(dripping, monkeypatch, begins, goes_on) -> None:
    monkeypatch.setattr(http, "CUT_AFTER_SECONDS", 0.1)
    with pytest.raises(OutsideFailed) as given_up:
        request(
            method="GET", url=dripping(begins, goes_on), allow_loopback=True, timeout_seconds=0.3
        )
    assert given_up.value.code == "too_slow"
