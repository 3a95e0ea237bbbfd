"""What no database can hold, asked for in an address or a form, is no failure of ours."""

from typing import Any

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    [
        "invoices?q=%00&order=%00&till=%00&from=%00&least=%00&person=%00&token=%00",
        "search?q=a%00b",
        "customers?q=%00",
        "developers/requests?path=%00",
        "developers/events?type=%00",
        "audit?who=%00&act=%00&from=%00",
        "refunds?status=%00",
        "payouts?status=%00",
    ],
)
def test_a_filter_that_nothing_can_match(
    client: Any, staff: Any, open_shop: Any, path: str
) -> None:
    client.force_login(staff.user("owner"))
    assert client.get(f"/dashboard/{open_shop.shop_id}/{path}").status_code < 500


def test_an_address_that_nobody_can_have(client: Any, staff: Any) -> None:
    typed = "a\0@example.com"
    told = client.post("/login", {"username": typed, "password": "whatever it is"})
    assert told.status_code == 200
    assert client.post("/reset", {"email": typed}).status_code == 200
