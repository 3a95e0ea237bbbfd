"""One's own account: a new password, a new address, a way back in, where one is signed in."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from merchants.accounts import own, services, sessions
from merchants.accounts.agents import agent_words
from merchants.accounts.factors import codes
from merchants.accounts.letters import token_of
from merchants.accounts.models import Letter, PersonLink, SignedIn, User
from merchants.audit.models import Record

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough phrase"
OTHER = "quite another phrase"


@pytest.fixture
def ann(shop: Any) -> User:
    user = services.user_create(email="ann@shop.example", password=PASSWORD, name="Ann Example")
    services.member_add(user_id=user.id, role="owner", shop_id=shop.id)
    return user


def _signed_in(user: User, **headers: Any) -> Client:
    client = Client(**headers)
    assert client.post("/login", {"username": user.email, "password": PASSWORD})["Location"]
    return client


def _reset_path() -> str:
    return f"/reset/{token_of('password_link', PersonLink.objects.get(kind='password').id)}"


def test_everybody_who_forgot_is_told_the_same(ann: User) -> None:
    known = Client().post("/reset", {"email": " ANN@shop.example"})
    unknown = Client().post("/reset", {"email": "nobody@shop.example"})
    assert known.content == unknown.content
    assert [letter.address for letter in Letter.objects.all()] == [ann.email]


def test_a_link_sets_a_password_once_and_ends_every_session(ann: User) -> None:
    client = _signed_in(ann)
    Client().post("/reset", {"email": ann.email})
    path = _reset_path()
    weak = Client().post(path, {"password": "password123"})
    assert weak.status_code == 422
    assert Client().post(path, {"password": OTHER})["Location"] == "/login"
    ann.refresh_from_db()
    assert ann.check_password(OTHER)
    assert client.get("/account").status_code == 302
    assert Client().get(path).status_code == 404
    assert Client().post(path, {"password": PASSWORD}).status_code == 404
    assert Letter.objects.filter(kind="password_changed").exists()
    assert Record.objects.filter(act="password.changed").exists()


def test_a_link_grows_old(ann: User) -> None:
    now = timezone.now()
    own.password_link_send(email=ann.email, now=now - timedelta(hours=1, seconds=1))
    assert Client().get(_reset_path()).status_code == 404


def test_who_asks_again_and_again_sends_no_more_mail(ann: User) -> None:
    for _ in range(6):
        own.password_link_send(email=ann.email, now=timezone.now())
    assert Letter.objects.count() == own.LINKS_AT_ONCE


def test_a_network_that_asks_too_often_has_to_wait(ann: User, settings: Any, valkey: Any) -> None:
    settings.SIGN_IN_BURST = 2
    client = Client(REMOTE_ADDR="198.51.100.9")
    answers = [client.post("/reset", {"email": f"{n}@shop.example"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2]["Retry-After"]) > 0


def test_a_mailbox_alone_opens_nothing_of_who_has_a_second_factor(ann: User) -> None:
    codes.recovery_make(user_id=ann.pk, now=timezone.now())
    from merchants.accounts.factors.models import Passkey

    Passkey.objects.create(
        user=ann, credential_id=b"x", credential=b"x", name="x", made_at=timezone.now()
    )
    Client().post("/reset", {"email": ann.email})
    Client().post(_reset_path(), {"password": OTHER})
    client = Client()
    answer = client.post("/login", {"username": ann.email, "password": OTHER})
    assert answer["Location"] == "/login/second"


def test_a_new_password_needs_the_old_one_and_keeps_this_browser(ann: User) -> None:
    here, there = _signed_in(ann), _signed_in(ann)
    form = {"password": "not this one, sorry", "new_password": OTHER}
    assert here.post("/account/password", form).status_code == 422
    assert here.post("/account/password", form | {"password": PASSWORD})["Location"] == "/account"
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302
    assert SignedIn.objects.count() == 1


def test_a_new_address_counts_once_its_link_was_opened(ann: User) -> None:
    client = _signed_in(ann)
    client.post("/account/email", {"email": "Ann@new.example"})
    letter = Letter.objects.get(kind="email_link")
    assert letter.address == "ann@new.example"
    path = f"/account/email/{token_of('email_link', PersonLink.objects.get().id)}"
    assert client.get(path).status_code == 200
    ann.refresh_from_db()
    assert ann.email == "ann@shop.example"
    client.post(path)
    ann.refresh_from_db()
    assert ann.email == "ann@new.example"
    told = Letter.objects.get(kind="email_changed")
    assert told.address == "ann@shop.example"
    client.post(path)
    assert Letter.objects.filter(kind="email_changed").count() == 1


def test_a_new_address_ends_what_the_old_mailbox_could_open(ann: User) -> None:
    here, there = _signed_in(ann), _signed_in(ann)
    Client().post("/reset", {"email": ann.email})
    reset = _reset_path()
    here.post("/account/email", {"email": "ann@new.example"})
    link = PersonLink.objects.get(kind="email")
    here.post(f"/account/email/{token_of('email_link', link.id)}")
    assert Client().get(reset).status_code == 404
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302
    assert Letter.objects.get(kind="email_changed").detail == {"to": "a…@new.example"}


def test_who_asks_for_address_after_address_has_to_wait(ann: User) -> None:
    client = _signed_in(ann)
    answers = [client.post("/account/email", {"email": f"ann{n}@new.example"}) for n in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert 0 < int(answers[5]["Retry-After"]) <= 600
    assert "Try again in 10 min." in answers[5].content.decode()
    assert Letter.objects.filter(kind="email_link").count() == 5


def test_another_persons_link_changes_nothing(ann: User) -> None:
    own.email_change_ask(user_id=ann.pk, email="ann@new.example", now=timezone.now())
    path = f"/account/email/{token_of('email_link', PersonLink.objects.get().id)}"
    bob = services.user_create(email="bob@shop.example", password=PASSWORD)
    _signed_in(bob).post(path)
    assert set(User.objects.values_list("email", flat=True)) == {ann.email, bob.email}


def test_whether_an_address_is_taken_is_told_to_nobody(ann: User) -> None:
    services.user_create(email="bob@shop.example", password=PASSWORD)
    client = _signed_in(ann)
    free = client.post("/account/email", {"email": "free@shop.example"})
    taken = client.post("/account/email", {"email": "bob@shop.example"})
    assert free["Location"] == taken["Location"] == "/account"
    link = PersonLink.objects.get()
    client.post(f"/account/email/{token_of('email_link', link.id)}")
    ann.refresh_from_db()
    assert ann.email == "ann@shop.example"


def test_sessions_are_listed_and_end_one_by_one(ann: User) -> None:
    firefox = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
    here = _signed_in(ann)
    there = _signed_in(ann, headers={"User-Agent": firefox}, REMOTE_ADDR="203.0.113.7")
    page = here.get("/account").content.decode()
    assert "Firefox, Windows" in page
    assert "203.0.113.0/24" in page and "203.0.113.7" not in page
    other = SignedIn.objects.get(agent=firefox)
    here.post(f"/account/sessions/{other.id}/end")
    assert there.get("/account").status_code == 302
    assert here.get("/account").status_code == 200


def test_a_strangers_session_is_not_ones_own_to_end(ann: User) -> None:
    bob = services.user_create(email="bob@shop.example", password=PASSWORD)
    there = _signed_in(bob)
    here = _signed_in(ann)
    its = SignedIn.objects.get(user=bob)
    assert here.post(f"/account/sessions/{its.id}/end").status_code == 404
    assert there.get("/account").status_code == 200


def test_signing_out_elsewhere_ends_sessions_that_nobody_wrote_down(ann: User) -> None:
    unknown = Client()
    unknown.force_login(ann, backend="django.contrib.auth.backends.ModelBackend")
    here = _signed_in(ann)
    here.post("/account/sessions/end")
    assert unknown.get("/account").status_code == 302
    assert here.get("/account").status_code == 200
    assert len(sessions.sessions_of(ann.pk, now=timezone.now())) == 1


def test_name_and_language_are_saved(ann: User) -> None:
    client = _signed_in(ann)
    client.post("/account", {"name": " Ann\x00 O'Example ", "language": "zh-hans"})
    ann.refresh_from_db()
    assert (ann.name, ann.language) == ("Ann O'Example", "zh-hans")
    client.post("/account", {"name": "Ann", "language": "xx"})
    ann.refresh_from_db()
    assert ann.language == ""


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/142.0 Safari/537.36 Edg/142.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/142.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.9", ""),
        ("", ""),
    ],
)
def test_a_browser_is_called_as_people_call_it(agent: str, words: str) -> None:
    assert agent_words(agent) == words
