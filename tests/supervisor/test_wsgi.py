"""Programs and people go through the middleware that each of them needs."""

from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from gateway.wsgi import application

pytestmark = pytest.mark.django_db


def get(path: str) -> tuple[int, dict[str, str], bytes]:
    environ: dict[str, Any] = {"PATH_INFO": path, "REQUEST_METHOD": "GET", "wsgi.input": BytesIO()}
    setup_testing_defaults(environ)
    heard: list[Any] = []
    body = b"".join(application(environ, lambda status, headers: heard.extend((status, headers))))
    return int(heard[0].split()[0]), {name.lower(): value for name, value in heard[1]}, body


def test_the_api_answers_guarded_without_what_pages_need() -> None:
    status, headers, body = get("/v1/invoices")
    assert (status, headers["content-type"]) == (401, "application/problem+json")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-request-id"]
    assert int(headers["content-length"]) == len(body)
    assert "set-cookie" not in headers
    assert "cookie" not in headers.get("vary", "").lower()


@pytest.mark.parametrize("path", ["/v1/docs", "/login"])
def test_pages_keep_their_policy(path: str) -> None:
    status, headers, _ = get(path)
    assert status == 200
    assert "default-src 'none'" in headers["content-security-policy"]


def test_an_unknown_path_of_the_api_is_a_problem_not_a_page() -> None:
    status, headers, _ = get("/v1/nothing")
    assert status in {401, 404}
    assert headers["content-type"] == "application/problem+json"


def test_plugins_go_the_way_of_programs() -> None:
    status, headers, body = get("/api/v1/stores")
    assert (status, headers["content-type"]) == (401, "application/json")
    assert b'"code":"unauthenticated"' in body
    assert "set-cookie" not in headers and "location" not in headers
    assert get("/api/v1/stores/")[0] == 404
