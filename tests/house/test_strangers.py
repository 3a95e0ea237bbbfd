"""Pages and streams under attack: strangers, cashiers, forged forms, forged hosts, forged text."""

import re
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from demo.shop import CASHIER, OWNER
from tests.house.place import Place, csrf_of, fresh_key

EVIL = "\"><img src=x onerror=alert(1)><script>alert(1)</script>'{{7*7}}"


def _raw(place: Place, request: bytes) -> bytes:
    """What the web process answers to these very bytes."""
    parts = urlsplit(place.shop.house.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as line:
        line.sendall(request)
        answer = b""
        while chunk := line.recv(65_536):
            answer += chunk
    return answer


def _dashboard_paths(shop_id: str, invoice_id: str) -> list[tuple[str, str]]:
    home, till = f"/dashboard/{shop_id}/", f"/pos/{shop_id}/"
    nothing = "01935b1e-0000-7000-8000-000000000000"
    return [
        ("GET", home),
        ("GET", home + "invoices"),
        ("GET", f"{home}invoices/{invoice_id}"),
        ("POST", f"{home}invoices/{invoice_id}/void"),
        ("GET", home + "balances"),
        ("GET", home + "payouts"),
        ("POST", home + "payouts"),
        ("GET", home + "developers"),
        ("POST", home + "developers/keys"),
        ("POST", f"{home}developers/keys/{nothing}/revoke"),
        ("POST", home + "developers/webhooks"),
        ("GET", f"{home}developers/webhooks/{nothing}"),
        ("POST", f"{home}developers/webhooks/{nothing}/deliveries/{nothing}/again"),
        ("GET", till),
        ("GET", till + "recent"),
        ("GET", till + "ticket"),
        ("POST", till + "sales"),
        ("GET", f"{till}sales/{invoice_id}"),
        ("POST", f"{till}sales/{invoice_id}/void"),
    ]


def _post(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    """A form as our own page would send it."""
    token = csrf_of(client.get("/login").text) if "csrftoken" not in client.cookies else ""
    headers = {"X-CSRFToken": token or client.cookies["csrftoken"]}
    return client.post(path, data=fields, headers=headers)


@pytest.fixture(scope="module")
def rival(place: Place) -> dict[str, Any]:
    """Somebody else's shop with an owner of its own, who is curious about ours."""
    return place.another_shop()


def test_nobody_signed_in_is_asked_to(place: Place) -> None:
    invoice = place.invoice()
    with place.browser() as client:
        client.get("/login")
        for method, path in _dashboard_paths(place.shop.shop_id, invoice["id"]):
            answer = client.get(path) if method == "GET" else _post(client, path)
            assert answer.status_code == 302, (path, answer.status_code)
            assert answer.headers["location"].startswith("/login?next=")


def test_a_rival_owner_finds_nothing_of_ours(place: Place, rival: dict[str, Any]) -> None:
    invoice = place.invoice()
    with place.browser(rival["email"]) as client:
        assert client.get(f"/dashboard/{rival['shop_id']}/").status_code == 200
        for method, path in _dashboard_paths(place.shop.shop_id, invoice["id"]):
            answer = client.get(path) if method == "GET" else _post(client, path)
            assert answer.status_code == 404, (path, answer.status_code)
        # …nor by our invoice's id under the own shop.
        for path in (
            f"/dashboard/{rival['shop_id']}/invoices/{invoice['id']}",
            f"/pos/{rival['shop_id']}/sales/{invoice['id']}",
        ):
            assert client.get(path).status_code == 404
        for path in (
            f"/dashboard/{rival['shop_id']}/invoices/{invoice['id']}/void",
            f"/pos/{rival['shop_id']}/sales/{invoice['id']}/void",
        ):
            _post(client, path)
    assert place.get(f"invoices/{invoice['id']}")["status"] == "waiting"


def test_a_curious_cashier_reaches_the_till_only(place: Place) -> None:
    invoice = place.invoice()
    with place.browser(CASHIER) as client:
        for method, path in _dashboard_paths(place.shop.shop_id, invoice["id"]):
            answer = client.get(path) if method == "GET" else _post(client, path, amount="1.00")
            if path.startswith("/pos/") or path.endswith(f"{invoice['id']}/void"):
                assert answer.status_code in {200, 302, 409, 422}, (path, answer.status_code)
            else:
                assert answer.status_code == 403, (path, answer.status_code)


def test_a_form_from_another_site_does_nothing(place: Place) -> None:
    invoice = place.invoice()
    with place.browser(OWNER) as client:
        for method, path in _dashboard_paths(place.shop.shop_id, invoice["id"]):
            if method == "POST":
                assert client.post(path, data={"amount": "1"}).status_code == 403, path
        assert client.post("/logout").status_code == 403
        assert client.post(f"/i/{invoice['id']}/renew").status_code == 403
        forged = client.post(
            f"/pos/{place.shop.shop_id}/sales",
            data={"amount": "1.00"},
            headers={
                "X-CSRFToken": client.cookies["csrftoken"],
                "Origin": "https://evil.example",
            },
        )
        assert forged.status_code == 403


def test_what_changes_something_takes_a_post(place: Place) -> None:
    invoice = place.invoice()
    shop = place.shop.shop_id
    with place.browser(OWNER) as client:
        headers = {"X-CSRFToken": client.cookies["csrftoken"]}
        for path in (
            f"/pos/{shop}/sales",
            f"/pos/{shop}/sales/{invoice['id']}/void",
            f"/dashboard/{shop}/invoices/{invoice['id']}/void",
            f"/dashboard/{shop}/developers/keys",
            f"/i/{invoice['id']}/renew",
            "/logout",
        ):
            for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "FOO"):
                answer = client.request(method, path, headers=headers)
                assert answer.status_code == 405, (method, path, answer.status_code)
    overridden = place.http.get(
        f"/i/{invoice['id']}/renew", headers={"X-HTTP-Method-Override": "POST"}
    )
    assert overridden.status_code == 405
    assert place.get(f"invoices/{invoice['id']}")["status"] == "waiting"


def test_text_of_others_stays_text(place: Place) -> None:
    """A shop's name, an order's id, metadata: whoever wrote them does not write our pages."""
    shop = place.another_shop()
    place.sql("UPDATE shops_shop SET name = %s WHERE id = %s", f"Shop {EVIL}", shop["shop_id"])
    invoice = place.invoice("4.20", order_id=EVIL, metadata={EVIL: EVIL}, key=shop["api_key"])
    home, till = f"/dashboard/{shop['shop_id']}/", f"/pos/{shop['shop_id']}/"
    with place.browser(shop["email"]) as client:
        pages = [
            home,
            home + "invoices",
            f"{home}invoices/{invoice['id']}",
            home + "balances",
            home + "payouts",
            home + "developers",
            till,
            till + "recent",
            f"{till}sales/{invoice['id']}",
            "/pos/",
            f"/i/{invoice['id']}",
            f"/i/{invoice['id']}/panel",
            f"/i/{invoice['id']}?asset={EVIL}&qr={EVIL}",
        ]
        for path in pages:
            answer = client.get(path, follow_redirects=True)
            assert answer.status_code == 200, path
            _is_harmless(answer, path)
        made = _post(client, home + "developers/keys", name=EVIL)
        _is_harmless(made, "keys")
        hooked = _post(client, home + "developers/webhooks", url="http://127.0.0.1:9/?" + EVIL)
        _is_harmless(client.get(home + "developers"), "webhooks")
        assert hooked.status_code in {200, 302}


def _is_harmless(answer: httpx.Response, path: str) -> None:
    assert "<img src=x" not in answer.text, path
    assert "<script>alert" not in answer.text, path
    assert "49" not in re.findall(r"&#x27;(..)", answer.text), path
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy + ";", path
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    inline = re.findall(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>", answer.text
    )
    assert inline == [], (path, inline)
    assert not re.search(r"\son[a-z]+=\"", answer.text), path


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)",
               "http:evil.example", "\t//evil.example", "/%09/evil.example", "https:///evil.example"],
)  # fmt: skip
def test_nobody_is_sent_to_another_site(place: Place, target: str) -> None:
    answer = place.http.get("/language", params={"to": "en", "next": target})
    assert answer.status_code == 302
    _stays_here(answer.headers["location"], place)
    with place.browser() as client:
        signed_in = place.sign_in(client, OWNER, place.shop.password, next=target)
        assert signed_in.status_code == 302
        _stays_here(signed_in.headers["location"], place)


def _stays_here(location: str, place: Place) -> None:
    """As a browser reads it: backslashes are slashes, tabs are nothing."""
    read = re.sub(r"[\t\r\n]", "", location).replace("\\", "/")
    assert not read.startswith("//"), location
    assert urlsplit(read).scheme in {"", "http"}, location
    assert urlsplit(read).netloc in {"", urlsplit(place.shop.house.url).netloc}, location


def test_header_lines_cannot_be_smuggled_in(place: Place) -> None:
    for path in (
        "/language?to=en&next=/%0d%0aSet-Cookie:%20a=b",
        "/i/%0d%0aSet-Cookie:%20a=b",
        "/dashboard/%0d%0aSet-Cookie:%20a=b",
        "/login?next=/%0d%0aSet-Cookie:%20a=b",
    ):
        answer = place.http.get(path)
        assert "a=b" not in answer.headers.get("set-cookie", ""), path


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "", "127.0.0.1\tx"]
)
def test_a_forged_host_is_refused(place: Place, host: str) -> None:
    for path in ("/login", "/v1/assets", f"/i/{fresh_key()}"):
        answer = _raw(
            place, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        )
        status = answer.split(b" ", 2)[1]
        assert status == b"400", (host, path, answer[:300])
        assert b"evil.example/" not in answer


def test_a_forwarded_host_changes_no_link(place: Place) -> None:
    answer = place.send(
        "POST", "invoices", {"amount": "4.20"}, headers={"X-Forwarded-Host": "evil.example"}
    )
    assert answer.json()["checkout_url"].startswith(place.shop.house.url)


@pytest.mark.parametrize(
    "path",
    ["/static/../manage.py", "/static/%2e%2e/django.secret", "/static/..%2f..%2fkeystore.json",
     "/static/....//keystore.json", "/static//etc/passwd", "/static/%00", "/..%2fkeystore.json",
     "/static/css/../../fields.secret", "/.env", "/.git/config", "/static/"],
)  # fmt: skip
def test_no_file_outside_the_static_ones_is_served(place: Place, path: str) -> None:
    answer = _raw(
        place, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    )
    assert answer.split(b" ", 2)[1] in {b"400", b"404"}, answer[:200]


def test_a_stream_of_a_shop_needs_a_fresh_ticket_of_that_shop(
    place: Place, rival: dict[str, Any]
) -> None:
    live, shop = place.shop.house.live_url, place.shop.shop_id
    with place.browser(rival["email"]) as client:
        foreign = client.get(f"/pos/{rival['shop_id']}/ticket").json()["ticket"]
    with place.browser(CASHIER) as client:
        ours = client.get(f"/pos/{shop}/ticket").json()["ticket"]
    url = f"{live}/live/shop/{shop}"
    for ticket in ("", "x", foreign, ours[:-1] + ("A" if ours[-1] != "A" else "B"), ours + "x"):
        assert httpx.get(url, params={"ticket": ticket}).status_code == 403, ticket
    assert httpx.get(f"{live}/live/shop/{shop}/../{rival['shop_id']}").status_code in {403, 404}
    with httpx.stream("GET", url, params={"ticket": ours}, timeout=10) as stream:
        assert stream.status_code == 200
        assert stream.headers["access-control-allow-origin"] == place.shop.house.url
        first = next(stream.iter_text())
        assert first
    for path in ("/live/i/" + fresh_key(), "/live/i/x", "/live/", "/", "/live/i/" + "-" * 36):
        assert httpx.get(live + path).status_code == 404, path


def test_a_stream_of_an_invoice_tells_what_its_page_tells_and_no_more(place: Place) -> None:
    invoice = place.invoice("4.20", order_id="secret order", metadata={"customer": "Ann Example"})
    url = f"{place.shop.house.live_url}/live/i/{invoice['id']}"
    with httpx.stream("GET", url, timeout=10) as stream:
        told = ""
        for chunk in stream.iter_text():
            told += chunk
            if "data:" in told and told.endswith("\n\n"):
                break
    for page in (
        told,
        place.http.get(f"/i/{invoice['id']}").text,
        place.http.get(f"/i/{invoice['id']}/status").text,
    ):
        assert "Ann Example" not in page
        assert "api_key:" not in page
    assert "secret order" not in told


def test_guessing_passwords_ends_for_that_name_and_no_other(place: Place) -> None:
    guessed, bystander = place.another_shop()["email"], place.another_shop()["email"]
    with place.browser() as client:
        seen = [
            place.sign_in(client, guessed, f"guess number {number}").status_code
            for number in range(8)
        ]
        assert seen[-1] == 429, seen
        forged = client.get("/login")
        answer = client.post(
            "/login",
            data={
                "username": guessed,
                "password": place.shop.password,
                "csrfmiddlewaretoken": csrf_of(forged.text),
            },
            headers={"X-Forwarded-For": "203.0.113.7"},  # believed behind a proxy only
        )
        assert answer.status_code == 429
    with place.browser() as client:
        assert place.sign_in(client, bystander, place.shop.password).status_code == 302


def test_a_session_ends_with_its_sign_out(place: Place) -> None:
    with place.browser() as client:
        place.sign_in(client, OWNER, place.shop.password)
        stolen = client.cookies["sessionid"]
        assert _post(client, "/logout").status_code == 302
    answer = place.http.get(
        f"/dashboard/{place.shop.shop_id}/", headers={"Cookie": f"sessionid={stolen}"}
    )
    assert answer.status_code == 302


def test_no_answer_may_be_framed_cached_or_sniffed(place: Place) -> None:
    invoice = place.invoice()
    with place.browser(OWNER) as client:
        for path in (
            "/login",
            f"/i/{invoice['id']}",
            f"/i/{invoice['id']}/status",
            f"/pos/{place.shop.shop_id}/",
            f"/dashboard/{place.shop.shop_id}/",
            f"/dashboard/{place.shop.shop_id}/developers",
            "/nothing",
            "/v1/docs",
        ):
            answer = client.get(path)
            headers = answer.headers
            assert "frame-ancestors 'none'" in headers["content-security-policy"], path
            assert "default-src 'none'" in headers["content-security-policy"], path
            assert headers["x-frame-options"] == "DENY", path
            assert headers["referrer-policy"] == "same-origin", path
            if path.startswith(("/i/", "/pos/", "/dashboard/")):
                assert "no-store" in headers["cache-control"], path


def test_a_page_of_a_failure_tells_nothing_of_us(place: Place) -> None:
    for path in ("/nothing", "/i/not-an-id", "/v1/nothing", "/i/" + fresh_key()):
        text = place.http.get(path).text
        for word in ("Traceback", "django", "/work", "urlpatterns", "DEBUG"):
            assert word not in text, (path, word)


def test_what_no_database_can_hold_is_no_failure_of_ours(place: Place) -> None:
    shop = place.shop.shop_id
    home, till, bad = f"/dashboard/{shop}/", f"/pos/{shop}/", "a\0b\x1b[31m"
    invoice = place.invoice()
    with place.browser(OWNER) as client:
        for path, fields in (
            (till + "sales", {"amount": bad}),
            (till + "sales", {"amount": "4.20", "order": bad}),
            (till + "sales", {"amount": "4.20", "draft": bad}),
            (home + "payouts", {"amount": bad}),
            (home + "payouts", {"amount": "0.01", "draft": bad, "confirmed": "yes"}),
            (home + "developers/keys", {"name": bad}),
            (home + "developers/webhooks", {"url": "https://example.com/" + bad}),
        ):
            assert _post(client, path, **fields).status_code < 500, (path, fields)
        for path in (
            home + "invoices?cursor=%00",
            home + "invoices?q=%00&order=%00&till=%00&from=%00&least=%00",
            home + "search?q=a%00b",
            home + "customers?q=%00&email=%00",
            home + "developers/requests?path=%00&status=%00",
            home + "audit?who=%00&act=%00&from=%00",
            home + "balances?cursor=%00",
            home + "payouts?cursor=AAAA",
            f"/i/{invoice['id']}?asset=%00&qr=%00",
            f"/i/{invoice['id']}/qr.png?px=%00&asset=%00",
            "/language?to=%00&next=%00",
        ):
            assert client.get(path).status_code < 500, path
    with place.browser() as client:
        assert place.sign_in(client, "a\0@example.com", "a\0b").status_code == 200
        assert _post(client, "/reset", email="a\0@example.com").status_code < 500
