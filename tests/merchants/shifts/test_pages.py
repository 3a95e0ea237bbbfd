"""The shift at the till, and shifts on the dashboard."""

import csv
import io

import pytest

from merchants.shifts.models import CashMove, Shift, ZReport
from tests.checkout.test_views import assert_strict
from tests.merchants.tills.tablets import ENGLISH

pytestmark = pytest.mark.django_db


def post(tablet, **form):
    return tablet.client.post(f"{tablet.home}/shift", form)


@pytest.fixture
def cashier(tablet):
    tablet.stand("cashier")
    return tablet


def dashboard(tablet, role="owner"):
    return tablet.staff.client(role, **ENGLISH)


def test_a_shift_from_the_float_to_the_report(cashier):
    page = cashier.client.get(f"{cashier.home}/shift")
    assert_strict(page)
    assert "Open a shift" in page.content.decode()
    assert post(cashier, do="open", amount="100.00")["Location"] == f"{cashier.home}/shift"
    post(cashier, do="sale", amount="12.50", draft="a")
    post(cashier, do="out", amount="50", reason="Milk", draft="b")
    text = cashier.client.get(f"{cashier.home}/shift").content.decode()
    for words in ("€62.50", "Milk", "Cash sale", "Print X report"):
        assert words in text
    closed = post(cashier, do="close", amount="62.40")
    report = ZReport.objects.get()
    assert closed["Location"] == f"{cashier.home}/shifts/{report.shift_id}"
    page = cashier.client.get(closed["Location"])
    assert_strict(page)
    text = page.content.decode()
    for words in ("Z report 1 of Counter", "Too little", "−€0.10", "Cashier"):
        assert words in text
    assert "Z report 1" in cashier.client.get(f"{cashier.home}/shift").content.decode()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"do": "open", "amount": ""}, "not an amount"),
        ({"do": "open", "amount": "-1"}, "how much cash"),
        ({"do": "in", "amount": "5", "reason": "x"}, "No shift is open"),
        ({"do": "in", "amount": "5"}, "Say why"),
        ({"do": "close", "amount": "5.001"}, "too many decimal places"),
    ],
)
def test_what_can_not_be_is_refused_in_words(cashier, form, words):
    answer = post(cashier, **form)
    assert 400 <= answer.status_code < 500
    assert words in answer.content.decode()
    assert not Shift.objects.exists() and not CashMove.objects.exists()


def test_a_form_that_asks_for_nothing_known_is_not_there(cashier):
    assert post(cashier, do="steal", amount="5").status_code == 404


def test_a_signed_in_person_without_a_paired_tablet_has_no_shift(cashier):
    client = dashboard(cashier, "cashier")
    page = client.get(f"{cashier.home}/shift")
    assert "Shifts are kept at paired tills" in page.content.decode()
    client.post(f"{cashier.home}/shift", {"do": "open", "amount": "5"})
    assert not Shift.objects.exists()


def test_another_tills_report_is_not_shown_at_this_one(cashier, drawer):
    drawer.open()
    report = drawer.close()
    path = f"{cashier.home}/shifts/{report.shift_id}"
    assert cashier.client.get(path).status_code == 200
    assert dashboard(cashier, "cashier").get(path).status_code == 404
    drawer.open()
    still_open = Shift.objects.get(closed_at=None)
    assert cashier.client.get(f"{cashier.home}/shifts/{still_open.id}").status_code == 404


def test_the_dashboard_lists_shifts_and_shows_each_report(cashier, drawer):
    drawer.open()
    drawer.takes(1_250)
    report = drawer.close(9_000)
    drawer.open()
    base = f"/dashboard/{drawer.till.shop_id}/shifts"
    for role in ("owner", "manager", "accountant"):
        page = dashboard(cashier, role).get(base)
        assert_strict(page)
        text = page.content.decode()
        for words in ("Z report 1", "Counter", "−€10.00", "Open"):
            assert words in text
    one = dashboard(cashier).get(f"{base}/{report.shift_id}")
    assert_strict(one)
    assert "Credited to the shop" in one.content.decode()
    still_open = Shift.objects.get(closed_at=None)
    assert "An X report" in dashboard(cashier).get(f"{base}/{still_open.id}").content.decode()


def test_the_file_says_what_the_report_says(cashier, drawer):
    drawer.open()
    drawer.takes(1_250)
    report = drawer.close(9_000)
    path = f"/dashboard/{drawer.till.shop_id}/shifts/{report.shift_id}.csv"
    answer = dashboard(cashier, "accountant").get(path)
    assert answer["Content-Disposition"].startswith('attachment; filename="shift-z-1-')
    text = b"".join(answer.streaming_content).decode()
    rows = {tuple(row[:3]): row[4] for row in csv.reader(io.StringIO(text))}
    assert rows["drawer", "cash", "difference"].lstrip("'") == "-10.00"
    assert rows["tender", "tokens", "paid"] == report.body["tenders"][0]["paid"]["amount"]


@pytest.mark.parametrize("role", ["cashier", "developer"])
def test_shifts_are_for_who_counts_the_money(cashier, role):
    shop_id = cashier.till.shop_id
    assert dashboard(cashier, role).get(f"/dashboard/{shop_id}/shifts").status_code == 403


def test_both_languages_say_everything(cashier, drawer):
    drawer.open()
    drawer.cash("in", 500)
    chinese = {"HTTP_ACCEPT_LANGUAGE": "zh-hans"}
    at_till = cashier.client.get(f"{cashier.home}/shift", **chinese).content.decode()
    report = drawer.close(0)
    base = f"/dashboard/{drawer.till.shop_id}/shifts"
    owner = cashier.staff.client("owner", **chinese)
    texts = [
        at_till,
        *(owner.get(path).content.decode() for path in (base, f"{base}/{report.shift_id}")),
    ]
    for text in texts:
        for english in ("Shift", "Drawer", "Cash in", "Opened", "Too little", "Float", "Print"):
            assert english not in text, english
