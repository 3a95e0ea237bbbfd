"""Whoever names a target gets a public one or a refusal."""

import pytest

from gateway.outside.errors import OutsideFailed, OutsideRefused
from gateway.outside.targets import check_url, resolve


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "https://127.0.0.1/hook",
        "https://localhost/hook",
        "https://10.0.0.8/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/hook",
        "https://[::ffff:10.0.0.1]/hook",
        "https://[64:ff9b::7f00:1]/hook",
        "https://0.0.0.0/hook",
        "https://224.0.0.1/hook",
        "https://user:password@example.com/hook",
        "https:///hook",
        "ftp://example.com/hook",
        "https://example.com/a b",
        "https://example.com:99999/hook",
        "https://example.com/" + "a" * 2_000,
    ],
)
def test_a_target_that_is_not_public_is_refused(url: str) -> None:
    with pytest.raises(OutsideRefused) as refusal:
        check_url(url)
    assert refusal.value.code == "target_not_public"


def test_a_public_number_passes_and_is_pinned() -> None:
    target = resolve("https://93.184.216.34:8443/hook?a=1")
    assert (target.address, target.port, target.path) == ("93.184.216.34", 8443, "/hook?a=1")


def test_a_public_name_with_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS may say anything: one private address among public ones is enough to refuse."""
    answers = [
        (2, 1, 6, "", ("93.184.216.34", 443)),
        (2, 1, 6, "", ("192.168.1.1", 443)),
    ]
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: answers)
    with pytest.raises(OutsideRefused):
        resolve("https://rebound.example/hook")


def test_a_name_that_nobody_knows_is_an_outside_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*arguments: object, **options: object) -> None:
        raise OSError("no such name")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    with pytest.raises(OutsideFailed) as fault:
        resolve("https://nobody.example/hook")
    assert fault.value.code == "name_unknown"


def test_loopback_needs_its_explicit_allowance() -> None:
    assert resolve("http://127.0.0.1:9/hook", allow_loopback=True).address == "127.0.0.1"
    with pytest.raises(OutsideRefused):
        check_url("http://10.0.0.8/hook", allow_loopback=True)
