"""The dashboard as each role gets it."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gateway.events.ids import uuid7
from gateway.money.assets import Asset
from gateway.settlement.models import Payout, Withheld
from gateway.shops.models import Shop
from merchants.accounts.models import User
from merchants.dashboard import selectors
from merchants.dashboard.charts import Day, bar_chart
from tests.checkout.test_views import assert_strict
from tests.faces import PASSWORD
from tests.ledger.test_questions import pay

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}
PAGES = {
    "": "dashboard.view",
    "invoices": "dashboard.view",
    "balances": "balance.view",
    "payouts": "payout.view",
    "developers": "webhook.view",
    "settings": "settings.view",
}


@pytest.fixture
def home(open_shop):
    return f"/dashboard/{open_shop.shop_id}/"


@pytest.fixture
def owner(staff):
    return staff.client("owner", **ENGLISH)


def text_of(answer):
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ["owner", "manager", "cashier", "accountant", "developer"])
def test_each_page_opens_for_the_roles_of_the_table_and_no_other(staff, home, role, page):
    from merchants.accounts.actions import role_allows

    answer = staff.client(role, **ENGLISH).get(home + page)
    allowed = role_allows(role, PAGES[page])
    assert answer.status_code == (200 if allowed else 403)
    assert_strict(answer)
    if not allowed:
        assert "open to you" in answer.content.decode()


def test_an_empty_shop_has_drawn_empty_pages(owner, home):
    assert "No invoices here" in text_of(owner.get(home))
    assert "Nothing yet" in text_of(owner.get(home + "balances"))
    assert "No payouts yet" in text_of(owner.get(home + "payouts"))
    developers = text_of(owner.get(home + "developers"))
    assert "No keys yet" in developers
    assert "No endpoints yet" in developers


def test_home_shows_todays_takings_and_what_is_open(owner, home, open_shop):
    open_shop.confirmed(open_shop.issue(5_000))
    open_shop.issue(700)
    text = text_of(owner.get(home))
    assert 'data-figure="payments">1<' in text
    assert "chart-bar" in text
    assert "€50.00" in text
    assert "€7.00" in text
    assert "Balance in USDC" in text


def test_takings_turn_at_the_shops_own_midnight(db):
    """Berlin puts its clock back on 25 October 2026: that day has 25 hours."""
    berlin, shop_id = ZoneInfo("Europe/Berlin"), uuid7()
    moments = {
        "2026-10-24T21:59": 1,  # the last minute of the 24th there
        "2026-10-24T22:00": 2,  # the first of the 25th
        "2026-10-25T22:59": 4,  # its last
        "2026-10-25T23:00": 8,  # the first of the 26th
    }
    for moment, dollars in moments.items():
        pay(shop_id, dollars * 10**6, now=datetime.fromisoformat(f"{moment}+00:00"))
    asset = Asset("USDC@31337", 6)
    for bars, day, dollars, payments in ((1, 24, 1, 1), (2, 25, 6, 2), (3, 26, 8, 1)):
        today, chart = selectors.takings(
            shop_id, asset=asset, today=date(2026, 10, day), zone=berlin, label="Takings"
        )
        assert (today["amount"], today["payments"]) == (f"{dollars}.00", payments)
        drawn = [bar.amount for bar in chart.bars if bar.height]
        assert (drawn[-1], len(drawn)) == (f"{dollars}.00\xa0USDC", bars)


def test_home_goes_by_the_shops_clock(owner, home, open_shop):
    """These two clocks are 25 hours apart: whenever this runs, their dates differ."""
    open_shop.confirmed(open_shop.issue(5_000))
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        Shop.objects.filter(id=open_shop.shop_id).update(time_zone=zone)
        text = text_of(owner.get(home))
        assert 'data-figure="payments">1<' in text
        assert f"Times are those of {zone}" in text
        days = re.findall(r"<title>(\d+ \w+): ", text)
        today = datetime.now(ZoneInfo(zone))
        assert (len(days), days[-1]) == (14, f"{today.day} {today:%b}")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_once_who_may_and_which_shop(owner, home, path):
    with CaptureQueriesContext(connection) as asked:
        assert owner.get(home + path).status_code == 200
    statements = [query["sql"].replace('"', "") for query in asked.captured_queries]
    assert len([sql for sql in statements if "FROM accounts_member(" in sql]) == 1
    # the menu of one's shops
    assert len([sql for sql in statements if "FROM accounts_shops_of(" in sql]) == 1
    of_oneself = re.compile(r"accounts_membership.user_id = '")  # who sells here is asked for too
    assert not [sql for sql in statements if "shops_shop" in sql or of_oneself.search(sql)]


@pytest.mark.parametrize(
    ("reason", "words"),
    [("float_short", "topping up the account"), ("signer_limit", "limit for outgoing money")],
)
def test_a_payout_that_waits_says_why(owner, home, open_shop, reason, words):
    deposit = open_shop.confirmed(open_shop.issue(5_000))
    open_shop.hear(deposit, "final")
    owner.post(home + "payouts", {"amount": "10", "draft": "one", "confirmed": "yes"})
    assert words not in text_of(owner.get(home + "payouts"))
    Payout.objects.update(status="awaiting_funds", waiting_reason=reason)
    assert words in text_of(owner.get(home + "payouts"))


def test_invoices_filter_by_status_and_page_by_cursor(owner, home, open_shop, monkeypatch):
    paid = open_shop.issue(5_000, order_id="the paid one")
    open_shop.confirmed(paid)
    open_shop.issue(700, order_id="the open one")
    everything = text_of(owner.get(home + "invoices"))
    assert "the paid one" in everything
    assert "the open one" in everything
    only = text_of(owner.get(home + "invoices?status=paid"))
    assert "the paid one" in only
    assert "the open one" not in only
    opened = text_of(owner.get(home + "invoices?status=open"))
    assert "the open one" in opened
    assert "the paid one" not in opened
    assert owner.get(home + "invoices?status=nonsense").status_code == 404
    assert owner.get(home + "invoices?cursor=%00").status_code == 404


def test_older_invoices_are_one_link_away(owner, home, open_shop):
    for number in range(52):
        open_shop.issue(1_000, order_id=f"order {number}.")
    first = text_of(owner.get(home + "invoices"))
    assert "order 51." in first
    assert "order 1." not in first
    following = re.search(r'href="([^"]+cursor=[^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    second = text_of(owner.get(following))
    assert "order 1." in second
    assert 'rel="next"' not in second


def test_an_invoice_shows_payments_quotes_history_and_books(owner, home, open_shop):
    invoice = open_shop.issue(5_000, order_id="A-1", metadata={"waiter": "Ann"})
    deposit = open_shop.confirmed(invoice)
    text = text_of(owner.get(f"{home}invoices/{invoice.id}"))
    assert "Payment confirmed" in text or "Paid" in text
    assert "invoice.created" in text
    quotes = text.partition('id="quotes"')[2].partition("</dl>")[0]
    assert re.findall(r"<dt>([\w ]+)</dt>", quotes) == [
        *("To pay", "Rate", "Spread", "Price lock", "Fee"),
    ]
    assert f"deposit:{deposit.id}:payment" in text
    assert "Ann" in text
    assert "Yes, hand over" in text


def test_another_shops_invoice_is_as_unknown_as_none(owner, home):
    assert owner.get(f"{home}invoices/{uuid7()}").status_code == 404


def test_voiding_from_the_dashboard(owner, home, open_shop):
    invoice = open_shop.issue()
    owner.post(f"{home}invoices/{invoice.id}/void")
    assert open_shop.again(invoice).status == "cancelled"
    again = open_shop.issue()
    open_shop.confirmed(again)
    owner.post(f"{home}invoices/{again.id}/void")
    assert "already paid for" in text_of(owner.get(f"{home}invoices/{again.id}"))


@pytest.mark.parametrize("top", ["5", "100,000", "50,000,000.5"])
def test_the_charts_bars_end_before_the_words_of_its_axis(top):
    days = [Day(units=1, text="1", day="1 Jan")] * 14
    chart = bar_chart(days, top_text=top, top_units=1, label="")
    last = chart.bars[-1]
    # 26 px on a phone, a digit 0.6 of that
    assert last.x + last.width <= chart.plot < chart.width - 15.6 * len(top)


def test_balances_list_what_changed_them(owner, home, open_shop):
    open_shop.confirmed(open_shop.issue(5_000))
    text = text_of(owner.get(home + "balances"))
    assert "USDC@31337" in text
    assert "Payment" in text


def test_money_that_stays_while_a_payment_is_checked_is_a_line_of_its_balance(
    owner, home, open_shop
):
    deposit = open_shop.confirmed(open_shop.issue(5_000))
    words = "stay here while a payment is being checked"
    assert words not in text_of(owner.get(home + "balances"))
    withheld = Withheld.objects.create(
        hold_id=uuid7(),
        deposit_id=deposit.id,
        shop_id=open_shop.shop_id,
        asset="USDC@31337",
        credited_units=12_345_000_000,
        withheld_units=12_345_000_000,
        since=timezone.now(),
    )
    assert f"12,345.00 USDC {words}" in text_of(owner.get(home + "balances"))
    Withheld.objects.filter(hold_id=withheld.hold_id).update(lifted_at=timezone.now())
    assert words not in text_of(owner.get(home + "balances"))


def test_a_payout_is_typed_confirmed_and_made_once(owner, home, open_shop):
    deposit = open_shop.confirmed(open_shop.issue(5_000))
    open_shop.hear(deposit, "final")
    page = home + "payouts"
    confirm = text_of(owner.post(page, {"amount": "10"}))
    assert "Send 10 USDC?" in confirm
    assert Payout.objects.count() == 0
    sure = {"amount": "10", "draft": "one", "confirmed": "yes"}
    for _ in range(2):
        assert owner.post(page, sure).status_code == 302
    payout = Payout.objects.get()
    assert payout.units == 10_000_000
    assert "10\xa0USDC" in text_of(owner.get(page))


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "not an amount"), ("0", "amount first"), ("1000000", "more than can be paid out")],
)
def test_a_payout_that_cannot_be_is_refused_in_words(owner, home, typed, words):
    answer = owner.post(home + "payouts", {"amount": typed, "confirmed": "yes"})
    assert 400 <= answer.status_code < 500
    assert words in answer.content.decode()
    assert Payout.objects.count() == 0


@pytest.mark.parametrize("role", ["manager", "accountant"])
def test_only_the_owner_asks_for_a_payout(staff, home, role):
    client = staff.client(role, **ENGLISH)
    assert "Continue" not in text_of(client.get(home + "payouts"))
    assert client.post(home + "payouts", {"amount": "1"}).status_code == 403


def test_a_key_is_shown_once_and_can_be_revoked(owner, home):
    from merchants.accounts.models import ApiKey

    made = text_of(owner.post(home + "developers/keys", {"name": "Web shop"}))
    key = ApiKey.objects.get()
    assert made.count("tw_test_") >= 2
    later = text_of(owner.get(home + "developers"))
    assert "Web shop" in later
    secret = next(part for part in made.split('"') if part.startswith(key.prefix))
    assert secret not in later
    owner.post(f"{home}developers/keys/{key.id}/revoke")
    assert "Revoked" in text_of(owner.get(home + "developers"))


def test_an_endpoint_must_be_public_and_its_secret_is_shown_once(owner, home):
    from merchants.webhooks.models import Endpoint

    refused = owner.post(home + "developers/webhooks", {"url": "https://10.0.0.8/x"}, follow=True)
    assert "tone-problem" in refused.content.decode()
    assert Endpoint.objects.count() == 0
    made = text_of(owner.post(home + "developers/webhooks", {"url": "https://1.1.1.1/hook"}))
    assert "whsec_" in made
    endpoint = Endpoint.objects.get()
    assert "whsec_" not in text_of(owner.get(home + "developers"))
    assert "Nothing was sent yet" in text_of(owner.get(f"{home}developers/webhooks/{endpoint.id}"))


def test_deliveries_are_listed_and_sent_again(owner, home, open_shop):
    from merchants.webhooks.models import Delivery, Endpoint

    owner.post(home + "developers/webhooks", {"url": "https://1.1.1.1/hook"})
    open_shop.issue()
    open_shop.drain()
    endpoint = Endpoint.objects.get()
    page = f"{home}developers/webhooks/{endpoint.id}"
    assert "invoice.created" in text_of(owner.get(page))
    delivery = Delivery.objects.first()
    answer = owner.post(f"{page}/deliveries/{delivery.event_id}/again", follow=True)
    assert answer.status_code == 200


def test_signing_in_leads_to_where_one_works(client, staff, home, open_shop):
    staff.with_password("owner")
    staff.with_password("cashier")
    page = client.get("/login", **ENGLISH)
    assert_strict(page)
    assert "Sign in" in page.content.decode()
    for role in ("desk", "operator", "compliance_officer"):
        staff.with_password(role)
    for email, goal in (
        ("owner", home),
        ("cashier", "/pos/"),
        ("desk", "/desk/"),
        ("operator", "/house/"),
        ("compliance_officer", "/house/"),
    ):
        sent = {"username": f"{email}@shop.example", "password": PASSWORD}
        entered = client.post("/login", sent)
        assert entered["Location"] == "/dashboard/"
        assert client.get("/dashboard/")["Location"] == goal
        client.post("/logout")


def test_a_wrong_password_says_so_without_saying_which(client, staff):
    staff.with_password("owner")
    sent = {"username": "owner@shop.example", "password": "wrong"}
    text = client.post("/login", sent, **ENGLISH).content.decode()
    assert "match" in text
    assert "Check your email and password" in text


def test_somebody_without_a_role_gets_the_handsome_403(client, staff):
    user = User.objects.create(email="nobody@shop.example", name="Nobody")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get("/dashboard/", **ENGLISH)
    assert answer.status_code == 403
    assert "open to you" in answer.content.decode()


def test_test_mode_is_never_overlooked(owner, home):
    for page in PAGES:
        assert "test-band" in text_of(owner.get(home + page))


def test_the_dashboard_speaks_chinese(staff, home):
    client = staff.client("owner", HTTP_ACCEPT_LANGUAGE="zh-CN")
    assert "今日营业额" in text_of(client.get(home))


def test_the_server_errors_page_is_in_the_readers_language_and_theme(
    staff, home, monkeypatch: pytest.MonkeyPatch
):
    def broken(*args: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(selectors, "takings", broken)
    client = staff.client("owner", raise_request_exception=False, HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.cookies["theme"] = "dark"
    answer = client.get(home)
    assert answer.status_code == 500
    assert_strict(answer)
    page = answer.content.decode()
    assert '<html lang="zh-hans" dir="ltr" data-theme="dark">' in page
    assert f'<span class="code">{answer["X-Request-Id"]}</span>' in page


def test_the_server_errors_page_needs_nothing_that_may_be_broken():
    from django.template.loader import get_template

    for code in (400, 403, 404, 429, 500):
        assert "<main" in get_template(f"{code}.html").render({})
