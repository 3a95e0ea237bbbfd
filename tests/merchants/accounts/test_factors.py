"""Second factors: set up, asked for at sign-in and before acts that matter, lost and reset."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from gateway.events.errors import TillwayError
from merchants.accounts import services, team
from merchants.accounts.factors import changing, codes, resetting, totp
from merchants.accounts.factors.models import RecoveryCode, Reset, Totp, Tries
from merchants.accounts.factors.selectors import factors_of, has_factor, who_has_factor
from merchants.accounts.letters import letters_send
from merchants.accounts.models import ApiKey, Letter, User
from merchants.audit.models import Record

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough phrase"


@pytest.fixture
def ann(shop: Any) -> User:
    user = services.user_create(email="ann@shop.example", password=PASSWORD, name="Ann Example")
    services.member_add(user_id=user.id, role="owner", shop_id=shop.id)
    return user


@pytest.fixture
def bob(shop: Any, ann: User) -> User:
    user = services.user_create(email="bob@shop.example", password=PASSWORD, name="Bob Example")
    services.member_add(user_id=user.id, role="owner", shop_id=shop.id)
    return user


class App:
    """Somebody's phone."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.secret = codes.totp_begin(user_id=user.pk, now=timezone.now())
        self.step = totp.step_at(timezone.now()) - 1

    def code(self) -> str:
        """One that was not shown before."""
        self.step += 1
        return totp.code_at(self.secret, self.step)

    def confirm(self) -> list[str]:
        sheet = changing.app_confirm(user=self.user, typed=self.code(), now=timezone.now())
        assert sheet is not None
        return sheet


def _sign_in(client: Client, user: User, **more: str) -> Any:
    return client.post("/login", {"username": user.email, "password": PASSWORD, **more})


def _refused(code: str, verb: Any) -> None:
    with pytest.raises(TillwayError) as refusal:
        verb()
    assert refusal.value.code == code


def test_an_app_counts_once_its_first_code_was_typed(ann: User) -> None:
    app = App(ann)
    assert App(ann).secret == app.secret  # a page loaded twice shows the same
    assert not has_factor(ann.pk)
    _refused(
        "second_step_wrong",
        lambda: changing.app_confirm(user=ann, typed="000000", now=timezone.now()),
    )
    sheet = app.confirm()
    assert len(sheet) == 10
    assert who_has_factor([ann.pk, uuid4()]) == {ann.pk}
    _refused("totp_set", lambda: codes.totp_begin(user_id=ann.pk, now=timezone.now()))


def test_a_stolen_table_holds_no_secret_and_no_code(ann: User) -> None:
    app = App(ann)
    sheet = app.confirm()
    row = Totp.objects.get()
    assert app.secret not in bytes(row.secret_sealed)
    hashes = {bytes(one.code_hash) for one in RecoveryCode.objects.all()}
    assert len(hashes) == 10
    assert not {code.replace("-", "").encode() for code in sheet} & hashes


def test_a_sealed_secret_opens_for_its_own_person_only(ann: User, bob: User) -> None:
    App(ann).confirm()
    app = App(bob)
    sealed = Totp.objects.get(user=ann).secret_sealed
    Totp.objects.filter(user=bob).update(secret_sealed=sealed)
    from cryptography.exceptions import InvalidTag

    with pytest.raises(InvalidTag):
        changing.app_confirm(user=bob, typed=app.code(), now=timezone.now())


def test_a_code_is_worth_nothing_the_second_time(ann: User) -> None:
    app = App(ann)
    app.confirm()
    code = app.code()
    assert codes.code_check(user_id=ann.pk, typed=code, now=timezone.now()) == "totp"
    _refused(
        "second_step_wrong",
        lambda: codes.code_check(user_id=ann.pk, typed=code, now=timezone.now()),
    )


def test_a_recovery_code_is_used_once_and_its_person_is_told(ann: User) -> None:
    sheet = App(ann).confirm()
    client = Client()
    _sign_in(client, ann)
    assert client.post("/login/second", {"code": sheet[3].upper()})["Location"] == "/dashboard/"
    assert factors_of(ann.pk).codes_left == 9
    assert Letter.objects.get(kind="recovery_used").detail == {"left": 9}
    _refused(
        "second_step_wrong",
        lambda: codes.code_check(user_id=ann.pk, typed=sheet[3], now=timezone.now()),
    )


def test_another_persons_recovery_code_opens_nothing(ann: User, bob: User) -> None:
    sheet = App(ann).confirm()
    App(bob).confirm()
    _refused(
        "second_step_wrong",
        lambda: codes.code_check(user_id=bob.pk, typed=sheet[0], now=timezone.now()),
    )


def test_guessing_has_to_wait_and_the_right_code_too(ann: User) -> None:
    app = App(ann)
    app.confirm()
    now = timezone.now()
    for _ in range(5):
        _refused(
            "second_step_wrong", lambda: codes.code_check(user_id=ann.pk, typed="000000", now=now)
        )
    right = app.code()
    _refused(
        "second_step_throttled", lambda: codes.code_check(user_id=ann.pk, typed=right, now=now)
    )
    assert codes.code_check(user_id=ann.pk, typed=right, now=now + timedelta(seconds=31)) == "totp"
    assert Tries.objects.get().failed == 0


def test_a_password_alone_opens_nothing_of_who_has_an_app(ann: User) -> None:
    app = App(ann)
    app.confirm()
    client = Client()
    answer = _sign_in(client, ann, next="/notices/")
    assert answer["Location"] == "/login/second?next=%2Fnotices%2F"
    assert "_auth_user_id" not in client.session
    assert client.get("/account").status_code == 302
    page = client.get(answer["Location"])
    assert ann.email in page.content.decode()
    wrong = client.post("/login/second", {"code": "000000"})
    assert wrong.status_code == 400
    assert "_auth_user_id" not in client.session
    right = client.post("/login/second", {"code": app.code(), "next": "/notices/"})
    assert right["Location"] == "/notices/"
    assert client.session["_auth_user_id"] == str(ann.pk)
    assert ann.last_login is None and User.objects.get(id=ann.pk).last_login


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:x"])
def test_nobody_is_sent_elsewhere_after_the_second_step(ann: User, target: str) -> None:
    app = App(ann)
    app.confirm()
    client = Client()
    _sign_in(client, ann, next=target)
    answer = client.post("/login/second", {"code": app.code(), "next": target})
    assert answer["Location"] == "/dashboard/"


def test_a_second_step_ends_with_the_password_that_came_before_it(ann: User) -> None:
    app = App(ann)
    app.confirm()
    client = Client()
    _sign_in(client, ann)
    services.user_set_password(user_id=ann.pk, password="quite another phrase")
    assert client.post("/login/second", {"code": app.code()})["Location"] == "/login"


def test_who_gave_no_password_has_no_second_step(ann: User) -> None:
    App(ann).confirm()
    assert Client().get("/login/second")["Location"] == "/login"
    assert Client().post("/login/second", {"code": "123456"})["Location"] == "/login"


def _client(user: User, *, proven: str = "") -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    if proven:
        session = client.session
        session["proved"] = {"at": timezone.now().timestamp(), "by": proven}
        session.save()
    return client


def test_removing_a_factor_needs_a_fresh_proof_and_tells_by_mail(ann: User) -> None:
    app = App(ann)
    app.confirm()
    client = _client(ann, proven="password")  # which is too little for who has more
    answer = client.post("/account/security/app/remove")
    assert answer["Location"] == "/account/confirm?next=%2Faccount%2Fsecurity"
    assert has_factor(ann.pk)
    answer = client.post("/account/confirm", {"code": app.code(), "next": "/account/security"})
    assert answer["Location"] == "/account/security"
    client.post("/account/security/app/remove")
    assert not has_factor(ann.pk)
    assert not RecoveryCode.objects.exists()  # a sheet stands in for a factor, not for none
    assert Letter.objects.filter(kind="factor_removed", address=ann.email).exists()
    acts = set(Record.objects.values_list("act", flat=True))
    assert {"factor.added", "factor.removed"} <= acts


def test_setting_up_asks_for_the_password_of_who_has_nothing_better(ann: User) -> None:
    client = _client(ann)
    assert client.get("/account/security/app")["Location"].startswith("/account/confirm?")
    wrong = client.post("/account/confirm", {"password": "not this one, sorry"})
    assert wrong.status_code == 400
    client.post("/account/confirm", {"password": PASSWORD})
    page = client.get("/account/security/app").content.decode()
    secret = codes.totp_begin(user_id=ann.pk, now=timezone.now())
    assert totp.secret_shown(secret) in page
    code = totp.code_at(secret, totp.step_at(timezone.now()))
    sheet = client.post("/account/security/app", {"code": code})
    assert sheet.status_code == 200 and "no-store" in sheet["Cache-Control"]
    assert has_factor(ann.pk)


def _make_key(client: Client, shop: Any) -> Any:
    return client.post(f"/dashboard/{shop.id}/developers/keys", {"name": "till"})


def test_a_test_shop_asks_nobody_to_have_a_second_factor(ann: User, shop: Any) -> None:
    assert _make_key(_client(ann), shop).status_code == 200


def test_who_has_one_shows_it_afresh_before_acts_that_matter(ann: User, shop: Any) -> None:
    app = App(ann)
    app.confirm()
    client = _client(ann, proven="password")
    answer = _make_key(client, shop)
    back = f"%2Fdashboard%2F{shop.id}%2Fdevelopers"
    assert answer["Location"] == f"/account/confirm?next={back}"
    assert not ApiKey.objects.exists()
    client.post("/account/confirm", {"code": app.code()})
    assert _make_key(client, shop).status_code == 200


def test_a_proof_grows_old(ann: User, shop: Any, settings: Any) -> None:
    App(ann).confirm()
    client = _client(ann, proven="totp")
    session = client.session
    minutes = settings.STEP_UP_MINUTES
    session["proved"] = {
        "at": (timezone.now() - timedelta(minutes=minutes, seconds=1)).timestamp(),
        "by": "totp",
    }
    session.save()
    assert _make_key(client, shop).status_code == 302
    assert not ApiKey.objects.exists()


def test_a_live_shops_money_needs_a_second_factor_once_the_time_is_over(
    ann: User, shop: Any, settings: Any
) -> None:
    type(shop).objects.filter(id=shop.id).update(mode="live", approved_at=timezone.now())
    assert _make_key(_client(ann), shop).status_code == 200
    days = timedelta(days=settings.SECOND_FACTOR_GRACE_DAYS)
    User.objects.filter(id=ann.pk).update(second_factor_from=timezone.now() - days)
    answer = _make_key(_client(ann), shop)
    assert answer["Location"] == "/account/security"
    assert ApiKey.objects.count() == 1
    for path, section in (
        ("payouts", ""),
        ("settings", "address"),
        ("settings", "terms"),
        ("settings", "refunds"),
        ("team/invite", ""),
    ):
        answer = _client(ann).post(f"/dashboard/{shop.id}/{path}", {"section": section})
        assert answer["Location"] == "/account/security", path


def test_who_works_in_a_live_shop_is_told_by_when_to_set_one_up(ann: User, shop: Any) -> None:
    client = Client()
    _sign_in(client, ann)
    assert "Set up a second factor by" not in client.get("/account").content.decode()
    type(shop).objects.filter(id=shop.id).update(mode="live", approved_at=timezone.now())
    _sign_in(again := Client(), ann)
    assert "Set up a second factor by" in again.get("/account").content.decode()


def test_a_live_houses_people_change_nothing_without_a_second_factor(
    ann: User, settings: Any
) -> None:
    services.member_add(user_id=ann.pk, role="operator")
    days = timedelta(days=settings.SECOND_FACTOR_GRACE_DAYS)
    User.objects.filter(id=ann.pk).update(second_factor_from=timezone.now() - days)
    path = f"/house/approvals/{uuid4()}/agree"
    assert _client(ann).post(path).status_code == 404
    settings.LIVE_MODE = True
    assert _client(ann).post(path)["Location"] == "/account/security"
    assert _client(ann).get("/house/approvals").status_code == 200
    User.objects.filter(id=ann.pk).update(second_factor_from=timezone.now())
    assert _client(ann).post(path).status_code == 404


def test_nobody_resets_their_own_or_of_who_works_elsewhere_too(
    ann: User, bob: User, shop: Any
) -> None:
    from gateway.shops.services import shop_open

    App(bob).confirm()
    now = timezone.now()
    ask = lambda **who: resetting.reset_ask(shop_id=shop.id, now=now, **who)  # noqa: E731
    _refused("reset_refused", lambda: ask(user_id=bob.pk, by=bob))
    other = shop_open(name="Other", pricing_currency="EUR", settlement_asset="USDC@31337", now=now)
    services.member_add(user_id=bob.pk, role="cashier", shop_id=other.id)
    _refused("reset_refused", lambda: ask(user_id=bob.pk, by=ann))
    with pytest.raises(IntegrityError), transaction.atomic():
        Reset.objects.create(
            shop_id=shop.id,
            user=bob,
            asked_by=bob.pk,
            asked_at=now,
            due_at=now + timedelta(days=1),
        )


def test_a_reset_takes_a_day_in_which_it_can_be_stopped(ann: User, bob: User, shop: Any) -> None:
    App(bob).confirm()
    now = timezone.now()
    resetting.reset_ask(shop_id=shop.id, user_id=bob.pk, by=ann, now=now)
    assert Letter.objects.get(kind="factors_reset").address == bob.email
    _refused(
        "nothing_to_reset",
        lambda: resetting.reset_ask(shop_id=shop.id, user_id=bob.pk, by=ann, now=now),
    )
    assert resetting.resets_carry_out(now=now + timedelta(hours=23)) == 0
    client = _client(bob)
    assert "stop" in client.get("/account/security").content.decode()
    client.post("/account/security/reset/stop")
    assert resetting.resets_carry_out(now=now + timedelta(hours=25)) == 0
    assert has_factor(bob.pk)


def test_after_the_day_the_factors_are_gone_and_every_session_too(
    ann: User, bob: User, shop: Any
) -> None:
    App(bob).confirm()
    client = _client(bob)
    now = timezone.now()
    resetting.reset_ask(shop_id=shop.id, user_id=bob.pk, by=ann, now=now)
    later = now + timedelta(hours=25)
    assert resetting.resets_carry_out(now=later) == 1
    assert resetting.resets_carry_out(now=later) == 0
    assert not has_factor(bob.pk)
    assert client.get("/account").status_code == 302
    acts = set(Record.objects.filter(shop_id=shop.id).values_list("act", flat=True))
    assert {"factor.reset_asked", "factor.reset"} <= acts


def _elsewhere(shop: Any, ann: User, bob: User) -> None:
    from gateway.shops.services import shop_open

    other = shop_open(
        name="Other", pricing_currency="EUR", settlement_asset="USDC@31337", now=timezone.now()
    )
    services.member_add(user_id=bob.pk, role="cashier", shop_id=other.id)


def _dropped(shop: Any, ann: User, bob: User) -> None:
    services.member_add(user_id=ann.pk, role="manager", shop_id=shop.id)


@pytest.mark.parametrize("change", [_elsewhere, _dropped])
def test_a_reset_ends_if_whoever_asked_may_not_ask_any_more(
    change: Any, ann: User, bob: User, shop: Any
) -> None:
    App(bob).confirm()
    now = timezone.now()
    resetting.reset_ask(shop_id=shop.id, user_id=bob.pk, by=ann, now=now)
    change(shop, ann, bob)
    assert resetting.resets_carry_out(now=now + timedelta(hours=25)) == 0
    assert has_factor(bob.pk)
    assert resetting.reset_of(bob.pk) is None
    assert Record.objects.filter(act="factor.reset_cancelled", shop_id=shop.id).exists()


@pytest.mark.parametrize("how", ["let go", "made a manager"])
def test_who_owns_the_shop_no_more_has_asked_for_no_reset(
    how: str, ann: User, bob: User, shop: Any
) -> None:
    App(bob).confirm()
    now = timezone.now()
    resetting.reset_ask(shop_id=shop.id, user_id=bob.pk, by=ann, now=now)
    if how == "let go":
        team.let_go(shop_id=shop.id, user_id=ann.pk, by=bob, now=now)
    else:
        team.role_change(shop_id=shop.id, user_id=ann.pk, role="manager", by=bob, now=now)
    assert resetting.reset_of(bob.pk) is None
    assert Reset.objects.get().stopped_by == bob.pk


def test_whoever_runs_the_house_takes_factors_away_at_the_command_line(bob: User) -> None:
    from django.core.management import CommandError, call_command

    App(bob).confirm()
    call_command("factors_reset", "BOB@shop.example")
    assert not has_factor(bob.pk)
    assert Record.objects.get(act="factor.reset").who == "house"
    with pytest.raises(CommandError):
        call_command("factors_reset", "nobody@shop.example")


def test_letters_are_sent_from_their_rows_once(ann: User, mailoutbox: list[Any]) -> None:
    App(ann).confirm()
    now = timezone.now()
    assert letters_send(now=now) == 1
    assert letters_send(now=now + timedelta(hours=1)) == 0
    assert [mail.to for mail in mailoutbox] == [[ann.email]]
    letter = Letter.objects.get()
    assert (letter.state, letter.address, letter.detail) == ("sent", "", {})
    assert str(letter.id) in mailoutbox[0].extra_headers["Message-ID"]


def test_a_server_that_does_not_answer_is_asked_again(
    ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    App(ann).confirm()

    def fails(self: object, messages: object) -> int:
        raise OSError("away")

    monkeypatch.setattr(EmailBackend, "send_messages", fails)
    now = timezone.now()
    assert letters_send(now=now) == 0
    assert letters_send(now=now) == 0
    assert Letter.objects.get().attempts == 1
    assert letters_send(now=now + timedelta(minutes=2)) == 0
    assert Letter.objects.get().attempts == 2
