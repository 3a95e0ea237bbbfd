"""The guarded client: no redirects, bounded answers, a deadline for the whole exchange."""

import time

import pytest

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
