"""The owner adds and removes card readers."""

from django.test import Client

from gateway.cards.carrying_readers import readers_carry
from gateway.cards.models import Reader
from gateway.ramps.models import RampAccount
from tests.cards.kit import Desk
from tests.faces import Staff

TYPED = {
    "label": "Counter",
    "code": "puddle-1",
    "line1": "Gasse 1",
    "postal_code": "10115",
    "city": "Berlin",
}


def _path(desk: Desk) -> str:
    return f"/dashboard/{desk.world.shop_id}/settings/readers"


def _text(client: Client, path: str, **headers: str) -> str:
    return client.get(path, headers=headers).content.decode()


def test_an_owner_adds_a_reader_and_removes_it(desk: Desk) -> None:
    client, path = Staff(desk.world).client("owner"), _path(desk)
    assert "No card reader yet" in _text(client, path)
    assert "还没有读卡器" in _text(client, path, **{"Accept-Language": "zh-hans"})
    assert client.post(path, TYPED)["Location"] == path
    assert "Being connected" in _text(client, path)
    readers_carry(now=desk.world.clock.advance(seconds=60))
    page = _text(client, path)
    assert "Online" in page and "It will stand at Gasse 1, 10115 Berlin." in page
    row = Reader.objects.get()
    assert client.post(f"{path}/{row.id}/remove")["Location"] == path
    readers_carry(now=desk.world.clock.advance(seconds=60))
    assert "No card reader yet" in _text(client, path)


def test_what_was_typed_wrongly_is_said_and_kept(desk: Desk) -> None:
    client, path = Staff(desk.world).client("owner"), _path(desk)
    answer = client.post(path, TYPED | {"city": ""})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "needs the address" in page and 'value="puddle-1"' in page
    client.post(path, TYPED | {"code": "wrong"})
    readers_carry(now=desk.world.clock.advance(seconds=60))
    page = _text(client, path)
    assert "Refused" in page and "registration code" in page


def test_only_the_owner_changes_readers(desk: Desk) -> None:
    staff, path = Staff(desk.world), _path(desk)
    assert "owner adds and removes" in _text(staff.client("manager"), path)
    assert staff.client("manager").post(path, TYPED).status_code == 403
    assert not Reader.objects.exists()
    assert staff.client("cashier").get(path).status_code in (403, 404)


def test_a_shop_that_takes_no_cards_is_told_what_lacks(desk: Desk) -> None:
    RampAccount.objects.update(capabilities={"transfers": "active"})
    page = _text(Staff(desk.world).client("owner"), _path(desk))
    assert "This shop takes no cards yet" in page and "Add a reader" not in page
