"""Passkeys: made, signed in with, and every way in which an answer isn't one."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from merchants.accounts import services
from merchants.accounts.factors.errors import PasskeyRefused
from merchants.accounts.factors.models import Passkey
from merchants.accounts.factors.passkeys import passkey_add
from merchants.accounts.models import Letter, User
from tests.merchants.accounts.soft_key import SoftKey

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough phrase"


@pytest.fixture(autouse=True)
def _our_address(settings: Any) -> None:
    settings.PUBLIC_URL = "http://localhost:8000"


@pytest.fixture
def ann() -> User:
    return services.user_create(email="ann@shop.example", password=PASSWORD, name="Ann Example")


def _client(user: User, *, proven: str = "password") -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["proved"] = {"at": timezone.now().timestamp(), "by": proven}
    session.save()
    return client


def _add(client: Client, key: SoftKey, name: str = "My phone") -> Any:
    options = client.post("/account/security/passkeys/ask").json()
    answer = key.made(options)
    return client.post("/account/security/passkeys", {"answer": answer, "name": name})


@pytest.fixture
def key(ann: User) -> SoftKey:
    made = SoftKey()
    assert _add(_client(ann), made).status_code == 200
    return made


def _by_passkey(client: Client, key: SoftKey, **how: Any) -> Any:
    options = client.post("/login/passkey/ask").json()
    return client.post("/login/passkey", {"answer": key.signed(options, **how), "next": ""})


def test_a_passkey_signs_in_without_name_and_password(ann: User, key: SoftKey) -> None:
    client = Client()
    assert _by_passkey(client, key)["Location"] == "/dashboard/"
    assert client.session["_auth_user_id"] == str(ann.pk)
    assert client.session["proved"]["by"] == "passkey"
    assert client.session.get_expiry_age() > 3_600  # the question's short life isn't the session's
    row = Passkey.objects.get()
    assert (row.name, row.sign_count) == ("My phone", 1)
    assert row.used_at is not None
    assert Letter.objects.filter(kind="factor_added", address=ann.email).exists()


def test_a_passkey_is_a_second_step_too(ann: User, key: SoftKey) -> None:
    client = Client()
    client.post("/login", {"username": ann.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    options = client.post("/login/second/ask").json()
    assert [one["id"] for one in options["publicKey"]["allowCredentials"]]
    client.post("/login/second", {"answer": key.signed(options)})
    assert client.session["_auth_user_id"] == str(ann.pk)


def test_another_persons_passkey_is_no_second_step_of_hers(ann: User, key: SoftKey) -> None:
    bob = services.user_create(email="bob@shop.example", password=PASSWORD)
    other = SoftKey()
    _add(_client(bob), other)
    client = Client()
    client.post("/login", {"username": ann.email, "password": PASSWORD})
    options = client.post("/login/second/ask").json()
    answer = client.post("/login/second", {"answer": other.signed(options)})
    assert answer.status_code == 400
    assert "_auth_user_id" not in client.session


def _refused(answer: Any, client: Client) -> None:
    assert answer["Location"] == "/login?passkey=refused"
    assert "_auth_user_id" not in client.session


def test_an_answer_opens_once(ann: User, key: SoftKey) -> None:
    client = Client()
    options = client.post("/login/passkey/ask").json()
    answer = {"answer": key.signed(options), "next": ""}
    assert client.post("/login/passkey", answer)["Location"] == "/dashboard/"
    client.post("/logout")
    _refused(client.post("/login/passkey", answer), client)


def test_an_answer_to_another_sessions_question_opens_nothing(ann: User, key: SoftKey) -> None:
    asked, client = Client(), Client()
    options = asked.post("/login/passkey/ask").json()
    client.post("/login/passkey/ask")
    _refused(client.post("/login/passkey", {"answer": key.signed(options)}), client)


def test_a_page_of_another_origin_opens_nothing(ann: User, key: SoftKey) -> None:
    key.origin = "http://localhost.evil.example:8000"
    client = Client()
    _refused(_by_passkey(client, key), client)


def test_a_key_that_did_not_ask_who_holds_it_opens_nothing(ann: User, key: SoftKey) -> None:
    key.flags = SoftKey(verifies=False).flags
    client = Client()
    _refused(_by_passkey(client, key), client)


def test_a_copy_that_counts_back_opens_nothing(ann: User, key: SoftKey) -> None:
    assert _by_passkey(Client(), key, count=7)["Location"] == "/dashboard/"
    client = Client()
    _refused(_by_passkey(client, key, count=7), client)
    _refused(_by_passkey(client, key, count=0), client)
    assert _by_passkey(client, key, count=8)["Location"] == "/dashboard/"


def test_a_forged_signature_opens_nothing(ann: User, key: SoftKey) -> None:
    thief = SoftKey()
    thief.id, thief.holder = key.id, key.holder
    client = Client()
    _refused(_by_passkey(client, thief), client)


def test_a_passkey_of_somebody_who_may_not_sign_in_opens_nothing(ann: User, key: SoftKey) -> None:
    User.objects.filter(id=ann.pk).update(is_active=False)
    client = Client()
    _refused(_by_passkey(client, key), client)


@pytest.mark.parametrize(
    "answer",
    [
        *("", "{}", "[]", "null", "{", "[" * 19_000, "x" * 30_000),
        json.dumps({"id": "a", "rawId": "b"}),
        json.dumps({"id": "aa", "rawId": "aa", "response": {}}),
        json.dumps({"id": "aa", "rawId": "aa", "response": {"authenticatorData": "AA"}}),
    ],
)
def test_what_is_no_answer_is_refused(ann: User, answer: str) -> None:
    client = Client()
    client.post("/login/passkey/ask")
    _refused(client.post("/login/passkey", {"answer": answer}), client)


@given(data=st.binary(max_size=120))
def test_bytes_that_nobody_signed_are_no_crash(data: bytes) -> None:
    from fido2.utils import websafe_encode

    junk = websafe_encode(data)
    response = {"clientDataJSON": junk, "attestationObject": junk}
    answer = json.dumps({"id": junk, "rawId": junk, "type": "public-key", "response": response})
    state = {"challenge": "AAAA", "user_verification": "required", "until": 4_000_000_000}
    user = User.objects.create(email=f"{uuid4()}@shop.example")
    with pytest.raises(PasskeyRefused):
        passkey_add(user_id=user.pk, state=state, answer=answer, name="", now=timezone.now())


def test_one_credential_is_one_persons(ann: User, key: SoftKey) -> None:
    bob = services.user_create(email="bob@shop.example", password=PASSWORD)
    assert _add(_client(bob), key).status_code == 409
    assert Passkey.objects.count() == 1


def test_adding_one_needs_a_fresh_proof(ann: User, key: SoftKey) -> None:
    client = _client(ann, proven="password")  # too little for who has a passkey
    assert client.post("/account/security/passkeys/ask")["Location"].startswith("/account/confirm")
    options = client.post("/account/confirm/ask").json()
    answer = client.post("/account/confirm", {"answer": key.signed(options)})
    assert answer["Location"] == "/account"
    assert _add(client, SoftKey(), name="").status_code == 302
    assert Passkey.objects.count() == 2


def test_a_passkey_that_was_removed_opens_nothing(ann: User, key: SoftKey) -> None:
    client = _client(ann, proven="passkey")
    row = Passkey.objects.get()
    client.post(f"/account/security/passkeys/{row.id}/remove")
    _refused(_by_passkey(Client(), key), Client())
    assert Letter.objects.filter(kind="factor_removed").exists()
