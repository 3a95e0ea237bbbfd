"""Every path of the web, with a stranger's key or session, and our ids in every place.

Paths are taken from the URL conf: a new one is tried without being named here. Only a kind of id
that is not known yet has to be given one of ours.
"""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from gateway.compliance.alerts.services import alert_raise
from gateway.compliance.cases.models import Case
from gateway.compliance.knowing.files import file_open, subject_put
from gateway.compliance.presenting.models import Presentation
from gateway.custody.approvals.services import act_propose
from gateway.events.ids import uuid7
from gateway.events.models import Event
from gateway.invoices.models import Invoice
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.refunds.limits import Person
from gateway.refunds.requesting import Wanted, refund_request
from gateway.settlement.billing.models import FeeDocument
from gateway.settlement.models import Payout
from gateway.shops.models import Shop
from gateway.sponsoring.models import Authorization
from merchants.accounts.factors.models import Passkey
from merchants.accounts.models import ApiKey, SignedIn, User
from merchants.accounts.services import member_add
from merchants.accounts.team import invite
from merchants.calls.models import Call
from merchants.catalogue.choosing import Modifier
from merchants.catalogue.services import group_put, item_add
from merchants.catalogue.words import Words
from merchants.customers.said import said_of
from merchants.customers.services import customer_note
from merchants.ecr.models import EcrSale
from merchants.links.life import Price
from merchants.links.services import NewLink, link_make
from merchants.moving.models import Move
from merchants.notices.models import Device, Notice
from merchants.pos.away.said import Said, SaidLine, said_as_dict
from merchants.pos.models import AwaySale
from merchants.receipts.issuing import receipt_for_invoice
from merchants.receipts.models import Printer
from merchants.shifts.services import shift_open
from merchants.tickets.pricing import TaxClass
from merchants.tickets.services import Tap, amount_add, ticket_open
from merchants.tills.models import Device as TillDevice
from merchants.tills.pairing import till_make
from merchants.webhooks.models import Delivery, Endpoint
from merchants.webhooks.replaying import replay_begin
from merchants.webhooks.services import endpoint_create
from tests.as_web import as_web
from tests.cards.rows import card_refund_row, reader_row
from tests.faces import Staff
from tests.invoices.conftest import World
from tests.merchants.api.conftest import Api
from tests.tenancy.paths import Endpoint as Path
from tests.tenancy.paths import endpoints
from tests.tenancy.tables import asked, kept_tables, through_of

pytestmark = pytest.mark.django_db

OPEN = {
    "/healthz": "says that the process answers",
    "/readyz": "says what is missing to take payments",
    "/metrics": "counts of the house; the proxy keeps it from the public",
    "/login": "the sign-in itself",
    "/logout": "ends one's own session",
    "/login/passkey/ask": "a challenge for whoever it is: random, and nothing else",
    "/reset": "says the same to everybody",
    "/language": "a cookie of one's own",
    "/pos/pair": "the pairing itself: opened by a code of the dashboard's",
    "/pos/worker.js": "a script that says the same to everybody",
    "/pos/till.webmanifest": "how the till's app is called: the same for everybody",
    "/pos/display/pair": "the pairing itself: opened by a code of the till's",
    "/v1/openapi.json": "the description of the API",
    "/v1/docs": "the description of the API",
    "/.well-known/openid-credential-issuer": "what the house gives out: the same for everybody",
    "/.well-known/oauth-authorization-server": "where wallets get tokens: the same for everybody",
    "/.well-known/jwt-vc-issuer": "the house's public keys",
    "/credentials/token": "opened by both codes of an offer",
    "/credentials/nonce": "random, and nothing else",
    "/credentials/issue": "opened by a token that a wallet was given",
    "/credentials/statuses/1": "places that are taken back, not whose",
    "/identity": "who the house is, as other providers ask for it",
    "/notices/worker.js": "a script that says the same to everybody",
    "/embed/tillway.js": "a script that says the same to everybody",
    "/modal/btcpay.js": "a script that says the same to everybody",
    "/misc/permissions": "names of the plugins' protocol",
    "/misc/lang": "the checkout's languages",
    "/misc/rate-sources": "the same to everybody",
    "/notices/devices/moved": "signed in by a secret of the browser's; answers nothing to anybody",
}
"""Paths that anybody may ask for, and why they tell nothing of a shop."""
BY_INVOICE_ID = "/i/<uuid:invoice_id>"
"""Below it are a shopper's pages: whoever holds the id may see what a shopper sees."""
GIVEN_ANY = ("code", "scope", "name", "key", "market", "asset", "verb", "token", "ramp", "slug")
"""Parameters that are names of the house's things, or what only a link's holder knows."""
HOUSE = ("/desk/", "/house/")
MARK = "Zwiebelkuchen"
"""Stands in everything of ours that can hold a text: it must never be answered to a stranger."""


@pytest.fixture
def ours(open_shop: World, staff: Staff) -> dict[str, str]:
    """One of everything of ours that has an id, by the name of the parameter that takes it."""
    shop_id = open_shop.shop_id
    Shop.objects.filter(id=shop_id).update(name=f"{MARK} & Söhne")
    invoice = open_shop.issue(order_id=MARK, metadata={"for": MARK})
    endpoint, _ = endpoint_create(
        shop_id=shop_id, url=f"https://example.com/{MARK}", now=timezone.now(), description=MARK
    )
    open_shop.drain()
    paid = open_shop.confirmed(open_shop.issue(order_id=f"{MARK} 2"))
    open_shop.hear(paid, "final")
    event = Event.objects.filter(shop_id=shop_id, type="invoice.paid").get()
    key = ApiKey.objects.create(
        shop_id=shop_id, name=MARK, prefix="tw_test_x", secret_hash=uuid4().bytes * 2, mode="test"
    )
    payout = Payout.objects.create(
        shop_id=shop_id,
        mode="test",
        asset="USDC@31337",
        decimals=6,
        units=5,
        taken_asset="USDC@31337",
        taken_decimals=6,
        taken_units=5,
        chain_id=31337,
        destination=b"\1" * 20,
        trigger="demand",
        idempotency_key=MARK,
        requested_at=timezone.now(),
    )
    authorization = Authorization.objects.create(
        invoice_id=invoice.id,
        shop_id=shop_id,
        mode="test",
        chain_id=31337,
        asset="USDC@31337",
        payer=b"\2" * 20,
        to=bytes(invoice.address),
        units=5,
        valid_before=1,
        nonce=b"\3" * 32,
        digest=b"\4" * 32,
        client=b"\5" * 16,
        transaction_id=uuid4(),
        created_at=timezone.now(),
    )
    act = act_propose(
        kind="payout",
        subject=f"payout:{payout.id}",
        payload={
            "payout_id": str(payout.id),
            "asset": payout.asset,
            "decimals": 6,
            "units": "5",
            "taken_asset": payout.taken_asset,
            "taken_decimals": 6,
            "limit_units": "5",
            "window_units": "5",
            "destination": "0x" + "01" * 20,
        },
        reason=MARK,
        maker=staff.user("owner").id,
        shop_id=shop_id,
    )
    refund = refund_request(
        shop_id=shop_id,
        invoice_id=paid.invoice_id,
        wanted=Wanted(amount=Amount(500, FIAT["EUR"]), reason=MARK),
        by=Person(who=f"user:{uuid4()}", level="owner", via="dashboard"),
        now=timezone.now(),
    ).refund
    notice = Notice.objects.create(
        kind="payout_failed",
        subject=MARK,
        mode="test",
        shop_id=shop_id,
        body={},
        opened_at=timezone.now(),
        last_at=timezone.now(),
        told_from=timezone.now(),
    )
    device = Device.objects.create(
        user=staff.user("owner"),
        endpoint=f"https://push.example/{MARK}",
        public=b"\4" * 65,
        secret=b"\5" * 16,
        server_key=MARK,
        label=MARK,
        made_at=timezone.now(),
    )
    document = FeeDocument.objects.create(
        mode="test",
        kind="invoice",
        shop_id=shop_id,
        shop_name=MARK,
        month="2026-10",
        time_zone="UTC",
        revision=0,
        lines=[],
        issued_by=MARK,
        issued_at=timezone.now(),
    )
    now = timezone.now()
    reader = reader_row(shop_id=shop_id, mark=MARK, now=now)
    card_refund = card_refund_row(shop_id=shop_id, invoice_id=invoice.id, mark=MARK, now=now)
    item = item_add(shop=open_shop.view, words=Words(name=MARK, price_units=5), by=MARK, now=now)
    tap = Tap(by=MARK, key=MARK, now=now)
    ticket = ticket_open(shop=open_shop.view, ticket_id=uuid4(), tap=tap, label=MARK)
    line_id = uuid4()
    amount_add(
        shop_id=shop_id,
        ticket_id=ticket.id,
        line_id=line_id,
        price_units=5,
        tax=TaxClass(0, included=True),
        name=MARK,
        tap=Tap(by=MARK, key=f"{MARK} line", now=now),
    )
    group = group_put(
        shop_id=shop_id,
        name=MARK,
        least=0,
        most=1,
        modifiers=[Modifier(MARK)],
        by=MARK,
        now=now,
    )
    link = link_make(
        shop=open_shop.view, wanted=NewLink(title=MARK, price=Price(500)), by=MARK, now=now
    )
    call = Call.objects.create(
        id=uuid7(),
        shop_id=shop_id,
        key_id=key.id,
        at=now,
        method="GET",
        path=f"/v1/{MARK}",
        status=400,
        code="",
        milliseconds=1,
        idempotency_key=MARK,
        replayed=False,
        sent=MARK,
        answered=MARK,
    )
    customer = customer_note(
        shop_id=shop_id,
        invoice_id=invoice.id,
        said=said_of(email="guest@shop.example", name=MARK),
        now=now,
    )
    alert_raise(
        kind="refund_spike",
        about=f"shop:{shop_id}",
        fingerprint=MARK,
        mode="test",
        shop_id=shop_id,
        severity="low",
        evidence={"name": MARK},
        versions={},
        now=timezone.now(),
    )
    open_shop.drain()
    case = Case.objects.get(about=f"shop:{shop_id}")
    file_open(shop_id=shop_id, now=timezone.now())
    subject = subject_put(
        shop_id=shop_id,
        kind="person",
        fields={"name": MARK},
        roles=["owner"],
        now=timezone.now(),
    )
    presentation = Presentation.objects.create(
        shop_id=shop_id,
        subject=subject,
        token_digest=b"\6" * 32,
        nonce=MARK,
        session_digest=b"\7" * 32,
        client_id=MARK,
        vcts=[MARK],
        asked_by=MARK,
        asked_at=timezone.now(),
        expires_at=timezone.now() + timedelta(minutes=9),
    )
    till = till_make(
        shop_id=shop_id, name=MARK, place=MARK, by=staff.user("owner").id, now=timezone.now()
    )
    invitation = invite(
        shop_id=shop_id,
        email=f"{MARK.lower()}@shop.example",
        role="cashier",
        by=staff.user("owner"),
        now=now,
    )
    session = SignedIn.objects.create(
        user=staff.user("owner"), session_key=MARK, agent=MARK, at=now
    )
    passkey = Passkey.objects.create(
        user=staff.user("owner"), credential_id=b"\10", credential=b"\10", name=MARK, made_at=now
    )
    shift = shift_open(
        shop_id=shop_id,
        till_id=till.id,
        mode="test",
        currency="EUR",
        float_units=5,
        by=staff.user("owner").id,
        now=timezone.now(),
    )
    receipt = receipt_for_invoice(invoice=Invoice.objects.get(id=paid.invoice_id), now=now)
    printer = Printer.objects.create(
        shop_id=shop_id,
        name=MARK,
        host="192.168.1.50",
        port=9_100,
        columns=42,
        added_by=uuid4(),
        added_at=now,
    )
    ecr_sale = EcrSale.objects.create(
        shop_id=shop_id,
        till=till,
        number="7411-ours",
        invoice_id=uuid4(),
        currency="EUR",
        units=5,
        made_by=uuid4(),
        made_at=now,
    )
    tablet = TillDevice.objects.create(
        shop_id=shop_id,
        till=till,
        token_hash=b"\11" * 32,
        paired_by=uuid4(),
        paired_at=now,
        seen_at=now,
        used_at=now,
    )
    away_sale = AwaySale.objects.create(
        shop_id=shop_id,
        till=till,
        device=tablet,
        key="a" * 32,
        number=1,
        ends="cash",
        currency="EUR",
        due_units=5,
        label=MARK,
        body=said_as_dict(
            Said(
                key="a" * 32,
                device_id=tablet.id,
                number=1,
                made_by=uuid4(),
                made_at=now,
                shift_id=None,
                currency="EUR",
                label=MARK,
                ends="cash",
                lines=(SaidLine(None, 0, (), MARK, 5, TaxClass(0, included=True), 1_000, False),),
                due_units=5,
                given_units=5,
                change_units=0,
                reason="",
            )
        ),
        made_by=uuid4(),
        made_at=now,
        sent_at=now,
        why="shift_over",
    )
    move = Move.objects.create(
        shop_id=shop_id,
        source="btcpay",
        way="server",
        state="choosing",
        url=f"https://{MARK}.example",
        found={"stores": [{"id": MARK, "name": MARK}]},
        due_at=now,
        asked_by=MARK,
        began_at=now,
    )
    assert Delivery.objects.filter(event_id=event.id, endpoint_id=endpoint.id).exists()
    replay, _is_new = replay_begin(
        shop_id=shop_id, endpoint_id=endpoint.id, since=now - timedelta(hours=1), now=now
    )
    return {
        "shop_id": str(shop_id),
        "invoice_id": str(invoice.id),
        "endpoint_id": str(endpoint.id),
        "webhook_id": str(endpoint.id),
        "delivery": f"{event.id}-1",
        "store_id": str(shop_id),
        "event_id": str(event.id),
        "key_id": str(key.id),
        "payout_id": str(payout.id),
        "authorization_id": str(authorization.id),
        "act_id": str(act.id),
        "refund_id": str(refund.id),
        "document_id": str(document.id),
        "notice_id": str(notice.id),
        "reader_id": str(reader.id),
        "item_id": str(item.id),
        "ticket_id": str(ticket.id),
        "line_id": str(line_id),
        "group_id": str(group.id),
        "link_id": str(link.id),
        "device_id": str(device.id),
        "card_refund_id": str(card_refund.id),
        "case_id": str(case.id),
        "subject_id": str(subject.id),
        "presentation_id": str(presentation.id),
        "till_id": str(till.id),
        "shift_id": str(shift.id),
        "receipt_id": str(receipt.id),
        "printer_id": str(printer.id),
        "transaction": ecr_sale.number,
        "invitation_id": str(invitation.id),
        "user_id": str(staff.user("owner").id),
        "signed_in_id": str(session.id),
        "passkey_id": str(passkey.id),
        "customer_id": str(customer.id),
        "replay_id": str(replay.id),
        "call_id": str(call.id),
        "move_id": str(move.id),
        "away_id": str(away_sale.id),
    }


@pytest.fixture
def theirs(stranger: Api) -> str:
    """The stranger's own shop."""
    return str(Shop.objects.get(name="Stranger").id)


@pytest.fixture
def intruder(theirs: str) -> Client:
    """Somebody who owns another shop, signed in."""
    user = User.objects.create(email="owner@stranger.example", name="Stranger")
    member_add(user_id=user.id, role="owner", shop_id=UUID(theirs))
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_every_parameter_of_every_path_is_tried(ours: dict[str, str]) -> None:
    known = {*ours, *GIVEN_ANY}
    for each in endpoints():
        if each.path.startswith(HOUSE):
            continue  # its ids are the house's: whoever comes is refused before they are read
        assert set(each.parameters) <= known, f"{each.path}: give `ours` one of ours"


def test_there_are_paths_to_try() -> None:
    found = endpoints()
    assert len([each for each in found if each.is_api and each.scopes]) > 15
    assert len([each for each in found if "<uuid:shop_id>" in each.path]) > 20
    assert len([each for each in found if each.path.startswith(HOUSE)]) > 30
    assert {path.removeprefix("^") for path in OPEN} <= {each.path for each in found}


def test_a_strangers_key_gets_nothing_of_ours_from_the_api(
    ours: dict[str, str], stranger: Api
) -> None:
    before = _rows_of(ours["shop_id"])
    tried = 0
    for each in endpoints():
        if not each.is_api or each.path in OPEN:
            continue
        assert each.scopes or each.path == "/v1/", f"{each.path} asks for no scope"
        for method in each.scopes:
            path = each.filled(ours).removeprefix("/v1/")
            for headers in ({}, {"Idempotency_Key": f"stranger-{tried}"}):
                answer = stranger.send(method, path, **({} if method == "GET" else headers))
                _tells_nothing(answer, each, ours)
                if each.parameters:
                    assert answer.status_code == 404, (method, each.path, answer.content)
            tried += 1
    assert tried > 20
    assert _rows_of(ours["shop_id"]) == before


def test_without_a_key_the_api_answers_nothing(ours: dict[str, str]) -> None:
    for each in endpoints():
        if each.is_api and each.path not in OPEN:
            for method in each.scopes:
                answer = Api(None).send(method, each.filled(ours).removeprefix("/v1/"))
                assert answer.status_code == 401, (method, each.path)


def test_our_key_is_not_given_to_a_stranger_by_an_idempotency_key_of_ours(
    ours: dict[str, str], stranger: Api, key_for: Any, open_shop: World
) -> None:
    api = Api(key_for(open_shop.shop_id))
    body = {"amount": "4.20", "order_id": MARK}
    answer = api.post("invoices", body, Idempotency_Key="same")
    assert answer.status_code == 201
    again = stranger.post("invoices", {"amount": "4.20"}, Idempotency_Key="same")
    assert MARK.encode() not in again.content
    assert again.json()["id"] != answer.json()["id"]


def _values(each: Path, ours: dict[str, str]) -> dict[str, str]:
    never = {name: str(uuid4()) for name in each.parameters}
    return never | dict.fromkeys(GIVEN_ANY, "x") | ours


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("where", ["in our shop", "in the stranger's own"])
def test_a_strangers_session_gets_nothing_of_ours_from_the_pages(
    method: str, where: str, ours: dict[str, str], theirs: str, intruder: Client
) -> None:
    before = _rows_of(ours["shop_id"])
    tried = 0
    for each in endpoints():
        if each.is_api or each.is_plugins:
            continue  # asked with a key: above, and in tests/merchants/plugins/test_transport.py
        if each.path in OPEN or each.path.startswith(BY_INVOICE_ID):
            continue
        values = _values(each, ours)
        if where != "in our shop":
            values |= {"shop_id": theirs}
        answer = getattr(intruder, method)(each.filled(values), _form(each))
        _tells_nothing(answer, each, ours)
        if "shop_id" in each.parameters and where == "in our shop":
            assert answer.status_code in {404, 405}, (each.path, answer.status_code)
        elif {"invoice_id", "endpoint_id"} & set(each.parameters):
            assert answer.status_code in {404, 405, 302}, (each.path, answer.status_code)
        elif each.path.startswith(HOUSE):
            assert answer.status_code in {403, 404, 405}, (each.path, answer.status_code)
        tried += 1
    assert tried > 60
    assert _rows_of(ours["shop_id"]) == before


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_signed_in_gets_nothing_of_ours_from_the_pages(
    method: str, ours: dict[str, str]
) -> None:
    before = _rows_of(ours["shop_id"])
    for each in endpoints():
        if each.is_api or each.is_plugins:
            continue
        if each.path in OPEN or each.path.startswith(BY_INVOICE_ID):
            continue
        answer = getattr(Client(raise_request_exception=False), method)(
            each.filled(_values(each, ours)), _form(each)
        )
        _tells_nothing(answer, each, ours)
        assert answer.status_code in {301, 302, 403, 404, 405}, (each.path, answer.status_code)
    assert _rows_of(ours["shop_id"]) == before


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_shoppers_pages_answer_for_their_own_invoice_only(
    method: str, ours: dict[str, str], theirs: str, open_shop: World, intruder: Client
) -> None:
    """Another invoice's authorization is not there; an id that never was is not there either."""
    other = str(open_shop.issue().id)
    never = str(uuid4())
    before = _rows_of(ours["shop_id"])
    tried = 0
    for each in endpoints():
        if not each.path.startswith(BY_INVOICE_ID):
            continue
        for values in (ours | {"invoice_id": never}, ours | {"invoice_id": other}):
            if values["invoice_id"] == other and len(each.parameters) == 1:
                continue
            answer = getattr(intruder, method)(each.filled(values))
            _tells_nothing(answer, each, ours)
            assert 400 <= answer.status_code < 500, (each.path, answer.status_code)
        tried += 1
    assert tried >= 8
    assert _rows_of(ours["shop_id"]) == before


def test_a_form_that_names_our_things_in_its_fields_gets_none_of_them(
    ours: dict[str, str], theirs: str, intruder: Client
) -> None:
    before = _rows_of(ours["shop_id"])
    for each in endpoints():
        if each.path.startswith("/dashboard/<uuid:shop_id>") or each.path.startswith(
            "/pos/<uuid:shop_id>"
        ):
            path = each.filled(_values(each, ours) | {"shop_id": theirs})
            for answer in (intruder.post(path, ours | _form(each)), intruder.get(path, ours)):
                _tells_nothing(answer, each, ours)
    assert _rows_of(ours["shop_id"]) == before


def test_the_owner_does_get_it(ours: dict[str, str], staff: Staff) -> None:
    """What the mark is looked for in does hold it, or the tests above would find nothing."""
    client = staff.client("owner")
    for path in ("invoices", f"invoices/{ours['invoice_id']}", "developers"):
        answer = client.get(f"/dashboard/{ours['shop_id']}/{path}")
        assert MARK in answer.content.decode()


def test_a_statement_that_forgets_its_shop_finds_the_strangers_own_rows_only(
    ours: dict[str, str], theirs: str
) -> None:
    with as_web(UUID(theirs)):
        assert not Invoice.objects.exists()
        assert not Endpoint.objects.exists()
        assert not Event.objects.exclude(shop_id=theirs).exists()
        assert not ApiKey.objects.exclude(shop_id=theirs).exists()
        assert Shop.objects.get().id == UUID(theirs)
        with pytest.raises(DatabaseError, match="does not act for shop"), transaction.atomic():
            with connection.cursor() as cursor:
                asking = json.dumps({"shop_id": ours["shop_id"]})
                cursor.execute("SELECT invoices_issue(%s::jsonb, '', false)", [asking])


def _form(each: Path) -> dict[str, str]:
    """Enough for most forms to go through, were they a member's own."""
    return {"amount": "10", "draft": "d", "confirmed": "yes", "name": "n", "scopes": "quotes:read"}


def _tells_nothing(answer: Any, each: Path, ours: dict[str, str]) -> None:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code < 500, (each.path, answer.status_code, content[:300])
    text = content.decode("utf-8", "replace")
    assert MARK not in text, each.path
    assert MARK not in str(answer.headers), each.path
    if answer.status_code < 300:
        # A form that is drawn again repeats what was typed into it; nothing else names our ids.
        for name, value in ours.items():
            assert value not in text, (each.path, name)


def _rows_of(shop_id: str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything the database holds of a shop."""
    return {
        table: sorted(
            asked(f"SELECT t::text FROM {table} t WHERE {_column(table)} = %s", [shop_id]), key=str
        )
        for table, rule in kept_tables().items()
        if through_of(rule) is None
    }


def _column(table: str) -> str:
    return "id" if table == "shops_shop" else "shop_id"
