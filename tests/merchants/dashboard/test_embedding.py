"""Which sites may show a shop's checkout: said under Developers."""

from typing import Any

import pytest

from merchants.audit.models import Record
from merchants.dashboard.embedding import origins_typed
from tests.faces import Staff
from tests.invoices.conftest import World

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


@pytest.fixture
def page(open_shop: World) -> str:
    return f"/dashboard/{open_shop.shop_id}/developers"


def save(client: Any, page: str, typed: str) -> str:
    answer = client.post(f"{page}/origins", {"origins": typed}, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_origins_are_named_one_a_line_and_the_script_is_shown(
    open_shop: World, staff: Staff, page: str
) -> None:
    owner = staff.client("owner", **ENGLISH)
    assert "/embed/tillway.js" not in owner.get(page).content.decode()
    text = save(
        owner, page, " https://Shop.example/\r\n\r\nhttps://shop.example:443\nhttp://localhost:3000"
    )
    assert open_shop.view.terms.embed_origins == ("https://shop.example", "http://localhost:3000")
    assert "The origins were saved." in text
    assert "/embed/tillway.js" in text
    told = Record.objects.get(subject="settings:embedding").detail["embed_origins"]
    assert told == {"from": [], "to": ["https://shop.example", "http://localhost:3000"]}
    save(owner, page, "")
    assert open_shop.view.terms.embed_origins == ()


def test_what_is_no_origin_saves_nothing(open_shop: World, staff: Staff, page: str) -> None:
    owner = staff.client("owner", **ENGLISH)
    save(owner, page, "https://shop.example")
    assert "Nothing was saved" in save(owner, page, "https://shop.example\nhttps://*.example")
    assert open_shop.view.terms.embed_origins == ("https://shop.example",)


@pytest.mark.parametrize("role", ["accountant", "cashier"])
def test_others_change_nothing(open_shop: World, staff: Staff, page: str, role: str) -> None:
    answer = staff.client(role).post(f"{page}/origins", {"origins": "https://evil.example"})
    assert answer.status_code == 403
    assert open_shop.view.terms.embed_origins == ()


def test_lines_are_read_as_people_type_them() -> None:
    assert origins_typed("a\na/\n  \nB") == ["a", "b"]
