"""A developer's program has things happen to a test invoice."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.shops.services import shop_approve
from gateway.trying.models import Provocation
from tests.chain_rows import USDC
from tests.invoices.conftest import World
from tests.merchants.api.conftest import Api, refused
from tests.trying.own_ground import bring_along, layout_of_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(open_shop: World, settings: Any, tmp_path: Path) -> World:
    bring_along(settings, tmp_path, layout=layout_of_rows())
    return open_shop


def test_it_is_under_way_and_can_be_looked_at(own: World, api: Api) -> None:
    path = f"invoices/{api.invoice()['id']}/provocations"
    answer = api.post(path, {"what": "under"})
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["what"], told["status"], told["asset"]) == ("under", "waiting", USDC)
    assert told["problem"] is None
    assert api.get(path).json() == {"data": [told]}


def test_asked_twice_with_one_key_it_happens_once(own: World, api: Api) -> None:
    path = f"invoices/{api.invoice()['id']}/provocations"
    first, again = (api.post(path, {"what": "paid"}, Idempotency_Key="k") for _ in range(2))
    assert first.json() == again.json()
    assert Provocation.objects.count() == 1


@pytest.mark.parametrize("body", [{}, {"what": "theft"}, {"what": "paid", "units": "1"}])
def test_what_nobody_knows_is_refused(own: World, api: Api, body: dict[str, str]) -> None:
    answer = api.post(f"invoices/{api.invoice()['id']}/provocations", body)
    assert answer.status_code == 400, answer.content
    assert not Provocation.objects.exists()


def test_a_live_key_is_refused(
    own: World, api: Api, key_for: Callable[..., str], settings: Any
) -> None:
    invoice = api.invoice()
    shop_approve(shop_id=own.shop_id, live=True, now=own.now)
    live = Api(key_for(own.shop_id, mode="live"))
    refused(live.post(f"invoices/{invoice['id']}/provocations", {"what": "paid"}), 403, "test_only")
    assert not Provocation.objects.exists()


def test_a_chain_of_others_is_refused_with_a_way_out(api: Api) -> None:
    path = f"invoices/{api.invoice()['id']}/provocations"
    refused(api.post(path, {"what": "reorg"}), 409, "chain_not_ours")


def test_a_key_that_may_not_refund_provokes_none(
    own: World, api: Api, key_for: Callable[..., str]
) -> None:
    invoice = api.invoice()
    key = Api(key_for(own.shop_id, scopes=("invoices:read", "invoices:provoke")))
    answer = key.post(f"invoices/{invoice['id']}/provocations", {"what": "refund"})
    assert "refunds:write" in refused(answer, 403, "scope_missing")["detail"]


def test_whose_wallet_is_listed_is_told_to_nobody(own: World, api: Api) -> None:
    from tests.invoices.conftest import LISTED

    answer = api.post(f"invoices/{api.invoice()['id']}/provocations", {"what": "held"})
    assert answer.status_code == 201, answer.content
    assert LISTED.hex() not in answer.content.decode().lower()
