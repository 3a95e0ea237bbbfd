"""We ask another provider, it answers; it asks us, our people answer: each once, whatever dies."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from gateway.compliance.alerts.models import Alert
from gateway.compliance.knowing.erasing import subject_erase
from gateway.compliance.knowing.errors import SubjectErased
from gateway.compliance.knowing.fields import subjects_named
from gateway.compliance.retaining import held_beside, held_by_us
from gateway.compliance.retaining.collecting import Whom
from gateway.compliance.travelling import delivering, views
from gateway.compliance.travelling.asking import exchange_cancel, exchange_confirm
from gateway.compliance.travelling.counterparties import counterparty_end, counterparty_put
from gateway.compliance.travelling.deciding import exchange_approve, exchange_reject
from gateway.compliance.travelling.delivering import exchange_deliver, exchanges_deliver
from gateway.compliance.travelling.errors import (
    CounterpartyRefused,
    CounterpartyUnknown,
    ExchangeOver,
)
from gateway.compliance.travelling.keeping import message_open
from gateway.compliance.travelling.life import GIVE_UP_TRIES, SILENT_TRIES
from gateway.compliance.travelling.models import Counterparty, Exchange, ExchangeMessage
from gateway.compliance.travelling.routes import route_open, travel_address_of
from gateway.compliance.travelling.travel_address import travel_address_decode
from gateway.compliance.travelling.trp import inquiry_read
from gateway.events.models import Event
from tests.chain_rows import make_chain
from tests.compliance.knowing.place import NOW
from tests.compliance.travelling.conftest import (
    DTI,
    SHOWN,
    WALLET,
    as_acme,
    asked,
    fingerprint,
)
from tests.compliance.travelling.provider import Provider
from tests.compliance.travelling.test_trp import body
from tests.faults.in_process import Killed, killer, passing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("valkey")]

Certificates = dict[str, tuple[Path, Path]]


def again(exchange: Exchange) -> Exchange:
    return Exchange.objects.get(id=exchange.id)


def deliver(exchange: Exchange, *, hours: int = 0) -> Exchange:
    exchange_deliver(exchange_id=exchange.id, now=NOW + timedelta(hours=hours))
    return again(exchange)


# --- out ------------------------------------------------------------------------------------------


def test_a_provider_is_asked_and_says_yes_at_once(agreed: Provider, shop_id: UUID) -> None:
    agreed.approves(SHOWN)
    exchange = deliver(asked(shop_id, agreed))
    path, headers, said = agreed.heard[0]
    assert path == "/x/12345?t=i" and agreed.peers == ["tillway"]
    assert headers["api-version"] == "3.2.1"
    assert headers["request-identifier"] == str(exchange.request_identifier)
    inquiry = inquiry_read(said, today=NOW.date())
    assert inquiry.amount == Decimal("1500.000001") and inquiry.asset.dti == DTI
    shop = inquiry.identity.originator.originator_person[0].legal_person
    assert shop is not None and shop.customer_identification == str(shop_id)
    assert exchange.state == "approved" and exchange.due_at is None

    exchange_confirm(exchange_id=exchange.id, txid="0x1f", now=NOW)
    assert deliver(exchange).state == "confirmed"
    assert agreed.heard[1][0] == "/done" and agreed.said() == {"txid": "0x1f"}
    types = list(
        Event.objects.filter(subject=f"exchange:{exchange.id}")
        .order_by("sequence")
        .values_list("type", flat=True)
    )
    assert types == ["travel.asked", "travel.approved", "travel.confirming", "travel.confirmed"]
    assert not Event.objects.filter(subject=f"exchange:{exchange.id}", shop_id=shop_id).exists()


def test_its_people_think_and_answer_at_our_callback(
    agreed: Provider, shop_id: UUID, client: Client, certificates: Certificates
) -> None:
    exchange = deliver(asked(shop_id, agreed))
    assert exchange.state == "asked"
    path = agreed.said()["callback"].removeprefix("https://pay.example")
    told = {"approved": {"address": SHOWN.lower(), "callback": f"https://{agreed.host}/done"}}
    for _ in range(2):  # told twice, it is answered the same
        answer = client.post(
            path,
            data=json.dumps(told),
            content_type="application/json",
            headers=as_acme(certificates, str(exchange.request_identifier)),
        )
        assert (answer.status_code, answer["api-version"]) == (204, "3.2.1")
    assert again(exchange).state == "approved"
    other = client.post(
        path,
        data=json.dumps({"rejected": "changed our mind"}),
        content_type="application/json",
        headers=as_acme(certificates, str(exchange.request_identifier)),
    )
    assert other.status_code == 409 and again(exchange).state == "approved"


def test_a_callback_that_overtakes_the_answer_counts(
    agreed: Provider, shop_id: UUID, client: Client, certificates: Certificates
) -> None:
    exchange = asked(shop_id, agreed)
    held = delivering._held(exchange.id, now=NOW)
    assert held is not None
    plain = message_open(held, kind="inquiry")
    path = json.loads(plain or b"")["callback"].removeprefix("https://pay.example")
    client.post(
        path,
        data=json.dumps({"rejected": "no"}),
        content_type="application/json",
        headers=as_acme(certificates, str(exchange.request_identifier)),
    )
    outcome = delivering._send(held, plain or b"")
    assert outcome.answer is not None
    delivering._taken(held, outcome.answer, now=NOW)
    assert again(exchange).state == "rejected"


@pytest.mark.parametrize(
    ("answer", "state", "trouble"),
    [
        ((200, b'{"rejected": "no such customer"}'), "rejected", ""),
        ((404, b""), "rejected", "status_404"),
        ((400, b""), "rejected", "status_400"),
        ((503, b""), "asking", "status_503"),
        ((302, b""), "asking", "status_302"),
        ((200, b"<html>"), "asking", "trp_invalid"),
        (
            (200, b'{"approved": {"address": "0x01", "callback": "https://localhost:1/x"}}'),
            "asking",
            "counterparty_unknown",
        ),
    ],
)
def test_whatever_it_answers_nothing_is_approved_by_that(
    agreed: Provider, shop_id: UUID, answer: tuple[int, bytes], state: str, trouble: str
) -> None:
    agreed.answer = answer
    exchange = deliver(asked(shop_id, agreed))
    assert (exchange.state, exchange.trouble) == (state, trouble)
    assert (exchange.due_at is not None) == (state == "asking")


def test_another_address_than_the_one_told_is_no_yes(agreed: Provider, shop_id: UUID) -> None:
    agreed.approves("0x" + "11" * 20)
    exchange = deliver(asked(shop_id, agreed))
    assert (exchange.state, exchange.trouble) == ("rejected", "other_address")


def test_a_provider_that_does_not_answer_is_told_of_and_given_up(
    agreed: Provider, shop_id: UUID
) -> None:
    agreed.answer = (500, b"")
    exchange, hours = asked(shop_id, agreed), 0
    while again(exchange).state == "asking":
        exchange_deliver(exchange_id=exchange.id, now=NOW + timedelta(hours=(hours := hours + 2)))
        alerts = Alert.objects.filter(kind="counterparty_silent").count()
        assert alerts == (1 if len(agreed.heard) >= SILENT_TRIES else 0)
    assert again(exchange).state == "expired" and len(agreed.heard) == GIVE_UP_TRIES
    assert len({said for _, _, said in agreed.heard}) == 1, "the same bytes each time"
    assert len({headers["request-identifier"] for _, headers, _ in agreed.heard}) == 1


def test_what_is_asked_once_is_asked_once(agreed: Provider, shop_id: UUID) -> None:
    about = f"payout:{uuid4()}"
    one, two = asked(shop_id, agreed, about=about), asked(shop_id, agreed, about=about)
    assert one.id == two.id
    assert exchanges_deliver(now=NOW) == 1 and exchanges_deliver(now=NOW) == 0


def test_a_transfer_that_is_called_off_is_told(agreed: Provider, shop_id: UUID) -> None:
    agreed.approves(SHOWN)
    exchange = deliver(asked(shop_id, agreed))
    exchange_cancel(exchange_id=exchange.id, comment="called off", now=NOW)
    assert deliver(exchange).state == "cancelled" and agreed.said() == {"canceled": "called off"}
    with pytest.raises(ExchangeOver):
        exchange_confirm(exchange_id=exchange.id, txid="0x1f", now=NOW)


def test_nobody_is_asked_whom_we_do_not_know(
    agreed: Provider, shop_id: UUID, certificates: Certificates
) -> None:
    elsewhere = Provider(port=1)
    with pytest.raises(CounterpartyUnknown):
        asked(shop_id, elsewhere)
    counterparty_end(name="acme", now=NOW)
    with pytest.raises(CounterpartyUnknown):
        asked(shop_id, agreed)
    assert not Exchange.objects.exists() and agreed.heard == []


POINTS = ("travel.asked", "travel.delivered", "travel.recorded")


@pytest.mark.parametrize("name", POINTS)
def test_it_dies_on_the_way_and_is_asked_all_the_same(
    agreed: Provider, shop_id: UUID, name: str
) -> None:
    agreed.approves(SHOWN)
    about = f"payout:{uuid4()}"
    with pytest.raises(Killed), passing(killer(name)):
        deliver(asked(shop_id, agreed, about=about))
    exchange = asked(shop_id, agreed, about=about)
    assert deliver(exchange, hours=1).state == "approved"
    assert len({headers["request-identifier"] for _, headers, _ in agreed.heard}) == 1
    assert ExchangeMessage.objects.filter(exchange=exchange).count() == 2


# --- in -------------------------------------------------------------------------------------------


@pytest.fixture
def route(agreed: Provider, shop_id: UUID) -> str:
    """The path at which Acme asks."""
    make_chain(now=NOW)
    opened = route_open(
        shop_id=shop_id,
        mode="test",
        about=f"invoice:{uuid4()}",
        address=WALLET,
        expires_at=NOW + timedelta(days=2),
        now=NOW,
    )
    url = travel_address_decode(travel_address_of(opened))
    return url.removeprefix("https://pay.example")


def inquiry(provider: Provider, **parts: Any) -> bytes:
    return body(**{"callback": f"https://{provider.host}/decided", "amount": "25.5", **parts})


def posted(
    client: Client,
    path: str,
    plain: bytes,
    certificates: Certificates,
    identifier: str,
    **more: str,
) -> Any:
    return client.post(
        path,
        data=plain,
        content_type="application/json",
        headers=as_acme(certificates, identifier) | more,
    )


Told = Callable[[dict[str, Any], dict[str, str]], Any]


@pytest.fixture
def told(route: str, agreed: Provider, client: Client, certificates: Certificates) -> Told:
    """Acme's inquiry, with some parts and headers of it otherwise."""

    def post(parts: dict[str, Any], more: dict[str, str]) -> Any:
        plain = inquiry(agreed, **parts)
        return posted(client, route, plain, certificates, str(uuid4()), **more)

    return post


def test_it_asks_us_and_our_people_say_yes(
    route: str, agreed: Provider, client: Client, certificates: Certificates
) -> None:
    identifier = str(uuid4())
    for _ in range(2):
        answer = posted(client, route, inquiry(agreed), certificates, identifier)
        assert (answer.status_code, answer.json()) == (200, {"version": "3.2.1"})
        assert answer["request-identifier"] == identifier
    exchange = Exchange.objects.get(direction="in")
    assert (exchange.state, exchange.units, exchange.asset) == (
        "received",
        25_500_000,
        "USDC@31337",
    )
    exchange_approve(exchange_id=exchange.id, by="user:officer", now=NOW)
    assert deliver(exchange).state == "approved"
    said = agreed.said()["approved"]
    assert said["address"] == SHOWN
    path = said["callback"].removeprefix("https://pay.example")
    for _ in range(2):
        done = posted(client, path, b'{"txid": "0xab"}', certificates, identifier)
        assert done.status_code == 204
    assert (again(exchange).state, again(exchange).txid) == ("confirmed", "0xab")
    with pytest.raises(ExchangeOver):
        exchange_reject(exchange_id=exchange.id, by="user:officer", now=NOW)


def test_a_no_says_nothing_of_why(
    route: str, agreed: Provider, client: Client, certificates: Certificates
) -> None:
    posted(client, route, inquiry(agreed), certificates, str(uuid4()))
    exchange = Exchange.objects.get()
    exchange_reject(exchange_id=exchange.id, by="user:officer", now=NOW)
    assert deliver(exchange).state == "rejected"
    assert agreed.said() == {"rejected": "This transfer is not accepted."}


def test_who_sends_is_screened_by_name_and_found_again(
    route: str, agreed: Provider, client: Client, certificates: Certificates, shop_id: UUID
) -> None:
    posted(client, route, inquiry(agreed), certificates, str(uuid4()))
    exchange = Exchange.objects.get()
    assert Event.objects.filter(
        type="subject.declared", subject=f"subject:{exchange.subject_id}"
    ).exists()
    assert exchange.subject_id in subjects_named(name="name", value="bäckerei ARBOR gmbh")


@pytest.mark.parametrize(
    ("parts", "more", "status"),
    [
        ({}, {"X-Client-Cert-Sha256": "00" * 32}, 403),
        ({}, {"X-Client-Cert-Sha256": ""}, 403),
        ({}, {"api-version": "2.1.0"}, 400),
        ({}, {"request-identifier": "1"}, 400),
        ({"asset": {"slip0044": 0}}, {}, 400),
        ({"amount": "0.0000001"}, {}, 400),
        ({"callback": "https://elsewhere.example/x"}, {}, 403),
        ({"IVMS101": {}}, {}, 422),
    ],
)
def test_what_we_do_not_take_leaves_nothing(
    told: Told, parts: dict[str, Any], more: dict[str, str], status: int
) -> None:
    answer = told(parts, more)
    assert answer.status_code == status and set(answer.json()) == {"code", "message"}
    assert not Exchange.objects.exists()


def test_words_of_addresses_are_not_guessed(
    route: str, agreed: Provider, client: Client, certificates: Certificates
) -> None:
    path = route.partition("?")[0]
    for wrong in (
        path[:-1] + ("0" if path[-1] != "0" else "1"),
        path.replace("inquiries", "resolutions"),
    ):
        assert posted(client, wrong, inquiry(agreed), certificates, str(uuid4())).status_code == 404
    long = posted(client, route, b" " * 70_000, certificates, str(uuid4()))
    assert long.status_code == 413
    assert client.get(route).status_code == 405


def test_a_certificate_is_read_as_the_proxy_writes_it(
    route: str, agreed: Provider, client: Client, certificates: Certificates
) -> None:
    from urllib.parse import quote

    pem = quote(certificates["acme"][0].read_text())
    answer = posted(
        client, route, inquiry(agreed), certificates, str(uuid4()), **{"X-Client-Cert-Sha256": pem}
    )
    assert answer.status_code == 200


def test_without_a_proxy_that_says_who_it_is_nobody_is_heard(
    route: str, agreed: Provider, client: Client, certificates: Certificates, settings: Any
) -> None:
    settings.TRAVEL_RULE = {**settings.TRAVEL_RULE, "certificate_header": ""}
    assert posted(client, route, inquiry(agreed), certificates, str(uuid4())).status_code == 403


def test_a_flood_is_slowed_down(
    agreed: Provider, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PER_MINUTE", 3)
    statuses = [client.post("/trp/inquiries/x").status_code for _ in range(4)]
    assert statuses == [403, 403, 403, 429]


def test_the_same_identifier_for_something_else_is_refused(
    route: str, agreed: Provider, client: Client, certificates: Certificates
) -> None:
    identifier = str(uuid4())
    posted(client, route, inquiry(agreed), certificates, identifier)
    other = posted(client, route, inquiry(agreed, amount="26"), certificates, identifier)
    assert other.status_code == 409 and Exchange.objects.count() == 1


# --- kept -----------------------------------------------------------------------------------------


def test_messages_are_sealed_and_gone_with_their_key(agreed: Provider, shop_id: UUID) -> None:
    exchange = asked(shop_id, agreed)
    box = bytes(ExchangeMessage.objects.get(exchange=exchange).box)
    assert b"Arbor" not in box and b"IVMS101" not in box
    assert b"Arbor" in (message_open(exchange, kind="inquiry") or b"")
    subject_erase(subject_id=exchange.subject_id, now=NOW)
    with pytest.raises(SubjectErased):
        message_open(exchange, kind="inquiry")
    assert deliver(exchange).trouble == "subject_erased" and agreed.heard == []


def test_they_are_kept_for_five_years(agreed: Provider, shop_id: UUID) -> None:
    from gateway.compliance.knowing.models import Subject

    exchange = asked(shop_id, agreed)
    until = Subject.objects.get(id=exchange.subject_id).retain_until
    assert until is not None and until - NOW == timedelta(days=5 * 366)


def test_what_was_told_and_agreed_is_only_added_to(
    agreed: Provider, shop_id: UUID, certificates: Certificates
) -> None:
    asked(shop_id, agreed)
    for statement in (
        "UPDATE compliance_travelling_exchangemessage SET kind = 'resolution'",
        "DELETE FROM compliance_travelling_exchangemessage",
        "UPDATE compliance_travelling_counterparty SET legal_name = 'Other'",
        "DELETE FROM compliance_travelling_counterparty",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    other = {
        "name": "acme",
        "legal_name": "Acme Exchange AG",
        "country": "CH",
        "hosts": [agreed.host, "acme.example"],
        "certificate": fingerprint(certificates["acme"][0]),
        "by": "test",
        "now": NOW,
    }
    assert counterparty_put(**other).number == 2
    assert Counterparty.objects.filter(ended_at=None).count() == 1
    with pytest.raises(CounterpartyRefused):
        counterparty_put(**other | {"name": "beta"})
    for field, wrong in (
        ("country", "XX"),
        ("hosts", []),
        ("hosts", ["https://x"]),
        ("certificate", b"1"),
        ("by", " "),
        ("name", "A B"),
    ):
        with pytest.raises(CounterpartyRefused) as refused:
            counterparty_put(**other | {field: wrong})
        assert refused.value.field == field


def test_who_sent_is_told_what_is_held_of_it_and_the_shop_is_not_told_who_it_was(
    told: Told, shop_id: UUID
) -> None:
    told({}, {})
    exchange = Exchange.objects.get(direction="in")
    person, shop = Whom("subject", exchange.subject_id), Whom("shop", shop_id)
    (theirs,) = held_beside.transfers(person)
    assert "Arbor" in json.dumps(theirs["messages"]["inquiry"])
    (ours,) = held_beside.transfers(shop)
    assert "messages" not in ours and (ours["direction"], ours["units"]) == ("in", "25500000")
    assert [one["id"] for one in held_by_us.people(person)] == [exchange.subject_id]
    assert exchange.subject_id not in [one["id"] for one in held_by_us.people(shop)]
    subject_erase(subject_id=exchange.subject_id, now=NOW)
    (left,) = held_beside.transfers(person)
    assert left["messages"] == {}
