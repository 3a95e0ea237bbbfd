"""Whose address a request carries, and that every answer has its guards."""

from typing import Any

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from gateway.outside.middleware import ClientAddressMiddleware


def _seen(forwarded: str | None, settings: Any) -> str:
    settings.BEHIND_PROXY = True
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR="10.0.0.1")
    ClientAddressMiddleware(view)(request)
    return seen[0]


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1,  2001:db8::7", "2001:db8::7"),
        (None, "10.0.0.1"),
        ("", "10.0.0.1"),
        ("203.0.113.9, unknown", "10.0.0.1"),
        ("203.0.113.9,", "10.0.0.1"),
        ("<script>", "10.0.0.1"),
    ],
)
def test_behind_a_proxy_the_client_is_the_last_hop(
    forwarded: str | None, client: str, settings: Any
) -> None:
    assert _seen(forwarded, settings) == client


def test_without_a_proxy_nobody_may_say_who_they_are(settings: Any) -> None:
    settings.BEHIND_PROXY = False
    with pytest.raises(MiddlewareNotUsed):
        ClientAddressMiddleware(lambda request: HttpResponse())


@pytest.mark.django_db
def test_no_form_takes_a_file() -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = Client(enforce_csrf_checks=True)
    client.get("/login")
    upload = {"username": "a@b.example", "file": SimpleUploadedFile("x.bin", b"x" * 3_000_000)}
    assert client.post("/login", upload).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["localhost", "evil.example"])
def test_a_refusal_before_any_view_is_guarded_too(host: str) -> None:
    answer = Client().get("/nothing-here", headers={"Host": host})
    assert answer.status_code == (404 if host == "localhost" else 400)
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
