"""The owner adds and removes card readers."""

from django.test import Client

from gateway.cards.carrying_readers import readers_carry
from gateway.cards.models import Reader
from gateway.ramps.models import RampAccount
from tests.cards.kit import Desk
from tests.faces import Staff
from tests.stripe_fake import readers

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


def _till(desk: Desk) -> tuple[Client, str, Reader]:
    """A cashier at a sale, in a shop with one reader."""
    staff = Staff(desk.world)
    staff.client("owner").post(_path(desk), TYPED)
    readers_carry(now=desk.world.clock.advance(seconds=60))
    invoice = desk.issue()
    path = f"/pos/{invoice.shop_id}/sales/{invoice.id}"
    return staff.client("cashier"), path, Reader.objects.get()


def test_the_till_has_the_reader_ask_and_follows_it(desk: Desk) -> None:
    client, path, reader = _till(desk)
    assert "Card at “Counter”" in _text(client, path)
    assert "在“Counter”刷卡" in _text(client, path, **{"Accept-Language": "zh-hans"})
    assert client.post(f"{path}/reader", {"reader": reader.id})["Location"] == path
    page = _text(client, path)
    assert "Asking “Counter”" in page and "data-reader-goes-on" in page
    assert "Type the card in" not in page
    desk.carry(seconds=1)
    assert "Waiting for a card at “Counter”" in _text(client, path)
    readers.is_declined(desk.place.fake.state, reader.remote_id)
    desk.carry(seconds=6)
    page = _text(client, path)
    assert "The card was declined." in page and "Try again at “Counter”" in page
    assert "data-reader-goes-on" not in page
    client.post(f"{path}/reader", {"reader": reader.id, "again": "1"})
    desk.carry(seconds=1)
    readers.taps(desk.place.fake.state, reader.remote_id)
    desk.carry(seconds=6)
    page = _text(client, path)
    assert "Yes, hand over" in page and "Counter" not in page


def test_the_cashier_stops_the_reader_and_the_customers_page_offers_a_card_again(
    desk: Desk,
) -> None:
    client, path, reader = _till(desk)
    shoppers = f"/i/{path.rsplit('/', 1)[-1]}"
    client.post(f"{path}/reader", {"reader": reader.id})
    desk.carry(seconds=1)
    assert "Pay by card" not in _text(client, shoppers)
    client.post(f"{path}/reader/stop")
    assert "Being called off" in _text(client, path)
    desk.carry(seconds=1)
    assert "Card at “Counter”" in _text(client, path)
    assert "Pay by card" in _text(client, shoppers)


def test_a_reader_that_is_off_is_told_at_the_till(desk: Desk) -> None:
    client, path, reader = _till(desk)
    readers.loses_its_line(desk.place.fake.state, reader.remote_id)
    client.post(f"{path}/reader", {"reader": reader.id})
    desk.carry(seconds=1)
    assert "“Counter” is offline." in _text(client, path)
    answer = client.post(f"{path}/reader", {"reader": "none"})
    assert answer.status_code == 404
