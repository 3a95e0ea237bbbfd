"""Every page of a shop against every role: what the table of actions says is what they open to."""

from uuid import uuid4

import pytest

from merchants.accounts.actions import SHOP_ROLES, roles_allowing
from tests.faces import Staff
from tests.invoices.conftest import World
from tests.tenancy.paths import Endpoint, endpoints

pytestmark = pytest.mark.django_db
PAGES = "/dashboard/<uuid:shop_id>/"


def _guarded() -> list[Endpoint]:
    return [each for each in endpoints() if each.path.startswith(PAGES)]


def test_every_page_says_which_action_it_needs() -> None:
    guarded = _guarded()
    assert len(guarded) > 60
    for each in guarded:
        assert roles_allowing(each.view.needs), each.path


@pytest.mark.parametrize("role", sorted(SHOP_ROLES))
def test_pages_open_to_whom_the_table_names_and_to_nobody_else(
    role: str, staff: Staff, open_shop: World
) -> None:
    client = staff.client(role, raise_request_exception=False)
    for each in _guarded():
        values = {name: str(uuid4()) for name in each.parameters}
        path = each.filled(values | {"shop_id": str(open_shop.shop_id), "verb": "agree"})
        answer = client.get(path)
        if answer.status_code == 405:
            answer = client.post(path)
        if role in roles_allowing(each.view.needs):
            assert answer.status_code < 500, (each.path, answer.status_code)
            if each.view.needs == "audit.view" or "team" in each.path:
                assert answer.status_code != 403, each.path
        else:
            assert answer.status_code == 403, (each.path, answer.status_code)
