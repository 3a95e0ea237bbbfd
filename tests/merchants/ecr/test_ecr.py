"""A cash register asks for amounts over HTTP: once, whatever crashes; and ends its day."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gateway.invoices.models import Invoice
from gateway.ledger.selectors import shop_balance
from merchants.accounts.services import api_key_create, api_key_revoke
from merchants.counter.models import Arrival, Showing
from merchants.ecr.models import EcrSale
from merchants.ecr.services import ASKED_AGAIN, register_make
from merchants.shifts.models import ZReport
from merchants.tills.makers import till_in
from merchants.tills.pairing import till_make
from tests.chain_rows import USDC
from tests.invoices.conftest import LISTED
from tests.merchants.api.conftest import Api, refused
from tests.merchants.api.test_description import _check as check
from tests.merchants.tills.tablets import ENGLISH, PART

pytestmark = pytest.mark.django_db


def test_an_amount_is_a_sale_that_the_till_shows(register):
    answer = register.start(amount="12.50")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["result"], told["release_goods"], told["amount"]) == ("waiting", "wait", "12.50")
    assert told["poll_after_ms"] > 0 and told["till"] == "Counter"
    assert str(Showing.objects.get().invoice_id) == told["invoice_id"]
    assert till_in(register.sale.created_by) == register.till.id
    register.tablet.stand("cashier")
    page = register.tablet.client.get(f"{register.tablet.home}/beside", **PART)
    assert "The cash register asks for €12.50." in page.content.decode()
    register.tablet.client.get(f"{register.tablet.home}/")  # the tablet at its keypad
    assert "€12.50" in register.tablet.client.get("/pos/display").content.decode()


def test_the_answer_lost_and_asked_again_is_one_sale(register):
    first = register.start().json()
    assert register.start().json() == first
    assert register.api.get("ecr/transactions/last").json() == first
    assert register.asks() == first
    assert Invoice.objects.count() == EcrSale.objects.count() == 1


def test_a_register_that_crashed_asks_for_the_last_and_never_charges_twice(register):
    refused(register.api.get("ecr/transactions/last"), 404, "ecr_transaction_unknown")
    register.start("41")
    register.world.confirmed(register.sale)
    last = register.api.get("ecr/transactions/last").json()
    assert (last["transaction"], last["result"], last["release_goods"]) == ("41", "paid", "yes")
    assert register.start("41").json()["result"] == "paid"  # started anew it is paid already
    assert Invoice.objects.count() == 1


def test_paid_has_a_receipt_that_prints_again_the_same(register):
    register.start()
    register.world.confirmed(register.sale)
    told = register.asks()
    assert told["result"] == "paid" and told["tender"] == "tokens" and told["poll_after_ms"] == 0
    assert "*** PAID ***" in told["receipt"] and told["paid_with"][0]["asset"] == USDC
    assert register.asks() == told


def test_a_held_payment_says_no_more_than_that(register):
    register.start()
    register.world.confirmed(register.sale, sender=LISTED)
    told = register.asks()
    assert (told["result"], told["release_goods"], told["reason"]) == ("held", "no", "")
    assert register.start("2", "1.00").status_code == 200  # the counter goes on


def test_cancel_is_declined_again_the_same_and_too_late_once_paid(register):
    register.start("1")
    told = register.cancel("1").json()
    assert (told["result"], told["reason"]) == ("declined", "cancelled")
    assert register.cancel("1").json() == told
    assert Showing.objects.get().invoice_id is None
    register.start("2")
    register.world.confirmed(register.sale)
    refused(register.cancel("2"), 409, "invoice_covered")
    assert register.asks("2")["result"] == "paid"
    refused(register.cancel("3"), 404, "ecr_transaction_unknown")


def test_what_a_register_calls_off_is_a_void_of_its_tills_shift_once(register, drawer):
    drawer.open()
    register.start("1")
    for _ in range(2):
        register.cancel("1")
    (voids,) = drawer.figures.voids
    assert (voids.currency, voids.count, voids.units) == ("EUR", 1, 1_250)
    register.start("2", "3.00")
    sale = register.sale
    register.tablet.stand("cashier")
    register.tablet.client.post(f"{register.tablet.home}/sales/{sale.id}/void")
    assert register.cancel("2").json()["reason"] == "cancelled"
    (voids,) = drawer.close().body["voids"]
    assert (voids["count"], voids["worth"]["amount"]) == (2, "15.50")


def test_one_transaction_at_a_time(register):
    register.start("1")
    problem = refused(register.start("2"), 409, "ecr_busy")
    assert "1" in problem["detail"]
    register.cancel("1")
    assert register.start("2").status_code == 200
    register.world.pay(register.sale, units=1_000_000)  # a part: the rest can still be paid
    refused(register.start("3"), 409, "ecr_busy")


def test_what_is_covered_keeps_no_register_waiting(register):
    register.start("1")
    register.world.pay(register.sale)  # seen, too dear to go on sight
    assert register.sale.status == "processing"
    assert register.start("2").status_code == 200


def test_a_listed_speck_beside_the_payment_keeps_nothing(register):
    register.start()
    register.world.confirmed(register.sale, units=1, sender=LISTED)
    assert register.asks()["result"] == "waiting"
    register.world.confirmed(register.sale)
    assert register.asks()["result"] == "paid"


def test_a_number_is_the_tills_alone_and_no_order_of_the_shop(register, staff):
    paid = register.world.issue(1250, order_id="41")
    register.world.confirmed(paid)
    register.start("41")
    sale = register.sale
    assert (sale.order_id, sale.metadata["ecr_transaction"]) == ("", "41")
    register.world.confirmed(sale)
    assert register.world.again(sale).exceptions == []
    register.start("42", order_id="A-7")
    assert register.sale.order_id == "A-7"


def test_a_number_is_good_for_one_amount_and_one_day(register):
    register.start("1", "12.50")
    refused(register.start("1", "12.51"), 409, "ecr_transaction_used")
    register.world.confirmed(register.sale)
    EcrSale.objects.update(made_at=timezone.now() - ASKED_AGAIN - timedelta(seconds=1))
    refused(register.start("1", "12.50"), 409, "ecr_transaction_used")
    assert register.asks("1")["result"] == "paid"  # a reprint is no start


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"transaction": "a b", "amount": "1.00"}, "ecr_transaction_invalid"),
        ({"transaction": "1", "amount": "0"}, "amount_not_positive"),
        ({"transaction": "1", "amount": "1.00", "currency": "USD"}, "wrong_currency"),
        ({"transaction": "1"}, "field_required"),
    ],
)
def test_what_can_be_no_sale_is_refused(register, body, code):
    refused(register.api.post("ecr/transactions", body), 400, code)
    assert not Invoice.objects.exists()


def test_a_payment_out_of_sight_warns_at_the_till(register):
    register.start("1")
    sale = register.sale
    register.cancel("1")
    register.world.confirmed(sale)
    assert not Arrival.objects.exists()  # cancelled: the money waits for a claim
    register.start("2")
    sale = register.sale
    Showing.objects.update(invoice_id=None)
    register.world.confirmed(sale)
    assert not Arrival.objects.get().was_shown


def test_a_key_acts_at_its_own_till_and_does_nothing_else(register, staff, key_secret):
    other = till_make(
        shop_id=register.till.shop_id, name="Bar", by=staff.user("owner").id, now=timezone.now()
    )
    _row, secret = register_make(
        shop=register.world.view, till_id=other.id, by=staff.user("owner"), now=timezone.now()
    )
    bar = Api(secret)
    register.start("1")
    refused(bar.get("ecr/transactions/1"), 404, "ecr_transaction_unknown")
    refused(bar.get("invoices"), 403, "scope_missing")
    refused(Api(key_secret).get("ecr/transactions/last"), 404, "ecr_key_without_till")


@pytest.fixture
def key_secret(open_shop):
    return api_key_create(shop_id=open_shop.shop_id, mode="test", scopes=("ecr:use",))[1]


def test_the_day_ends_with_totals_that_are_the_books(register, drawer):
    drawer.open(float_units=10_000)
    for number, amount in (("1", "12.50"), ("2", "3.33")):
        register.start(number, amount)
        register.world.confirmed(register.sale)
    register.world.confirmed(register.world.issue(999))  # no sale of this till
    totals = register.api.get("ecr/totals").json()
    (tokens,) = totals["tenders"]
    assert (tokens["tender"], tokens["payments"], tokens["net"]["units"]) == ("tokens", 2, "1583")
    refused(register.api.post("ecr/end-of-day"), 400, "ecr_count_missing")
    body = {"counted": "100.00"}
    ended = register.api.post("ecr/end-of-day", body, Idempotency_Key="e").json()
    assert ended["shift_closed"] and ended["z_number"] == 1
    assert ended["drawer"]["difference"]["units"] == "0"
    assert ended["tenders"] == totals["tenders"]
    assert register.api.post("ecr/end-of-day", body, Idempotency_Key="e").json() == ended
    assert ZReport.objects.count() == 1
    assert register.api.post("ecr/end-of-day").json()["shift_closed"] is False
    credited = sum(int(one["credited"]["units"]) for one in ended["assets"])
    balance = shop_balance(shop_id=register.till.shop_id, asset=USDC)
    other = Invoice.objects.exclude(created_by__startswith="till:").get()
    assert credited == balance.available + balance.set_aside - int(other.credited_units)


def test_the_dashboard_makes_a_key_once_and_ends_it(tablet, open_shop):
    page = f"/dashboard/{tablet.till.shop_id}/settings/tills/{tablet.till.id}/beside"
    manager = tablet.staff.client("manager", **ENGLISH)
    assert "Cash registers" not in manager.get(page).content.decode()
    assert manager.post(page, {"action": "register"}).status_code == 403
    owner = tablet.staff.client("owner", **ENGLISH)
    made = owner.post(page, {"action": "register"})
    secret = made.context["secret"]
    assert secret in made.content.decode() and "no-store" in made["Cache-Control"]
    assert secret not in owner.get(page).content.decode()
    api = Api(secret)
    assert api.post("ecr/transactions", {"transaction": "1", "amount": "1.00"}).status_code == 200
    key = owner.get(page).context["registers"][0]["id"]
    owner.post(page, {"action": "register-end", "key": str(key)})
    refused(api.get("ecr/transactions/last"), 401, "key_revoked")
    assert not owner.get(page).context["registers"]


def test_answers_are_as_described(register):
    check(register.start(), "/v1/ecr/transactions", "post")
    register.world.confirmed(register.sale)
    one = "/v1/ecr/transactions/{transaction}"
    check(register.api.get("ecr/transactions/000123"), one, "get")
    check(register.api.get("ecr/transactions/last"), "/v1/ecr/transactions/last", "get")
    register.start("2")
    check(register.cancel("2"), f"{one}/cancel", "post")
    check(register.api.get("ecr/totals"), "/v1/ecr/totals", "get")
    check(register.api.post("ecr/end-of-day"), "/v1/ecr/end-of-day", "post")


def test_a_revoked_key_asks_for_nothing(register):
    api_key_revoke(shop_id=register.till.shop_id, key_id=register.row.key_id)
    refused(register.start(), 401, "key_revoked")
    assert Client().get("/v1/ecr/transactions/last").status_code == 401
