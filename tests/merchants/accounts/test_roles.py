"""Who may do what: every action against every role."""

from collections.abc import Callable
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from gateway.events.errors import TillwayError
from gateway.events.ids import uuid7
from merchants.accounts import services
from merchants.accounts.actions import (
    ACTIONS,
    HOUSE_ROLES,
    IMPLIED,
    ROLES,
    SCOPES,
    SHOP_ROLES,
    TILL_SCOPES,
    role_allows,
    roles_allowing,
)
from merchants.accounts.guards import require_action
from merchants.accounts.models import Membership, User
from merchants.accounts.selectors import actions_of, can, members_of, shops_of

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough phrase"


def _user(email: str = "ann@shop.example") -> User:
    return services.user_create(email=email, password=PASSWORD)


@pytest.fixture
def someone() -> Callable[..., User]:
    def make(role: str, shop_id: UUID | None) -> User:
        user = _user(f"{role}{uuid7()}@shop.example")
        services.member_add(
            user_id=user.id, role=role, shop_id=None if role in HOUSE_ROLES else shop_id
        )
        return user

    return make


def test_the_table_names_only_roles_that_are() -> None:
    assert set(ROLES) == SHOP_ROLES | HOUSE_ROLES
    for action, roles in ACTIONS.items():
        assert roles <= set(ROLES), action
        assert "." in action


def test_every_role_may_do_exactly_what_the_table_says(
    shop: Any, someone: Callable[..., User]
) -> None:
    for role in ROLES:
        user = someone(role, shop.id)
        allowed = {action for action in ACTIONS if role in ACTIONS[action]}
        assert actions_of(user, shop.id) == allowed
        for action in ACTIONS:
            assert can(user, action, shop.id) == (action in allowed), (role, action)


def test_a_role_in_one_shop_is_none_in_another(shop: Any, someone: Callable[..., User]) -> None:
    for role in SHOP_ROLES:
        user = someone(role, shop.id)
        assert actions_of(user, uuid7()) == frozenset()
        assert actions_of(user, None) == frozenset()


def test_money_leaves_only_by_an_owner() -> None:
    for action in ("payout.request", "shop.change_payout_address", "member.manage"):
        assert roles_allowing(action) == {"owner"}


def test_a_cashier_takes_money_in_and_sees_no_balance() -> None:
    assert role_allows("cashier", "invoice.create")
    assert not role_allows("cashier", "balance.view")
    assert not role_allows("cashier", "payout.view")


def test_no_officer_trades_and_no_trader_approves() -> None:
    for action in ("desk.control",):
        assert not role_allows("compliance_officer", action)
    for action in ("shop.approve", "hold.decide", "invoice.view"):
        assert not role_allows("desk", action)


def test_who_runs_the_books_touches_no_shop_and_of_the_desk_only_its_halt() -> None:
    held = {action for action in ACTIONS if role_allows("operator", action)}
    assert {action.partition(".")[0] for action in held} == {
        "books",
        "approval",
        "reconciliation",
        "desk",
        "house_role",
    }
    assert {action for action in held if action.startswith("desk.")} == {"desk.resume"}


def test_officers_read_the_books_and_write_nothing_into_them() -> None:
    for action in ("books.view", "approval.propose", "reconciliation.view"):
        assert roles_allowing(action) == {"operator", "compliance_officer"}
    for action in ("books.post", "books.close", "reconciliation.run"):
        assert roles_allowing(action) == {"operator"}


def test_a_misspelt_action_is_never_a_yes() -> None:
    with pytest.raises(LookupError):
        role_allows("owner", "invoice.crate")
    with pytest.raises(LookupError):
        require_action("invoice.crate")


def test_a_scope_can_be_given_only_by_who_may_do_it_themselves() -> None:
    assert set(SCOPES.values()) <= set(ACTIONS)
    for scope, implied in IMPLIED.items():
        assert SCOPES[implied] == SCOPES[scope], "nobody gives away more by it"
    assert not [scope for scope in TILL_SCOPES if scope.startswith("payouts")]


@pytest.mark.parametrize(("role", "action"), list(product(ROLES, ["payout.view", "invoice.view"])))
def test_a_page_opens_to_those_who_may_and_tells_others_the_right_thing(
    role: str, action: str, shop: Any, someone: Callable[..., User]
) -> None:
    @require_action(action)
    def page(request: Any, shop_id: UUID) -> HttpResponse:
        return HttpResponse(",".join(sorted(request.roles)))

    request = RequestFactory().get("/x")
    request.user = someone(role, shop.id)
    if role_allows(role, action):
        assert page(request, shop_id=shop.id).content == role.encode()
    else:
        with pytest.raises(PermissionDenied):
            page(request, shop_id=shop.id)
    if role in SHOP_ROLES:
        with pytest.raises(Http404):
            page(request, shop_id=uuid7())


def test_who_is_not_signed_in_is_asked_to(shop: Any) -> None:
    from django.contrib.auth.models import AnonymousUser

    @require_action("invoice.view")
    def page(request: Any, shop_id: UUID) -> HttpResponse:
        return HttpResponse()

    request = RequestFactory().get("/pos/1?x=2")
    request.user = AnonymousUser()
    answer = page(request, shop_id=shop.id)
    assert answer.status_code == 302
    assert answer["Location"] == "/login?next=/pos/1%3Fx%3D2"


@pytest.mark.parametrize(
    ("role", "with_shop"),
    [("owner", False), ("cashier", False), ("compliance_officer", True), ("king", True)],
)
def test_a_role_belongs_where_it_belongs(role: str, with_shop: bool, shop: Any) -> None:
    with pytest.raises(TillwayError) as refusal:
        services.member_add(user_id=_user().id, role=role, shop_id=shop.id if with_shop else None)
    assert refusal.value.code == "role_unknown"


def test_the_database_itself_refuses_a_house_role_in_a_shop(shop: Any) -> None:
    user = _user()
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=user, shop=shop, role="desk")
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=user, shop=shop, role="operator")
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=user, shop=None, role="owner")


def test_a_shop_keeps_an_owner(shop: Any) -> None:
    ann, bob = _user(), _user("bob@shop.example")
    services.member_add(user_id=ann.id, role="owner", shop_id=shop.id)
    for verb in (
        lambda: services.member_add(user_id=ann.id, role="cashier", shop_id=shop.id),
        lambda: services.member_remove(user_id=ann.id, shop_id=shop.id),
    ):
        with pytest.raises(TillwayError) as refusal:
            verb()
        assert refusal.value.code == "last_owner"
    services.member_add(user_id=bob.id, role="owner", shop_id=shop.id)
    services.member_remove(user_id=ann.id, shop_id=shop.id)
    assert [member.user.email for member in members_of(shop.id)] == ["bob@shop.example"]
    assert [(found.name, role) for found, role in shops_of(bob)] == [(shop.name, "owner")]


def test_an_inactive_person_may_do_nothing(shop: Any, someone: Callable[..., User]) -> None:
    user = someone("owner", shop.id)
    user.is_active = False
    user.save()
    assert not can(user, "invoice.view", shop.id)
    assert actions_of(user, shop.id) == frozenset()
