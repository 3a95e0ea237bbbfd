"""What a tablet wrote down without a connection is booked later; nothing of it is lost."""

from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway.events.ordering import NEWEST, OLDEST
from gateway.shops.services import shop_set_place
from merchants.catalogue import services as catalogue
from merchants.catalogue.choosing import Modifier
from merchants.catalogue.words import Words
from merchants.pos.away.said import MOST_LINES
from merchants.pos.away.selectors import away_page, away_waiting, gaps_of, numbers_missing
from merchants.pos.away.views import MOST_BYTES
from merchants.pos.models import AwaySale
from merchants.receipts.models import Document
from merchants.shifts.models import CashMove
from merchants.tickets.models import CashTake, Ticket, TicketLine
from merchants.tills.makers import made_by
from merchants.tills.pairing import till_revoke
from merchants.tills.rules import Rules
from merchants.tills.ruling import rules_put
from tests.merchants.tills.tablets import ENGLISH, PART

pytestmark = pytest.mark.django_db


# ---- booked -------------------------------------------------------------------------------------


def test_a_cash_sale_is_a_paid_ticket_in_the_drawer_with_the_next_receipt(away: Any) -> None:
    kept = away.kept()
    answer = away.send(kept)
    row, ticket = AwaySale.objects.get(), Ticket.objects.get()
    assert (row.state, row.why, row.ticket_id, row.settled_by) == ("booked", "", ticket.id, None)
    assert (ticket.state, int(ticket.paid_units)) == ("paid", 300)
    assert ticket.opened_by == made_by(user_id=away.drawer.by, till_id=away.drawer.till.id)
    (move,) = CashMove.objects.all()
    assert (int(move.units), int(move.tax_units), move.shift_id) == (300, 50, away.shift.id)
    assert move.made_by == away.drawer.by
    receipt = Document.objects.get()
    told = answer.json()
    assert told["href"] == f"{away.tablet.home}/receipts/{receipt.id}"
    assert receipt.label in told["words"]
    assert away.tablet.client.get(told["href"]).status_code == 200


def test_it_is_in_the_x_and_the_z_report(away: Any) -> None:
    away.sent(away.kept())
    away.sent(away.kept(away.typed(), due=535, given=540, change=5))
    (cash,) = away.drawer.figures.tenders
    assert (cash.tender, cash.payments, cash.paid_units) == ("cash", 2, 835)
    body = away.drawer.close(counted_units=10_835).body
    assert body["drawer"]["difference"]["units"] == "0"


def test_sent_twice_it_is_one_sale_with_one_receipt(away: Any) -> None:
    kept = away.kept()
    first = away.send(kept).json()
    assert away.send(kept).json() == first
    for table in (AwaySale, Ticket, TicketLine, CashTake, CashMove, Document):
        assert table.objects.count() == 1


def test_what_went_on_after_it_was_sent_waits_and_a_manager_books_its_cash(away: Any) -> None:
    parked = away.open()
    assert away.sent(parked).state == "booked"
    paid = parked | {"ends": "cash", "given": 500, "change": 200}
    first = away.send(paid)
    assert first.status_code == 200 and "went on afterwards" in first.json()["words"]
    assert away.send(paid).json() == first.json()
    went_on = AwaySale.objects.get(state="waiting")
    assert (went_on.why, went_on.ends, went_on.number) == ("went_on", "cash", parked["number"])
    assert AwaySale.objects.count() == 2 and not CashMove.objects.exists()
    manager = away.tablet.staff.client("manager")
    manager.post(f"/dashboard/{went_on.shop_id}/away/{went_on.id}", {"book": "yes"})
    assert int(CashMove.objects.get().units) == 300
    assert sorted(Ticket.objects.values_list("state", flat=True)) == ["paid", "parked"]


def test_it_is_sold_at_the_price_that_the_tablet_showed(away: Any) -> None:
    act = {"shop_id": away.item.shop_id, "by": "user:ann", "now": timezone.now()}
    catalogue.item_change(item_id=away.item.id, changes={"price_units": 350}, **act)
    catalogue.item_archive(item_id=away.item.id, **act)
    assert away.sent(away.kept()).state == "booked"
    line = TicketLine.objects.get()
    assert (int(line.price_units), line.item_version) == (300, 1)


def test_whoever_sends_it_the_cash_is_his_who_took_it(away: Any) -> None:
    away.tablet.stand("manager")
    row = away.sent(away.kept())
    assert row.sent_by == away.tablet.staff.user("manager").id
    assert CashMove.objects.get().made_by == away.drawer.by == row.made_by


def test_an_open_ticket_waits_for_whichever_till_recalls_it(away: Any) -> None:
    gone = away.typed(removed=True)
    away.send(away.open(away.line(quantity=2_000), gone, due=600, label="Table 4"))
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.label, int(ticket.goods_units)) == ("parked", "Table 4", 600)
    taken_off = TicketLine.objects.exclude(removed_at=None).get()
    assert int(taken_off.price_units) == 535 and taken_off.removed_by
    assert AwaySale.objects.get().label == ""  # the ticket has it, and forgets it in time
    assert not CashMove.objects.exists()
    page = away.tablet.client.get(f"{away.tablet.home}/tickets").content.decode()
    assert "Table 4" in page


def test_what_was_called_off_is_a_void_of_the_shift(away: Any) -> None:
    away.send(away.open(ends="void", reason="Left without it"))
    assert Ticket.objects.get().state == "void"
    (voids,) = away.drawer.figures.voids
    assert (voids.count, voids.units) == (1, 300)


def test_where_a_void_needs_a_manager_the_ticket_stays_open(away: Any) -> None:
    rules_put(
        shop_id=away.item.shop_id,
        rules=Rules("always"),
        by=away.tablet.staff.user("owner").id,
        now=timezone.now(),
    )
    answer = away.send(away.open(ends="void", reason="Left without it"))
    assert "needs a manager" in answer.json()["words"]
    assert Ticket.objects.get().state == "open"
    assert not away.drawer.figures.voids


def test_modifiers_are_those_that_were_chosen(away: Any, open_shop: Any) -> None:
    act = {"shop_id": open_shop.shop_id, "by": "user:ann", "now": open_shop.now}
    milk = catalogue.group_put(
        **act, name="Milk", least=1, most=1, modifiers=[Modifier("Cow"), Modifier("Oat", 50)]
    )
    words = Words(name="Latte", price_units=400, groups=(str(milk.id),))
    latte = catalogue.item_add(shop=open_shop.view, words=words, by="user:ann", now=open_shop.now)
    line = away.line(
        item=str(latte.id),
        name="Latte, Oat",
        price=450,
        tax=[0, True],
        choices=[[str(milk.id), "Oat"]],
    )
    assert away.sent(away.kept(line, due=450, change=50)).state == "booked"
    assert TicketLine.objects.get().modifiers[0]["name"] == "Oat"


def test_a_long_ticket_is_booked_with_as_many_queries_as_a_short_one(away: Any) -> None:
    def queries(count: int) -> int:
        pair = (away.line(), away.typed(200))
        kept = away.open(*(pair * count), away.typed(removed=True), due=500 * count)
        with CaptureQueriesContext(connection) as asked:
            assert away.sent(kept).state == "booked"
        return len(asked)

    queries(1)  # warms what is kept between requests
    assert queries(1) == queries(80)
    assert TicketLine.objects.filter(removed_at=None).count() == 2 * 82
    places = TicketLine.objects.order_by("ticket", "position").values_list("position", flat=True)
    assert sorted(places) == sorted([1, 2, 3] * 2 + [*range(1, 162)])


# ---- what has to wait ---------------------------------------------------------------------------


def test_cash_of_a_shift_that_was_closed_meanwhile_waits_and_a_manager_books_it(away: Any) -> None:
    kept = away.kept()
    away.drawer.close()
    row = away.sent(kept)
    assert (row.state, row.why) == ("waiting", "shift_over")
    assert not Ticket.objects.exists() and not CashMove.objects.exists()
    manager = away.tablet.staff.client("manager", **ENGLISH)
    home = f"/dashboard/{row.shop_id}"
    assert "waits for you" in manager.get(f"{home}/").content.decode()
    there = manager.post(f"{home}/away/{row.id}", {"book": "yes"}, follow=True)
    assert "No shift is open at this till" in there.content.decode()
    shift = away.drawer.open()
    there = manager.post(f"{home}/away/{row.id}", {"book": "yes"}, follow=True)
    assert "It is booked." in there.content.decode()
    assert CashMove.objects.get().shift_id == shift.id
    row.refresh_from_db()
    assert (row.state, row.settled_by) == ("booked", away.tablet.staff.user("manager").id)
    again = manager.post(f"{home}/away/{row.id}", {"book": "yes"}, follow=True)
    assert "settled this already" in again.content.decode()
    assert CashMove.objects.count() == 1


def test_the_till_says_that_one_waits_and_that_it_is_in_no_report(away: Any) -> None:
    kept = away.kept(shift=str(uuid4()))
    assert "shift in which this cash was taken is closed" in away.send(kept).json()["words"]
    assert away_waiting(shop_id=away.item.shop_id, till_id=away.drawer.till.id) == 1
    page = away.tablet.client.get(f"{away.tablet.home}/shift").content.decode()
    assert "1 sale without a connection waits for a manager" in page


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"due": 299}, "away_differs"),
        ({"change": 199}, "away_differs"),
        ({"given": 100, "change": 0}, "away_differs"),
        ({"currency": "CHF"}, "currency_changed"),
        ({"by": str(uuid4())}, "not_at_tills"),
        ({"shift": ""}, "shift_over"),
    ],
)
def test_what_can_not_be_so_waits_with_its_reason(
    away: Any, more: dict[str, Any], why: str
) -> None:
    row = away.sent(away.kept(**more))
    assert (row.state, row.why) == ("waiting", why)
    assert not Ticket.objects.exists() and not CashMove.objects.exists()
    assert not Document.objects.exists()


def test_nothing_is_booked_in_a_currency_it_was_not_sold_in(away: Any) -> None:
    typed = away.typed(300)
    rows = [away.sent(away.kept(typed, shift=str(uuid4()))), away.sent(away.kept(currency="CHF"))]
    assert [row.why for row in rows] == ["shift_over", "currency_changed"]
    place = {"shop_id": away.item.shop_id, "time_zone": "UTC", "now": timezone.now()}
    manager = away.tablet.staff.client("manager", **ENGLISH)

    def booked(row: AwaySale) -> str:
        there = f"/dashboard/{row.shop_id}/away/{row.id}"
        return str(manager.post(there, {"book": "yes"}, follow=True).content.decode())

    assert "sells in another currency now. Set it aside" in booked(rows[1])
    shop_set_place(pricing_currency="USD", **place)
    assert "sells in another currency now. Set it aside" in booked(rows[0])
    assert AwaySale.objects.filter(state="waiting").count() == 2
    assert not Ticket.objects.exists() and not CashMove.objects.exists()
    shop_set_place(pricing_currency="EUR", **place)
    assert "It is booked." in booked(rows[0])
    assert Ticket.objects.get().currency == "EUR" and CashMove.objects.count() == 1


def test_items_that_are_not_as_shown_any_more_are_booked_as_amounts_by_a_manager(away: Any) -> None:
    row = away.sent(away.kept(away.line(item=str(uuid4()), tax=[100_000, False]), due=330))
    assert (row.state, row.why) == ("waiting", "item_not_found")
    manager = away.tablet.staff.client("manager")
    manager.post(f"/dashboard/{row.shop_id}/away/{row.id}", {"book": "yes"})
    row.refresh_from_db()
    assert row.state == "waiting"  # 5.00 less 3.30 is not the change that it says
    row = away.sent(
        away.kept(away.line(item=str(uuid4()), tax=[100_000, False]), due=330, change=170)
    )
    manager.post(f"/dashboard/{row.shop_id}/away/{row.id}", {"book": "yes"})
    row.refresh_from_db()
    line = TicketLine.objects.get()
    assert row.state == "booked" and (line.name, line.item_id) == ("Espresso", None)
    assert int(CashMove.objects.get().tax_units) == 30


def test_one_is_set_aside_with_a_reason_and_by_a_manager_alone(away: Any) -> None:
    row = away.sent(away.kept(due=299, label="Ana"))
    there = f"/dashboard/{row.shop_id}/away/{row.id}"
    accountant = away.tablet.staff.client("accountant", **ENGLISH)
    assert accountant.post(there, {"reason": "x"}).status_code == 403
    manager = away.tablet.staff.client("manager", **ENGLISH)
    assert "Say why" in manager.post(there, {"reason": " "}, follow=True).content.decode()
    page = manager.post(there, {"reason": "Rung up twice"}, follow=True).content.decode()
    assert "Rung up twice" in page and "Set aside" in page
    row.refresh_from_db()
    assert (row.state, row.label) == ("set_aside", "")
    assert manager.post(f"/dashboard/{row.shop_id}/away/{uuid4()}").status_code == 404


# ---- who may send what --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [
        {"key": "x"},
        {"number": 0},
        {"number": True},
        {"lines": []},
        {"lines": "all"},
        {"ends": "paid"},
        {"given": -1},
        {"given": 1.5},
        {"due": 10**15},
        {"due": 0},
        {"at": "now"},
        {"by": "somebody"},
        {"currency": "eur"},
        {"currency": "XXX"},
        {"currency": ["EUR"]},
        {"ends": "open"},
        {"ends": "void", "given": 0, "change": 0},
    ],
)
def test_what_is_no_ticket_is_refused_and_stays_on_the_tablet(
    away: Any, more: dict[str, Any]
) -> None:
    answer = away.send(away.kept() | more)
    assert answer.status_code == 400 and answer["X-Problem"] == "away_invalid"
    assert not AwaySale.objects.exists()


@pytest.mark.parametrize(
    "more",
    [
        {"price": -1},
        {"quantity": 0},
        {"tax": [2_000_000, True]},
        {"tax": [0, 1]},
        {"version": 0},
        {"choices": [["one"]]},
        {"removed": "no"},
        {"name": None},
    ],
)
def test_a_line_that_is_none_is_refused(away: Any, more: dict[str, Any]) -> None:
    assert away.send(away.kept(away.line(**more)))["X-Problem"] == "away_invalid"


def test_text_that_is_no_json_is_refused(away: Any) -> None:
    for text in ("", "{", "[]", "null", "[" * 5_000, f'"{"x" * MOST_BYTES}"'):
        answer = away.post(f"{away.tablet.home}/away-sales", text)
        assert answer["X-Problem"] == "away_invalid"
    take_off(away)
    for text in ("", "[]", "{}", '{"sales": 1}'):
        answer = away.post("/pos/left", text)
        assert answer["X-Problem"] == "away_invalid" and "Clear-Site-Data" not in answer


def test_a_long_ticket_is_no_more_than_is_read(away: Any) -> None:
    line = away.line(name="茶" * 80)
    kept = away.kept(*[line] * MOST_LINES, due=60_000, given=60_000, change=0)
    assert len(orjson.dumps(kept)) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert away.sent(kept).state == "booked"
    take_off(away)
    other = kept | {"key": uuid4().hex}
    assert away.leave(other).json() == {"keys": [other["key"]]}


def test_half_a_sign_at_a_names_end_keeps_no_ticket_on_the_tablet(away: Any) -> None:
    kept = away.kept(away.line(name="cut"))
    text = orjson.dumps(kept).decode().replace("cut", "Espresso \\ud83d")
    assert away.post(f"{away.tablet.home}/away-sales", text).json()["state"] == "booked"


def test_another_site_sends_nothing(away: Any) -> None:
    tablet = Client(enforce_csrf_checks=True)
    tablet.cookies = away.tablet.client.cookies
    path, kept = f"{away.tablet.home}/away-sales", away.kept()
    assert tablet.post(path, kept, content_type="application/json", **PART).status_code == 403
    tablet.get(f"{away.tablet.home}/")
    token: dict[str, Any] = {"HTTP_X_CSRFTOKEN": tablet.cookies["csrftoken"].value}
    answer = tablet.post(path, kept, content_type="application/json", **PART, **token)
    assert answer.status_code == 200


def test_nobody_sends_for_a_tablet_that_is_locked_strange_or_none(away: Any) -> None:
    kept = away.kept()
    unknown = away.send(kept | {"device": str(uuid4())})
    assert unknown.status_code == 409 and unknown["X-Problem"] == "draft_elsewhere"
    person = away.tablet.staff.client("owner")
    assert person.post(f"{away.tablet.home}/away-sales", {"sale": "{}"}).status_code == 404
    away.tablet.client.post("/pos/lock", **PART)
    assert away.send(kept)["X-Problem"] == "till_locked"
    assert not AwaySale.objects.exists()


# ---- a tablet that was taken off ----------------------------------------------------------------


def take_off(away: Any) -> None:
    owner = away.tablet.staff.user("owner")
    till = away.drawer.till
    till_revoke(shop_id=till.shop_id, till_id=till.id, by=owner.id, now=timezone.now())


def test_what_a_taken_off_tablet_had_is_no_sale_and_a_manager_sees_it(away: Any) -> None:
    kept = [away.kept(), away.open(label="Ana")]
    take_off(away)
    assert away.send(kept[0])["X-Problem"] == "till_revoked"
    answer = away.leave("junk", kept[0], {"key": 1}, kept[1])
    # The tablet keeps what is not named: nothing tells its browser to wipe everything.
    assert answer.json() == {"keys": [each["key"] for each in kept]}
    assert "Clear-Site-Data" not in answer
    assert {(row.state, row.why, row.sent_by) for row in AwaySale.objects.all()} == {
        ("waiting", "tablet_taken_off", None)
    }
    assert not Ticket.objects.exists() and not CashMove.objects.exists()
    assert away.leave(*kept).json() == answer.json()
    assert AwaySale.objects.count() == 2
    assert away.leave()["Clear-Site-Data"] == '"cache", "storage"'
    manager = away.tablet.staff.client("manager", **ENGLISH)
    page = manager.get(f"/dashboard/{away.item.shop_id}/away").content.decode()
    assert "the tablet was taken off before it was sent" in page and "Ana" in page


def test_it_leaves_no_more_than_a_till_can_have(away: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("merchants.pos.away.booking.MOST_LEFT", 2)
    kept = [away.kept() for _ in range(3)]
    take_off(away)
    for _ in range(2):  # an answer that got lost is given again
        assert away.leave(*kept).json() == {"keys": [each["key"] for each in kept[:2]]}
    assert AwaySale.objects.count() == 2


def test_what_it_kept_under_an_earlier_pairing_it_leaves_too(away: Any) -> None:
    kept = away.kept()
    away.tablet.pair()
    take_off(away)
    assert away.leave(kept).json() == {"keys": [kept["key"]]}
    row = AwaySale.objects.get()
    assert (str(row.device_id), row.why) == (kept["device"], "tablet_taken_off")


def test_who_is_a_till_still_or_never_was_leaves_nothing(away: Any) -> None:
    kept = away.kept()
    answer = away.leave(kept)
    assert answer.status_code == 404 and "Clear-Site-Data" not in answer
    assert Client().post("/pos/left", {"sales": []}, "application/json").status_code == 404
    take_off(away)
    assert away.leave(kept | {"device": str(uuid4())}).json() == {"keys": []}
    assert not AwaySale.objects.exists()
    assert away.tablet.client.cookies["till"].value
    away.leave(end=True)
    assert not away.tablet.client.cookies["till"].value


def test_what_an_earlier_pairing_kept_waits_for_a_manager(away: Any) -> None:
    kept = away.kept()
    away.tablet.pair()
    away.tablet.stand("cashier")
    row = away.sent(kept)
    assert (row.state, row.why) == ("waiting", "tablet_taken_off")


# ---- the manager's list -------------------------------------------------------------------------


def test_numbers_that_never_came_are_told(away: Any) -> None:
    away.send(away.kept(number=1))
    away.send(away.kept(number=4))
    (missing,) = numbers_missing(shop_id=away.item.shop_id)
    assert (missing.till, missing.numbers, missing.twice) == ("Counter", (2, 3), ())
    accountant = away.tablet.staff.client("accountant", **ENGLISH)
    page = accountant.get(f"/dashboard/{away.item.shop_id}/away").content.decode()
    assert "Slips of Counter that never came: 2, 3" in page
    assert "Book it into" not in page
    away.send(away.kept(number=1))
    (missing,) = numbers_missing(shop_id=away.item.shop_id)
    assert (missing.numbers, missing.twice) == ((2, 3), (1,))
    away.send(away.kept(number=10**6))
    away.send(away.kept(number=1))
    (missing,) = numbers_missing(shop_id=away.item.shop_id)
    assert len(missing.numbers) == 100 and missing.numbers[:3] == (2, 3, 5)
    assert missing.twice == (1,)


def test_each_pairing_counts_for_itself_and_a_whole_one_is_not_told(away: Any) -> None:
    shop_id = away.item.shop_id
    for number in (2, 1, 3):
        away.send(away.kept(number=number))
    assert numbers_missing(shop_id=shop_id) == []
    away.tablet.pair()
    away.tablet.stand("cashier")
    away.send(away.kept(number=2))
    assert [(one.numbers, one.twice) for one in numbers_missing(shop_id=shop_id)] == [((1,), ())]
    assert numbers_missing(shop_id=uuid4()) == []


def test_of_a_shop_that_sold_a_lot_only_what_is_odd_is_read(
    away: Any, monkeypatch: Any, django_assert_num_queries: Any
) -> None:
    row = away.sent(away.kept(number=1, currency="CHF"))
    fields = [one.attname for one in AwaySale._meta.concrete_fields if one.attname != "id"]
    same = {name: getattr(row, name) for name in fields}
    numbers = [number for number in range(2, 300) if number != 200]
    AwaySale.objects.bulk_create(
        AwaySale(**same | {"key": uuid4().hex, "number": number}) for number in numbers
    )
    read: list[Any] = []
    monkeypatch.setattr(
        "merchants.pos.away.selectors.gaps_of", lambda steps: read.extend(steps) or gaps_of(steps)
    )
    with django_assert_num_queries(1):
        (missing,) = numbers_missing(shop_id=away.item.shop_id)
    assert missing.numbers == (200,) and read == [(201, 2)]


def test_gaps_of_many_are_the_first_hundred() -> None:
    assert gaps_of([]) == () and gaps_of([(3, 0)]) == ()
    assert gaps_of([(3, 2), (7, 3)]) == (2, 5, 6)
    assert gaps_of([(10**6, 10**6)]) == tuple(range(1, 101))


def test_the_list_goes_on_in_the_order_that_was_chosen(away: Any) -> None:
    for number in range(1, 4):
        away.send(away.open(number=number))
    named = {"shop_id": away.item.shop_id, "size": 2}
    for order, numbers in ((NEWEST, [3, 2, 1]), (OLDEST, [1, 2, 3])):
        first = away_page(order=order, **named)
        rest = away_page(order=order, cursor=first.next_cursor, **named)
        assert [row.number for row in (*first.items, *rest.items)] == numbers
        assert rest.next_cursor is None
    manager = away.tablet.staff.client("manager", **ENGLISH)
    there = f"/dashboard/{away.item.shop_id}/away"
    page = manager.get(there, {"sort": "oldest"}).content.decode()
    assert page.index("Slip 1") < page.index("Slip 2") < page.index("Slip 3")
    assert manager.get(there, {"sort": "dearest"}).status_code == 404
    assert manager.get(there, {"cursor": "x"}).status_code == 404


def test_the_list_and_its_file_say_who_sent_what_another_made(away: Any) -> None:
    there = f"/dashboard/{away.item.shop_id}/away"
    sender = away.tablet.staff.user("manager")
    away.send(away.kept())
    client = away.tablet.staff.client("accountant", **ENGLISH)
    assert "sent by" not in client.get(there).content.decode()
    away.tablet.stand("manager")
    away.send(away.kept())
    assert f"sent by {sender.name}" in client.get(there).content.decode()
    head, *lines = b"".join(client.get(f"{there}.csv").streaming_content).decode().splitlines()
    place = head.split(",").index("sent_by")
    assert [line.split(",")[place] for line in lines] == [str(away.drawer.by), str(sender.id)]


def test_all_of_them_are_saved_as_a_file(away: Any) -> None:
    away.send(away.kept(away.line(name="=Espresso"), away.typed(removed=True), due=300))
    manager = away.tablet.staff.client("manager")
    answer = manager.get(f"/dashboard/{away.item.shop_id}/away.csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 3 and lines[0].startswith("till,slip,made_at")
    assert ",EUR,3.00,5.00,2.00," in lines[1] and ",=Espresso" not in lines[1]
    assert lines[2].endswith("5.35,1.000,yes")


def test_an_empty_list_says_what_it_is_for(staff: Any, open_shop: Any) -> None:
    manager = staff.client("manager", **ENGLISH)
    page = manager.get(f"/dashboard/{open_shop.shop_id}/away").content.decode()
    assert "Nothing was sold without a connection" in page


def test_the_list_costs_the_same_however_long(
    away: Any, django_assert_max_num_queries: Any
) -> None:
    manager = away.tablet.staff.client("manager")
    path = f"/dashboard/{away.item.shop_id}/away"
    manager.get(path)
    for _ in range(4):
        away.send(away.kept())
    with django_assert_max_num_queries(14):
        manager.get(path)
