"""Signing in and out."""

import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from gateway.events.errors import TillwayError
from merchants.accounts import services
from merchants.accounts.models import Membership, User

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough phrase"


@pytest.fixture
def ann() -> User:
    return services.user_create(email="Ann@Shop.example", password=PASSWORD, name="Ann Example")


def _sign_in(client: Client, email: str, password: str, **more: str) -> Any:
    return client.post("/login", {"username": email, "password": password, **more})


def test_a_person_signs_in_by_email_whatever_its_case(ann: User) -> None:
    client = Client()
    before = client.get("/login")
    assert before.status_code == 200
    answer = _sign_in(client, " ANN@shop.EXAMPLE ", PASSWORD)
    assert answer.status_code == 302
    assert answer["Location"] == "/dashboard/"
    assert client.session["_auth_user_id"] == str(ann.id)


def test_a_wrong_password_and_an_unknown_person_look_the_same(ann: User) -> None:
    wrong = _sign_in(Client(), ann.email, "not this one, sorry")
    unknown = _sign_in(Client(), "bob@shop.example", "not this one, sorry")
    assert wrong.status_code == unknown.status_code == 200
    assert "sessionid" not in wrong.cookies
    blank = lambda page: page.content.replace(b"ann@", b"").replace(b"bob@", b"")  # noqa: E731
    strip = lambda text: [line for line in text.splitlines() if b"csrf" not in line]  # noqa: E731
    assert strip(blank(wrong)) == strip(blank(unknown))


def test_after_too_many_wrong_passwords_the_right_one_has_to_wait(ann: User, settings: Any) -> None:
    client = Client()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = _sign_in(client, ann.email, "not this one, sorry")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) == settings.AXES_COOLOFF_TIME * 3600
    assert _sign_in(client, ann.email, PASSWORD).status_code == 429
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert _sign_in(elsewhere, ann.email, PASSWORD).status_code == 302


def test_a_planted_session_is_worth_nothing_after_signing_in(ann: User) -> None:
    client = Client()
    client.get("/login")
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    _sign_in(client, ann.email, PASSWORD)
    assert client.session.session_key != planted


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(ann: User) -> None:
    cookie = _sign_in(Client(), ann.email, PASSWORD).cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_signing_out_needs_a_post(ann: User) -> None:
    client = Client()
    _sign_in(client, ann.email, PASSWORD)
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(ann: User, target: str) -> None:
    answer = _sign_in(Client(), ann.email, PASSWORD, next=target)
    assert answer["Location"] == "/dashboard/"


def test_forms_from_other_sites_are_refused(ann: User) -> None:
    answer = _sign_in(Client(enforce_csrf_checks=True), ann.email, PASSWORD)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("sent_from", "offered"),
    [
        ("http://testserver/login?next=/pos/", "http://testserver/login?next=/pos/"),
        ("https://evil.example/login", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_a_form_that_is_too_old_leads_back_to_where_it_was(sent_from: str, offered: str) -> None:
    client = Client(enforce_csrf_checks=True, headers={"Accept-Language": "zh-CN"})
    page = client.post("/login", headers={"Referer": sent_from}).content.decode()
    found = re.search(r'href="([^"]+)">(?:<svg.*</svg>)?返回表单', page)
    assert (found[1] if found else "") == offered
    assert 'lang="zh-hans"' in page


def test_a_new_password_ends_other_sessions(ann: User) -> None:
    client = Client()
    _sign_in(client, ann.email, PASSWORD)
    services.user_set_password(user_id=ann.id, password="quite another phrase")
    assert client.get("/login").status_code == 200  # asked again, not sent on


@pytest.mark.parametrize("password", ["short", "password123", "1234567890"])
def test_a_weak_password_is_refused_with_its_reasons(password: str) -> None:
    with pytest.raises(TillwayError) as refusal:
        services.user_create(email="bob@shop.example", password=password)
    assert refusal.value.code == "password_too_weak"
    assert refusal.value.field == "password"
    assert not User.objects.exists()


@pytest.mark.parametrize("email", ["", "ann", "ann@", "a b@shop.example", "ann@shop.example\n.x"])
def test_an_email_that_is_none_is_refused(email: str) -> None:
    with pytest.raises(TillwayError) as refusal:
        services.user_create(email=email, password=PASSWORD)
    assert refusal.value.code == "email_invalid"


def test_one_email_is_one_person(ann: User) -> None:
    with pytest.raises(TillwayError) as refusal:
        services.user_create(email="ANN@shop.example", password=PASSWORD)
    assert refusal.value.code == "email_taken"


def test_the_first_person_is_made_at_the_command_line(
    shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    call_command("user_add", "ann@shop.example", "--role", "owner", "--shop", str(shop.id))
    member = Membership.objects.select_related("user").get()
    assert (member.user.email, member.role) == ("ann@shop.example", "owner")
    assert member.user.check_password(PASSWORD)
    with pytest.raises(CommandError):
        call_command("user_add", "bob@shop.example", "--role", "owner")
