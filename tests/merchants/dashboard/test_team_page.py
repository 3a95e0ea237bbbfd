"""The team's page: what an owner sees and does there, and what nobody else can."""

import smtplib
from typing import Any

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone

from merchants.accounts import throttling
from merchants.accounts.letters import letters_send
from merchants.accounts.models import ApiKey, Invitation, Letter, Membership
from merchants.accounts.services import api_key_create, member_add
from merchants.audit.models import Record
from merchants.tills.cashiers import pin_set
from merchants.tills.models import Pin
from tests.faces import Staff
from tests.invoices.conftest import World

pytestmark = pytest.mark.django_db


def _fresh(client: Client) -> Client:
    session = client.session
    session["proved"] = {"at": timezone.now().timestamp(), "by": "password"}
    session.save()
    return client


@pytest.fixture
def owner(staff: Staff) -> Client:
    return _fresh(staff.client("owner"))


@pytest.fixture
def team(open_shop: World) -> str:
    return f"/dashboard/{open_shop.shop_id}/team"


def test_the_team_is_listed_with_roles_and_factors(
    owner: Client, staff: Staff, team: str, django_assert_max_num_queries: Any
) -> None:
    for role in ("manager", "cashier", "accountant"):
        staff.user(role)
    with django_assert_max_num_queries(9):
        page = owner.get(team).content.decode()
    for role in ("owner", "manager", "cashier", "accountant"):
        assert staff.user(role).email in page
    assert page.count("No second factor") == 4
    assert "change where payouts go" in page  # what a role may do, drawn from the table


@pytest.mark.parametrize("role", ["manager", "cashier", "accountant", "developer"])
def test_nobody_but_an_owner_manages_the_team(staff: Staff, team: str, role: str) -> None:
    client = _fresh(staff.client(role))
    me = staff.user(role)
    assert client.get(team).status_code == 403
    invite = {"email": "accomplice@shop.example", "role": "owner"}
    assert client.post(f"{team}/invite", invite).status_code == 403
    assert client.post(f"{team}/{me.pk}/role", {"role": "owner"}).status_code == 403
    assert client.post(f"{team}/{staff.user('owner').pk}/remove").status_code == 403
    assert Membership.objects.get(user=me).role == role
    assert not Invitation.objects.exists()


def test_changes_need_a_fresh_proof_of_who_makes_them(staff: Staff, team: str) -> None:
    client, manager = staff.client("owner"), staff.user("manager")
    for path, form in (
        ("invite", {"email": "carla@shop.example", "role": "manager"}),
        (f"{manager.pk}/role", {"role": "owner"}),
        (f"{manager.pk}/remove", {}),
        (f"{manager.pk}/factors", {}),
    ):
        answer = client.post(f"{team}/{path}", form)
        assert answer["Location"].startswith("/account/confirm?next="), path
    assert Membership.objects.get(user=manager).role == "manager"
    assert not Letter.objects.exists()


def test_inviting_resending_and_withdrawing(owner: Client, team: str) -> None:
    assert (
        owner.post(f"{team}/invite", {"email": "c@shop.example", "role": "desk"}).status_code == 400
    )
    answer = owner.post(f"{team}/invite", {"email": "c@shop.example", "role": "cashier"})
    assert answer["Location"] == team
    made = Invitation.objects.get()
    assert "c@shop.example" in owner.get(team).content.decode()
    owner.post(f"{team}/invitations/{made.id}", {"do": "again"})
    assert Letter.objects.count() == 2
    owner.post(f"{team}/invitations/{made.id}", {"do": "withdraw"})
    assert "c@shop.example" not in owner.get(team).content.decode()
    assert owner.post(f"{team}/invitations/{made.id}", {"do": "again"}).status_code == 404


def test_an_invitation_that_could_not_be_mailed_says_so_until_it_is_sent_again(
    owner: Client, team: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(self: object, messages: list[Any]) -> int:
        raise smtplib.SMTPRecipientsRefused({"c@shop.example": (550, b"no such user")})

    owner.post(f"{team}/invite", {"email": "c@shop.example", "role": "cashier"})
    assert "Not mailed" not in owner.get(team).content.decode()
    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", refuses)
        letters_send(now=timezone.now())
    assert "Not mailed" in owner.get(team).content.decode()
    owner.post(f"{team}/invitations/{Invitation.objects.get().id}", {"do": "again"})
    assert "Not mailed" not in owner.get(team).content.decode()


@pytest.mark.parametrize("brake", ["_INVITATIONS_OF_SHOP", "_INVITATIONS_BY_PERSON"])
def test_who_sends_letter_after_letter_has_to_wait(
    brake: str, owner: Client, team: str, monkeypatch: pytest.MonkeyPatch, valkey: Any
) -> None:
    once = throttling._Brake(burst=1, every_seconds=180)
    monkeypatch.setattr(throttling, brake, once)
    owner.post(f"{team}/invite", {"email": "c@shop.example", "role": "cashier"})
    made = Invitation.objects.get()
    for path, form in (
        ("invite", {"email": "d@shop.example", "role": "cashier"}),
        (f"invitations/{made.id}", {"do": "again"}),
    ):
        answer = owner.post(f"{team}/{path}", form)
        assert answer.status_code == 429
        assert 0 < int(answer["Retry-After"]) <= 180
        assert "Try again in 3 min." in answer.content.decode()
    assert Letter.objects.count() == 1
    owner.post(f"{team}/invitations/{made.id}", {"do": "withdraw"})
    assert Invitation.objects.get().withdrawn_at is not None


def test_a_role_is_changed_and_written_down(owner: Client, staff: Staff, team: str) -> None:
    manager = staff.user("manager")
    owner.post(f"{team}/{manager.pk}/role", {"role": "cashier"})
    assert Membership.objects.get(user=manager).role == "cashier"
    row = Record.objects.get(act="member.role_changed")
    assert row.detail == {"role": {"from": "manager", "to": "cashier"}}
    assert row.who == f"user:{staff.user('owner').pk}"
    assert row.subject == f"user:{manager.pk}"


def test_another_role_ends_keys_that_are_not_kept(
    owner: Client, staff: Staff, team: str, open_shop: World
) -> None:
    dev = staff.user("developer")
    keys = [
        api_key_create(shop_id=open_shop.shop_id, mode="test", created_by=dev)[0] for _ in range(2)
    ]
    form = {"role": "cashier", "keep": [str(keys[1].id)]}
    owner.post(f"{team}/{dev.pk}/role", form)
    assert ApiKey.objects.get(id=keys[0].id).revoked_at is not None
    assert ApiKey.objects.get(id=keys[1].id).revoked_at is None


def test_the_last_owner_is_told_why_not(owner: Client, staff: Staff, team: str) -> None:
    me = staff.user("owner")
    for path, form in ((f"{me.pk}/role", {"role": "manager"}), (f"{me.pk}/remove", {})):
        answer = owner.post(f"{team}/{path}", form)
        assert answer.status_code == 409
        assert "A shop needs an owner" in answer.content.decode()
    assert Membership.objects.get(user=me).role == "owner"


def test_who_is_let_go_keeps_no_key_and_no_pin(
    owner: Client, staff: Staff, team: str, open_shop: World
) -> None:
    manager = staff.user("manager")
    pin_set(shop_id=open_shop.shop_id, user_id=manager.pk, pin="4826", now=timezone.now())
    key, _secret = api_key_create(shop_id=open_shop.shop_id, mode="test", created_by=manager)
    theirs = staff.client("manager")
    assert key.prefix in owner.get(f"{team}/{manager.pk}").content.decode()
    assert owner.post(f"{team}/{manager.pk}/remove")["Location"] == team
    assert not Pin.objects.exists()
    assert ApiKey.objects.get(id=key.id).revoked_at is not None
    assert theirs.get(f"/dashboard/{open_shop.shop_id}/").status_code == 302
    assert owner.get(f"{team}/{manager.pk}").status_code == 404


def test_an_owner_of_another_shop_finds_nobody_of_ours(
    staff: Staff, team: str, open_shop: World
) -> None:
    from gateway.shops.services import shop_open
    from merchants.accounts.models import User

    other = shop_open(
        name="Other",
        pricing_currency="EUR",
        settlement_asset="USDC@31337",
        now=timezone.now(),
    )
    stranger = User.objects.create(email="stranger@shop.example")
    member_add(user_id=stranger.pk, role="owner", shop_id=other.id)
    client = Client()
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    _fresh(client)
    manager = staff.user("manager")
    assert client.get(team).status_code == 404
    theirs = f"/dashboard/{other.id}/team"
    for path in (f"{manager.pk}", f"{manager.pk}/role", f"{manager.pk}/remove"):
        verb = client.get if path == str(manager.pk) else client.post
        assert verb(f"{theirs}/{path}", {"role": "owner"}).status_code == 404
    assert Membership.objects.get(user=manager).role == "manager"
