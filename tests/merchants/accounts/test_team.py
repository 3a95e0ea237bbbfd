"""Joining a team and leaving it."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from gateway.events.errors import TillwayError
from merchants.accounts import services, team
from merchants.accounts.actions import ACTIONS, SHOP_ROLES
from merchants.accounts.letters import letters_send, link_of, token_of
from merchants.accounts.models import ApiKey, Invitation, Letter, Membership, User
from merchants.accounts.role_words import may_words
from merchants.audit.models import Record

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough phrase"
JOINED = {"name": "Carla Example", "password": PASSWORD}


@pytest.fixture
def ann(shop: Any) -> User:
    user = services.user_create(email="ann@shop.example", password=PASSWORD, name="Ann Example")
    services.member_add(user_id=user.id, role="owner", shop_id=shop.id)
    return user


def _invite(shop: Any, by: User, email: str = "Carla@shop.example", role: str = "manager") -> Any:
    return team.invite(shop_id=shop.id, email=email, role=role, by=by, now=timezone.now())


def _path(invitation: Invitation) -> str:
    return f"/join/{token_of('invitation', invitation.id, serial=invitation.serial)}"


def _refused(code: str, verb: Any) -> None:
    with pytest.raises(TillwayError) as refusal:
        verb()
    assert refusal.value.code == code


@pytest.mark.parametrize("role", sorted(SHOP_ROLES))
def test_what_a_role_may_do_is_said_in_words_for_every_action(role: str) -> None:
    """A new action of a shop's role that has no words fails here."""
    subjects = {action.partition(".")[0] for action, roles in ACTIONS.items() if role in roles}
    words = may_words(role)
    assert len(words) == len(subjects)
    assert all(subject and verbs for subject, verbs in words)


def test_an_invitation_comes_by_mail_and_its_link_makes_a_member(
    shop: Any, ann: User, mailoutbox: list[Any]
) -> None:
    made = _invite(shop, ann)
    letters_send(now=timezone.now())
    (mail,) = mailoutbox
    assert mail.to == ["carla@shop.example"]
    link = link_of("invitation", made.id)
    assert link in mail.body
    client = Client()
    page = client.get(_path(made)).content.decode()
    assert shop.name in page
    answer = client.post(_path(made), JOINED)
    assert answer["Location"] == "/dashboard/"
    carla = User.objects.get(email="carla@shop.example")
    assert carla.name == "Carla Example"
    assert client.session["_auth_user_id"] == str(carla.pk)
    member = Membership.objects.get(user=carla)
    assert (member.shop_id, member.role) == (shop.id, "manager")
    acts = list(Record.objects.filter(shop_id=shop.id).order_by("id").values_list("act", flat=True))
    assert acts == ["member.invited", "member.joined", "sign_in.done"]


def test_a_slow_run_of_letters_leaves_none_to_another(
    shop: Any, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = []

    def slowly(self: object, messages: list[Any]) -> int:
        others.append(letters_send(now=timezone.now()))
        return len(messages)

    monkeypatch.setattr(EmailBackend, "send_messages", slowly)
    _invite(shop, ann)
    began = timezone.now() - timedelta(minutes=3)
    Letter.objects.update(due_at=began)
    assert letters_send(now=began) == 1
    assert others == [0]


def test_no_link_lies_in_the_database(shop: Any, ann: User) -> None:
    made = _invite(shop, ann)
    token = token_of("invitation", made.id)
    for table in ("accounts_invitation", "accounts_letter", "audit_record"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t")
            assert not [row for (row,) in cursor.fetchall() if token in row]


def test_a_link_makes_one_member_once(shop: Any, ann: User) -> None:
    made = _invite(shop, ann)
    Client().post(_path(made), JOINED)
    again = Client()
    assert again.get(_path(made)).status_code == 404
    assert again.post(_path(made), JOINED | {"name": "Somebody else"}).status_code == 404
    assert Membership.objects.filter(shop=shop).count() == 2


def test_a_weak_password_makes_nobody(shop: Any, ann: User) -> None:
    made = _invite(shop, ann)
    answer = Client().post(_path(made), {"name": "Carla", "password": "password123"})
    assert answer.status_code == 400
    assert User.objects.count() == 1
    assert Client().get(_path(made)).status_code == 200  # the link is as good as before


def test_a_link_grows_old_is_withdrawn_and_sent_anew(shop: Any, ann: User) -> None:
    made = _invite(shop, ann)
    now = timezone.now()
    _refused(
        "invitation_unknown",
        lambda: team.invitation_found(token_of("invitation", made.id), now=now + timedelta(days=8)),
    )
    again = team.invitation_send_again(
        shop_id=shop.id, invitation_id=made.id, by=ann, now=now + timedelta(days=8)
    )
    assert Client().get(_path(made)).status_code == 404
    assert Client().get(_path(again)).status_code == 200
    assert list(Letter.objects.order_by("id").values_list("serial", flat=True)) == [1, 2]
    team.invitation_withdraw(shop_id=shop.id, invitation_id=made.id, by=ann, now=now)
    assert Client().get(_path(again)).status_code == 404
    assert Client().get("/join/" + "x" * 43).status_code == 404
    assert Client().get("/join/nothing").status_code == 404


def test_who_has_an_account_joins_with_it(shop: Any, ann: User) -> None:
    bob = services.user_create(email="bob@shop.example", password=PASSWORD)
    made = _invite(shop, ann, email=bob.email, role="accountant")
    client = Client()
    assert "password" not in client.get(_path(made)).content.decode()
    assert client.post(_path(made))["Location"] == f"/login?next={_path(made)}"
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    client.post(_path(made))
    assert Membership.objects.get(user=bob).role == "accountant"


def test_an_invitation_is_for_the_address_it_was_sent_to(shop: Any, ann: User) -> None:
    made = _invite(shop, ann)
    mallory = services.user_create(email="mallory@shop.example", password=PASSWORD)
    client = Client()
    client.force_login(mallory, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(_path(made)).status_code == 403
    assert not Membership.objects.filter(user=mallory).exists()


@pytest.mark.parametrize(
    ("email", "role", "code"),
    [
        ("carla", "manager", "email_invalid"),
        ("carla@shop.example", "king", "role_unknown"),
        ("carla@shop.example", "compliance_officer", "role_unknown"),
        ("ann@shop.example", "manager", "already_member"),
    ],
)
def test_an_invitation_that_makes_no_sense_is_refused(
    email: str, role: str, code: str, shop: Any, ann: User
) -> None:
    _refused(code, lambda: _invite(shop, ann, email=email, role=role))
    assert not Letter.objects.exists()


def test_one_address_is_invited_once_at_a_time(shop: Any, ann: User) -> None:
    _invite(shop, ann)
    _refused("already_invited", lambda: _invite(shop, ann, email="CARLA@shop.example"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(
            shop=shop,
            email="carla@shop.example",
            role="owner",
            token_hash=b"x" * 32,
            made_at=timezone.now(),
            sent_at=timezone.now(),
            expires_at=timezone.now(),
        )


def _member(shop: Any, role: str) -> User:
    user = services.user_create(email=f"{role}@shop.example", password=PASSWORD)
    services.member_add(user_id=user.id, role=role, shop_id=shop.id)
    return user


def test_who_leaves_is_out_at_once_with_their_keys(shop: Any, ann: User) -> None:
    dev = _member(shop, "developer")
    keys = [
        services.api_key_create(shop_id=shop.id, mode="test", name=name, created_by=dev)[0]
        for name in ("till", "plugin")
    ]
    hers = services.api_key_create(shop_id=shop.id, mode="test", created_by=ann)[0]
    client = Client()
    client.force_login(dev, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/dashboard/{shop.id}/developers").status_code == 200
    team.let_go(
        shop_id=shop.id,
        user_id=dev.pk,
        keep_keys=[keys[1].id],
        by=ann,
        now=timezone.now(),
    )
    assert client.get(f"/dashboard/{shop.id}/developers")["Location"].startswith("/login")
    revoked = set(ApiKey.objects.filter(revoked_at__isnull=False).values_list("id", flat=True))
    assert revoked == {keys[0].id}
    assert hers.id not in revoked
    acts = set(Record.objects.values_list("act", flat=True))
    assert {"member.removed", "api_key.revoked"} <= acts


@pytest.mark.parametrize(
    ("before", "role", "gone"),
    [
        ("owner", "developer", {"refunds"}),
        ("owner", "manager", {"refunds", "till"}),
        ("developer", "cashier", {"refunds", "till"}),
        ("manager", "cashier", {"refunds"}),
        ("owner", "owner", set()),
    ],
)
def test_keys_that_carry_more_than_the_new_role_end_with_the_old_one(
    before: str, role: str, gone: set[str], shop: Any, ann: User
) -> None:
    bob = _member(shop, before)
    scopes = {"refunds": ["refunds:write"], "till": ["invoices:write"], "kept": ["refunds:write"]}
    keys = {
        name: services.api_key_create(
            shop_id=shop.id, mode="test", name=name, scopes=carried, created_by=bob
        )[0]
        for name, carried in scopes.items()
    }
    services.api_key_create(shop_id=shop.id, mode="test", name="hers", created_by=ann)
    team.role_change(
        shop_id=shop.id,
        user_id=bob.pk,
        role=role,
        keep_keys=[keys["kept"].id],
        by=ann,
        now=timezone.now(),
    )
    revoked = ApiKey.objects.filter(revoked_at__isnull=False).values_list("name", flat=True)
    assert set(revoked) == gone


@pytest.mark.parametrize("how", ["let go", "made a manager"])
def test_who_may_not_invite_any_more_has_invited_nobody(how: str, shop: Any, ann: User) -> None:
    """An invitation of one's own could be the way back in."""
    bob = _member(shop, "owner")
    theirs, hers = _invite(shop, bob), _invite(shop, ann, email="dora@shop.example")
    whose: dict[str, Any] = {"shop_id": shop.id, "user_id": bob.pk, "by": ann}
    if how == "let go":
        team.let_go(**whose, now=timezone.now())
    else:
        team.role_change(**whose, role="manager", now=timezone.now())
    assert Client().get(_path(theirs)).status_code == 404
    assert Client().get(_path(hers)).status_code == 200


def test_who_works_elsewhere_too_stays_signed_in_there(shop: Any, ann: User) -> None:
    from gateway.shops.services import shop_open

    now = timezone.now()
    dev = _member(shop, "developer")
    other = shop_open(name="Other", pricing_currency="EUR", settlement_asset="USDC@31337", now=now)
    services.member_add(user_id=dev.pk, role="developer", shop_id=other.id)
    client = Client()
    client.force_login(dev, backend="django.contrib.auth.backends.ModelBackend")
    team.let_go(shop_id=shop.id, user_id=dev.pk, by=ann, now=now)
    assert client.get(f"/dashboard/{shop.id}/developers").status_code == 404
    assert client.get(f"/dashboard/{other.id}/developers").status_code == 200


def test_the_last_owner_stays_whoever_asks(shop: Any, ann: User) -> None:
    now = timezone.now()
    for verb in (
        lambda: team.let_go(shop_id=shop.id, user_id=ann.pk, by=ann, now=now),
        lambda: team.role_change(shop_id=shop.id, user_id=ann.pk, role="cashier", by=ann, now=now),
    ):
        _refused("last_owner", verb)
    for change in (
        lambda rows: rows.delete(),
        lambda rows: rows.update(role="manager"),
    ):
        with pytest.raises(IntegrityError, match="without an owner"), transaction.atomic():
            change(Membership.objects.filter(user=ann))
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_leave_at_once_do_not_leave_the_shop_alone(shop: Any, ann: User) -> None:
    """Behind the verbs' locks, too: the database looks, one after the other."""
    bob = _member(shop, "owner")
    ready, outcomes = Barrier(2), []

    def leave(user_id: UUID) -> None:
        try:
            with transaction.atomic():
                Membership.objects.filter(user_id=user_id).delete()
                ready.wait(10)
            outcomes.append("gone")
        except IntegrityError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=leave, args=(user.pk,)) for user in (ann, bob)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["gone", "refused"]
    assert Membership.objects.filter(shop=shop, role="owner").count() == 1
