"""A connection is kept from request to request; what one request might see is not."""

import threading
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import include, path

from gateway.invoices.models import Invoice
from gateway.shops.models import Shop
from gateway.tenancy import scope
from merchants.accounts.models import ApiKey
from merchants.accounts.selectors import house_entered, shop_entered
from merchants.accounts.services import api_key_create, api_key_revoke, member_add, user_create
from tests.as_web import as_web, as_web_role

USDC = "USDC@31337"


def careless(request: HttpRequest) -> HttpResponse:
    """A view that forgot to ask who is there, and whose shop it is."""
    return HttpResponse(str(Shop.objects.count()))


def failing(request: HttpRequest) -> HttpResponse:
    """A view that finds out who asks and then fails inside a transaction."""
    with transaction.atomic():
        scope.enter_shop(UUID(request.GET["shop"]))
        assert Shop.objects.count() == 1
        raise ZeroDivisionError


def streamed(request: HttpRequest) -> StreamingHttpResponse:
    scope.enter_shop(UUID(request.GET["shop"]))
    return StreamingHttpResponse(f"{shop.id}\n" for shop in Shop.objects.all())


urlpatterns = [
    path("careless", careless),
    path("failing", failing),
    path("streamed", streamed),
    path("", include("gateway.urls")),
]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


@pytest.fixture
def shops(shop: Any, clock: Any) -> Iterator[tuple[UUID, UUID]]:
    """Two shops, on a connection that has held no scope yet."""
    from gateway.shops.services import shop_open

    other = shop_open(
        name="Other",
        pricing_currency="EUR",
        settlement_asset=USDC,
        payout_address=b"\1" * 20,
        now=clock(),
    )
    yield shop.id, other.id
    scope.leave()


@pytest.fixture
def ask(shops: tuple[UUID, UUID]) -> Callable[..., Any]:
    """A request with a key to the first shop."""
    _, secret = api_key_create(shop_id=shops[0], mode="test", scopes=("invoices:read",))

    def get(secret: str = secret, **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {secret}", **headers}
        return Client().get("/v1/invoices", headers=sent)

    return get


def held() -> str:
    """What the session itself says, asked behind Django's back."""
    row = connection.connection.execute("SELECT current_setting('tillway.shop', true)").fetchone()
    return str(row[0] or "")


def test_a_request_that_asks_for_nobody_finds_nothing_of_the_last_one(
    ask: Callable[..., Any], shops: tuple[UUID, UUID]
) -> None:
    assert Client().get("/careless").content == b"0"
    assert ask().status_code == 200
    assert held() == str(shops[0]), "the same connection, and the last request's scope is left"
    assert Client().get("/careless").content == b"0"
    assert held() == ""


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k"}])
def test_a_refused_key_leaves_nothing_open(
    ask: Callable[..., Any], shops: tuple[UUID, UUID], key: dict[str, str]
) -> None:
    revoked, secret = api_key_create(shop_id=shops[1], mode="test", scopes=("invoices:read",))
    api_key_revoke(shop_id=shops[1], key_id=revoked.id)
    for refused in (secret, secret[:-4] + "AAAA"):
        assert ask(**key).status_code == 200
        assert ask(refused, **key).status_code == 401
        assert held() == ""
    assert ask(**key).status_code == 200
    ApiKey.objects.filter(shop_id=shops[0]).update(mode="live")
    assert ask(**key).status_code == 403
    assert held() == ""


def test_a_request_that_fails_on_the_way_leaves_nothing_open(
    ask: Callable[..., Any], shops: tuple[UUID, UUID]
) -> None:
    assert ask().status_code == 200
    with pytest.raises(ZeroDivisionError):
        Client().get(f"/failing?shop={shops[1]}")
    # The rollback gave the session back what it held before: the first request's shop.
    assert held() == str(shops[0])
    assert Client().get("/careless").content == b"0"
    answer = Client(raise_request_exception=False).get(f"/failing?shop={shops[1]}")
    assert answer.status_code == 500
    assert Client().get("/careless").content == b"0"


def test_what_a_rollback_gave_back_is_never_read_by(shops: tuple[UUID, UUID]) -> None:
    first, second = shops
    with as_web(first):
        assert [shop.id for shop in Shop.objects.all()] == [first]
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            scope.enter_shop(second)
            assert [shop.id for shop in Shop.objects.all()] == [second]
            raise ZeroDivisionError
        assert held() == str(first)
        # It was entered, so it counts; a statement that is rolled back with it can't undo that.
        assert [shop.id for shop in Shop.objects.all()] == [second]
        scope.leave()
        assert list(Shop.objects.all()) == []


def test_a_savepoint_rolled_back_is_no_way_around(shops: tuple[UUID, UUID]) -> None:
    first, second = shops
    with as_web(first), transaction.atomic():
        assert Shop.objects.get().id == first
        with pytest.raises(DatabaseError), transaction.atomic():
            scope.enter_shop(second)
            assert Shop.objects.get().id == second
            Invoice.objects.raw("SELECT 1/0 AS id")[0]
        scope.leave()
        assert list(Shop.objects.all()) == []
        scope.enter_shop(second)
        assert Shop.objects.get().id == second


def test_a_statement_that_fails_while_it_asks_who_is_there_opens_nothing(
    shops: tuple[UUID, UUID],
) -> None:
    with as_web(shops[0]):
        assert Shop.objects.count() == 1
        with pytest.raises(DatabaseError):
            scope.entered_by("SELECT set_config('tillway.shop', %s, false), 1/0", [str(shops[1])])
        assert Shop.objects.count() == 0
        with scope.statement_enters(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('tillway.shop', %s, false)", [str(shops[1])])
        assert Shop.objects.count() == 0, "whoever does not say what was set has nobody's"


def test_a_new_connection_sees_nothing_until_it_is_told(shops: tuple[UUID, UUID]) -> None:
    with as_web(shops[0]):
        assert Shop.objects.count() == 1
    connection.close()
    with as_web():
        assert Shop.objects.count() == 0
    scope.enter_shop(shops[0])
    connection.close()
    with as_web_role():
        assert Shop.objects.get().id == shops[0], "reconnected on the way, it is told again"
        scope.leave()


def test_threads_do_not_share_a_scope(shops: tuple[UUID, UUID]) -> None:
    seen: dict[int, list[UUID]] = {}
    both = threading.Barrier(2, timeout=20)

    def look(number: int) -> None:
        try:
            with as_web(shops[number]):
                for _ in range(20):
                    both.wait()
                    seen.setdefault(number, []).extend(shop.id for shop in Shop.objects.all())
        finally:
            connection.close()

    threads = [threading.Thread(target=look, args=[number]) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {0: [shops[0]] * 20, 1: [shops[1]] * 20}


def test_an_answer_that_is_streamed_reads_on_in_its_scope(shops: tuple[UUID, UUID]) -> None:
    answer = Client().get(f"/streamed?shop={shops[1]}")
    assert b"".join(answer.streaming_content).decode().split() == [str(shops[1])]
    assert Client().get("/careless").content == b"0"


def test_a_role_that_is_not_enough_opens_nothing(shops: tuple[UUID, UUID]) -> None:
    cashier = user_create(email="c@shop.example", password="correct horse battery")
    member_add(user_id=cashier.id, role="cashier", shop_id=shops[0])
    for allowed, sees in (({"owner"}, 0), ({"cashier"}, 1)):
        with as_web():
            found = shop_entered(user=cashier, shop_id=shops[0], allowed=allowed)
            assert found is not None and found[1] == {"cashier"}
            assert Shop.objects.count() == sees
            assert shop_entered(user=cashier, shop_id=shops[1], allowed=allowed) is None
            assert Shop.objects.count() == 0
            assert house_entered(user=cashier, allowed={"desk", "cashier"}) == frozenset()
            assert Shop.objects.count() == 0


def test_the_house_is_open_to_its_own_people_only(shops: tuple[UUID, UUID]) -> None:
    trader = user_create(email="d@house.example", password="correct horse battery")
    member_add(user_id=trader.id, role="desk", shop_id=None)
    with as_web():
        assert house_entered(user=trader, allowed={"compliance_officer"}) == {"desk"}
        assert Shop.objects.count() == 0
        assert house_entered(user=trader, allowed={"desk"}) == {"desk"}
        assert Shop.objects.count() == 2


def test_nothing_is_sent_for_the_scope_of_a_request_with_a_key(ask: Callable[..., Any]) -> None:
    ask()
    sent: list[str] = []
    raw = connection.connection
    before = raw.execute

    def noted(query: Any, *args: Any, **kwargs: Any) -> Any:
        sent.append(str(query))
        return before(query, *args, **kwargs)

    raw.execute = noted
    try:
        with CaptureQueriesContext(connection) as captured:
            ask()
    finally:
        del raw.execute
    assert len(captured) == 2  # who asks, and the list
    assert not [words for words in sent if "tillway.shop" in words]
