"""Home: today against last week, what needs somebody, what a new shop does first."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway.cards.models import Reader
from gateway.invoices.models import Payment
from gateway.invoices.selectors import count_open
from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.refunds.limits import Person
from gateway.refunds.requesting import Wanted, refund_request
from gateway.shops.models import Shop
from merchants.accounts.factors.models import Totp
from merchants.accounts.models import User
from merchants.notices.models import Notice
from merchants.shifts.selectors import cash_spans
from merchants.shifts.services import cash_move, shift_open
from merchants.tills.models import Device
from merchants.tills.pairing import till_make
from merchants.webhooks.services import endpoint_create
from tests.as_web import as_web
from tests.cards.rows import reader_row, tender_row
from tests.invoices.conftest import LISTED
from tests.merchants.dashboard.copies import copy_invoice, scans_of

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
QUERIES = 30
"""With the frame's and the session's own."""


@pytest.fixture
def home(open_shop, staff):
    """The page's text as somebody sees it."""

    def asked(role="owner", **headers):
        answer = staff.client(role, **(headers or ENGLISH)).get(f"/dashboard/{open_shop.shop_id}/")
        assert answer.status_code == 200
        return answer.content.decode()

    return asked


def figure(text, name):
    return re.search(rf'data-figure="{name}">([^<]+)<', text)[1]


def matters(text):
    found = text.partition('id="matters"')[2].partition("</section>")[0]
    return re.findall(r'href="([^"]+)"[^>]*>.*?<span class="strong">([^<]+)<', found)


def sold_for_cash(world, staff, units):
    now, owner = timezone.now(), staff.user("owner").id
    till = till_make(shop_id=world.shop_id, name="Till 1", place="", by=owner, now=now)
    at = {"shop_id": world.shop_id, "till_id": till.id, "by": owner, "now": now}
    shift_open(**at, mode="test", currency="EUR", float_units=0)
    cash_move(**at, kind="sale", units=units, reason="", draft="one")


def test_today_counts_tokens_cards_and_cash_and_stands_beside_last_week(home, open_shop, staff):
    now = timezone.now()
    open_shop.confirmed(open_shop.issue(5_000))
    carded = open_shop.issue(500)
    tender_row(
        shop_id=open_shop.shop_id,
        invoice_id=carded.id,
        mark="card",
        now=now,
        status="paid",
        holds_invoice=True,
        paid_at=now,
    )
    sold_for_cash(open_shop, staff, 300)
    before = open_shop.confirmed(open_shop.issue(4_000))
    Payment.objects.filter(deposit_id=before.id).update(applied_at=now - timedelta(days=7))
    text = home()
    assert figure(text, "taken") == "€58.00"
    assert figure(text, "payments") == "3"
    assert figure(text, "average") == "€19.33"
    assert ": €40.00" in text
    assert "+45&nbsp;%" in text
    legend = re.sub(r"<[^>]+>", "", text.partition('class="board-legend">')[2])
    for told in ("Tokens €50.00 1 payment", "Card €5.00 1 payment", "Cash €3.00 1 payment"):
        assert told in legend
    assert "chart-then" in text
    assert "chart-bar" in text


def test_cash_that_was_given_back_counts_no_more_just_as_in_the_z_report(home, drawer):
    drawer.open()
    drawer.cash("sale", 2_000)
    drawer.cash("sale", 700)
    drawer.cash("refund", 450, reason="Cold")
    drawer.cash("in", 5_000)
    drawer.cash("out", 3_000)
    assert figure(home(), "taken") == "€22.50"
    assert figure(home(), "payments") == "2"
    report = drawer.close()
    (cash,) = [one for one in report.body["tenders"] if one["tender"] == "cash"]
    assert (cash["net"]["amount"], cash["payments"]) == ("22.50", 2)
    starts = [timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=1)]
    (span,) = cash_spans(shop_id=drawer.till.shop_id, starts=starts)
    assert (span.units, span.sales) == (2_250, 2)


def test_another_currency_is_told_and_not_added(home, open_shop):
    open_shop.confirmed(open_shop.issue(5_000))
    Shop.objects.filter(id=open_shop.shop_id).update(pricing_currency="USD")
    text = home()
    assert figure(text, "taken") == "$0.00"
    assert "there were sales in EUR too" in text


def test_a_developer_sees_no_money_but_what_is_open(home, open_shop):
    open_shop.confirmed(open_shop.issue(5_000))
    text = home("developer")
    assert "data-figure" not in text
    assert "Open invoices" in text


def test_a_new_shop_is_led_through_its_first_steps(home, open_shop):
    Shop.objects.filter(id=open_shop.shop_id).update(payout_address=None)
    text = home()
    assert "First steps" in text
    assert [word in text for word in ("Sell something", "Pair a till", "Say where your money")]
    Shop.objects.filter(id=open_shop.shop_id).update(payout_address=b"\1" * 20)
    assert "First steps" in home()
    open_shop.confirmed(open_shop.issue(5_000))
    assert "First steps" not in home()
    assert "First steps" not in home("accountant")


def test_nothing_to_look_after_is_no_list(home, open_shop):
    open_shop.confirmed(open_shop.issue(5_000))
    assert "Needs attention" not in home()


def test_what_needs_somebody_is_named_with_its_page(home, open_shop, staff):
    shop_id, now = open_shop.shop_id, timezone.now()
    root = f"/dashboard/{shop_id}"
    paid = open_shop.issue(5_000)
    open_shop.hear(open_shop.confirmed(paid), "final")
    refund_request(
        shop_id=shop_id,
        invoice_id=paid.id,
        wanted=Wanted(amount=Amount(4_000, FIAT["EUR"])),
        by=Person(who=f"user:{staff.user('cashier').id}", level="cashier", via="till"),
        now=now,
    )
    open_shop.confirmed(open_shop.issue(6_000), sender=LISTED)
    hook, _ = endpoint_create(shop_id=shop_id, url="https://1.1.1.1/hook", now=now)
    type(hook).objects.filter(id=hook.id).update(failing_since=now)
    reader_row(shop_id=shop_id, mark="Counter", now=now)
    Reader.objects.update(is_online=False, told_at=now)
    till = till_make(shop_id=shop_id, name="Till 1", place="", by=staff.user("owner").id, now=now)
    Device.objects.create(
        shop_id=shop_id,
        till=till,
        token_hash=b"\1" * 32,
        paired_by=staff.user("owner").id,
        paired_at=now,
        seen_at=now - timedelta(days=2),
        used_at=now,
    )
    notice = Notice.objects.create(
        kind="payout_failed",
        subject="payout:1",
        mode="test",
        shop_id=shop_id,
        body={},
        opened_at=now,
        last_at=now,
        told_from=now,
    )
    assert matters(home()) == [
        (f"{root}/payouts", "A payout did not reach you"),
        (f"{root}/refunds", "1 refund waits for approval"),
        (f"{root}/developers/webhooks/{hook.id}", "Your program does not answer"),
        (f"{root}/invoices?exception=held", "1 payment is being checked"),
        (f"{root}/settings/readers", "1 card reader is offline"),
        (f"{root}/settings/tills", "1 till was not seen for a day"),
    ]
    # Each reads of what they can look after; why money is held is told to nobody.
    assert [href for href, _ in matters(home("developer"))] == [
        f"{root}/developers/webhooks/{hook.id}",
        f"{root}/invoices?exception=held",
    ]
    for told in ("sanction", "ofac", "listed", "blocked"):
        assert told not in home().lower()
    Notice.objects.filter(id=notice.id).update(taken_by=staff.user("owner"), taken_at=now)
    assert "A payout did not reach you" not in home()


def test_who_needs_a_second_factor_is_told_in_time_and_after_it(home, open_shop, staff):
    def told(role):
        return [word for href, word in matters(home(role)) if href == "/account/security"]

    owner = staff.user("owner")
    assert told("owner") == [], "a test shop asks nobody"
    Shop.objects.filter(id=open_shop.shop_id).update(mode="live", approved_at=timezone.now())
    for role in ("owner", "manager"):
        (word,) = told(role)
        assert word.startswith("Set up a second factor by ")
    assert told("accountant") == [], "nothing of theirs asks for one"
    long_ago = timezone.now() - timedelta(days=15)
    User.objects.filter(id=owner.id).update(second_factor_from=long_ago)
    assert told("owner") == ["Set up a second factor"]
    Totp.objects.create(
        user=owner, secret_sealed=b"sealed", made_at=long_ago, confirmed_at=timezone.now()
    )
    assert told("owner") == []


def test_home_asks_as_much_of_a_large_shop_as_of_a_small_one(open_shop, staff):
    client = staff.client("owner", **ENGLISH)
    model = open_shop.issue(1_000)
    open_shop.confirmed(open_shop.issue(5_000))

    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/dashboard/{open_shop.shop_id}/").status_code == 200
        return len(queries)

    before = asked()
    assert before <= QUERIES
    for _ in range(3):
        open_shop.confirmed(open_shop.issue(5_000))
    copy_invoice(model.id, times=500)
    assert asked() == before


def test_open_invoices_are_counted_along_an_index_of_their_own(open_shop):
    invoice = open_shop.issue(1_000)
    copy_invoice(invoice.id, times=4_000)
    names = ("invoice_open_of_shop", "invoices_invoice")
    before = [scans_of(name) for name in names]
    with as_web(open_shop.shop_id):
        assert count_open(shop_id=open_shop.shop_id) == 1
    after = [scans_of(name) for name in names]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 0]


def test_home_speaks_chinese(home, open_shop):
    open_shop.confirmed(open_shop.issue(5_000))
    text = home(HTTP_ACCEPT_LANGUAGE="zh-CN")
    for word in ("今日营业额", "今日按小时", "平均每笔"):
        assert word in text
