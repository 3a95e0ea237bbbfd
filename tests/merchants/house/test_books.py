"""The books' pages: what they add up to, where they lead, and what they refuse."""

import csv
import re
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from gateway.custody.approvals.carrying import acts_carry_out_due
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_agree
from gateway.events.ids import uuid7
from gateway.ledger import accounts, manual
from gateway.ledger.journal import entry_post, entry_reverse
from gateway.ledger.models import Period
from gateway.ledger.postings import credit, debit
from gateway.ledger.selectors import TrialLine
from gateway.money.amounts import Amount
from gateway.money.assets import fiat
from merchants.dashboard.house.book_sides import SCALE, Kind, kind_of, sides_of
from tests.checkout.test_views import assert_strict
from tests.custody.approvals.conftest import delay_passed
from tests.faces import PASSWORD, Staff
from tests.ledger.past import book

pytestmark = pytest.mark.django_db
EUR = fiat("EUR")
MARCH = datetime(2001, 3, 10, 12, 0, tzinfo=UTC)
SHOP = accounts.shop_available(UUID(int=7))
LONG = "A reason at length, with averyveryverylongwordwithoutanyspace in it"


def eur(units: int) -> Amount:
    return Amount(units, EUR)


def earned(units: int = 12_50, *, at: datetime = MARCH) -> str:
    return book(
        debit(accounts.bank("ramp"), eur(units)), credit(accounts.fees(), eur(units)), booked_at=at
    )


def posted(*lines: Any, kind: str = "manual") -> tuple[str, UUID]:
    key = f"test:{uuid7()}"
    with transaction.atomic():
        made = entry_post(key=key, kind=kind, postings=lines, refs={}, now=timezone.now())
    return key, made.id


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    assert_strict(answer)
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_trial_balance_of_a_day_is_of_its_end(olga: Client) -> None:
    earned(12_50)
    earned(7_00, at=datetime(2001, 3, 11, tzinfo=UTC))
    page = text(olga, "/house/books?on=2001-03-10")
    assert "12.50" in page and "19.50" not in page
    assert "19.50" in text(olga, "/house/books?on=2001-03-11")
    assert "Nothing was booked yet" in text(olga, "/house/books?on=1999-01-01")


def test_both_clocks_can_be_asked(olga: Client) -> None:
    book(
        debit(accounts.bank("ramp"), eur(5_25)),
        credit(accounts.fees(), eur(5_25)),
        booked_at=datetime(2001, 4, 1, tzinfo=UTC),
        happened_at=MARCH,
    )
    assert "5.25" not in text(olga, "/house/books?on=2001-03-10&clock=booked")
    assert "5.25" in text(olga, "/house/books?on=2001-03-10&clock=happened")


@pytest.mark.parametrize("asked", ["on=yesterday", "clock=mine", "on=9999-12-31"])
def test_what_is_no_moment_is_not_found(olga: Client, asked: str) -> None:
    assert olga.get(f"/house/books?{asked}").status_code == 404


def test_many_shops_are_one_line(olga: Client) -> None:
    for number in range(3):
        shop = accounts.shop_available(UUID(int=number + 1))
        book(debit(accounts.bank("ramp"), eur(1)), credit(shop, eur(1)), booked_at=MARCH)
    page = text(olga, "/house/books?on=2001-03-10")
    assert "shop:*:available" in page
    assert "3 accounts" in page


def test_the_trial_balance_is_a_few_queries(
    olga: Client, django_assert_max_num_queries: Any
) -> None:
    earned()
    with django_assert_max_num_queries(6):
        olga.get("/house/books")


def test_an_account_shows_its_entries_with_the_balance_after_each(olga: Client) -> None:
    for units in (10_00, 2_50):
        posted(debit(accounts.bank("x"), eur(units)), credit(accounts.fees(), eur(units)))
    posted(debit(accounts.ramp_fees(), eur(50)), credit(accounts.bank("x"), eur(50)))
    page = text(olga, "/house/books/account?account=bank:x&asset=EUR")
    amounts = re.findall(r'<td class="end number nowrap not-phone">([^<]*)</td>', page)
    assert amounts == ["", "0.50", "12.00", "2.50", "", "12.50", "10.00", "", "10.00"]
    assert "Entry by hand" in page


def test_older_entries_go_on_where_the_page_ended(olga: Client) -> None:
    for _ in range(52):
        posted(debit(accounts.bank("x"), eur(1_00)), credit(accounts.fees(), eur(1_00)))
    page = text(olga, "/house/books/account?account=bank:x")
    href = re.search(r'href="([^"]+)" rel="next"', page)
    assert href
    older = text(olga, href[1].replace("&amp;", "&"))
    amounts = re.findall(r'<td class="end number nowrap not-phone">([^<]*)</td>', older)
    # page by page the balance goes down by one to the first
    assert amounts[2::3] == [f"{left}.00" for left in range(len(amounts) // 3, 0, -1)]


def test_a_strange_account_is_not_found(olga: Client) -> None:
    assert "No such account" in text(olga, "/house/books/account?account=desks", 404)
    assert "Which account?" in text(olga, "/house/books/account")
    earned()
    assert olga.get("/house/books/account?account=fees&asset=USD").status_code == 404
    assert olga.get("/house/books/account?account=fees&cursor=x").status_code == 404


def test_an_entry_leads_to_its_accounts_and_to_what_took_it_back(olga: Client) -> None:
    key, entry_id = posted(debit(accounts.bank("x"), eur(5)), credit(SHOP, eur(5)))
    with transaction.atomic():
        back = entry_reverse(key=key, now=timezone.now())
    page = text(olga, f"/house/books/entries/{entry_id}")
    assert "/house/books/account?account=bank%3Ax&amp;asset=EUR" in page
    assert f"/house/books/entries/{back.id}" in page
    assert "Taken back: Entry by hand" in text(olga, f"/house/books/entries/{back.id}")
    assert olga.get(f"/house/books/entries/{uuid7()}").status_code == 404


def test_a_statement_is_streamed_and_adds_up(olga: Client) -> None:
    earned(10_00)
    earned(2_50, at=datetime(2001, 3, 12, tzinfo=UTC))
    asked = "account=bank:ramp&asset=EUR&first=2001-03-10&last=2001-03-11"
    answer = olga.get(f"/house/books/account.csv?{asked}")
    assert answer.streaming
    assert 'filename="bank-ramp-eur-2001-03-10-2001-03-11.csv"' in answer["Content-Disposition"]
    rows = list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode())))
    assert [(row["kind"], row["debit"], row["balance"]) for row in rows] == [
        ("opening", "", "0.00"),
        ("past", "10.00", "10.00"),
        ("closing", "", "10.00"),
    ]


@pytest.mark.parametrize(
    "asked",
    [
        "account=bank:ramp&asset=EUR&first=2001-03-10&last=2001-03-08",
        "account=bank:ramp&asset=EUR&first=x&last=2001-03-08",
        "account=bank:ramp&asset=USD&first=2001-03-01&last=2001-03-08",
        "",
    ],
)
def test_no_statement_of_nothing(olga: Client, asked: str) -> None:
    earned()
    assert olga.get(f"/house/books/account.csv?{asked}").status_code == 404


def test_a_month_is_closed_when_two_people_agreed(olga: Client, staff: Staff) -> None:
    earned(12_50)
    page = text(olga, "/house/books/periods/2001-03/close")
    assert "12.5" in page and "never opened again" in page
    assert not Period.objects.exists()
    why = {"reason": "The accountants are through."}
    assert olga.post("/house/books/periods/2001-03/close").status_code == 422
    answer = olga.post("/house/books/periods/2001-03/close", why, follow=True)
    page = answer.content.decode()
    assert "Close 2001-03" in page and "Waits for a second person" in page
    act = Act.objects.get()
    here = f"/house/approvals/{act.id}"
    assert olga.post(f"{here}/agree", {"password": PASSWORD}).status_code == 403
    assert not Period.objects.exists()
    act_agree(act_id=act.id, by=uuid7())
    assert acts_carry_out_due() == 0, "its delay is not over"
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    period = Period.objects.get()
    assert period.closed_by == f"user:{act.maker} user:{Act.objects.get().checker}"
    assert period.reference == f"approval:{act.id}"
    page = text(olga, "/house/books/periods")
    assert "2001-04: to be closed next" in page
    assert "Operator" in page and "an officer of the house" in page
    again = olga.post("/house/books/periods/2001-03/close", why)
    assert again.status_code == 409 and "closed already" in again.content.decode()


def test_a_command_proposes_a_close_in_nobodys_name(capsys: pytest.CaptureFixture[str]) -> None:
    earned(12_50)
    call_command("period_close", "2001-03", by="ann", reason="through")
    act = Act.objects.get()
    assert f"/house/approvals/{act.id}" in capsys.readouterr().out
    assert (act.maker, act.origin, act.body["said_by"]) == (None, "command", "ann")
    for person in (first := uuid7(), second := uuid7()):
        assert Act.objects.get().state == "proposed"
        act_agree(act_id=act.id, by=person)
    delay_passed(act.id)
    assert acts_carry_out_due() == 1
    assert Period.objects.get().closed_by == f"user:{first} user:{second}"
    with pytest.raises(CommandError, match="closed"):
        call_command("period_close", "2001-03", by="ann", reason="again")


def test_a_close_that_is_refused_says_why(olga: Client) -> None:
    this = timezone.now().strftime("%Y-%m")
    answer = olga.post(f"/house/books/periods/{this}/close")
    assert answer.status_code == 409
    assert "close it now" not in answer.content.decode()
    assert "It can&#x27;t be closed now" in answer.content.decode()
    assert olga.get("/house/books/periods/2001-13/close").status_code == 404


def test_what_waits_for_people_is_seen(olga: Client) -> None:
    assert "Nothing waits" in text(olga, "/house/books/periods")
    now = timezone.now()
    with transaction.atomic():
        manual.manual_entry_pend(
            reference="a1",
            postings=[debit(accounts.losses(), eur(5)), credit(accounts.bank("x"), eur(5))],
            reason=LONG,
            by="ann",
            documents=[],
            expires_at=now.replace(year=now.year + 1, day=1),
            now=now,
        )
    assert LONG in text(olga, "/house/books/periods")


def test_officers_read_and_close_nothing(staff: Staff) -> None:
    officer = staff.client("compliance_officer")
    earned()
    for page in ("", "/account?account=fees", "/periods"):
        assert officer.get(f"/house/books{page}").status_code == 200
    assert "Close the month" not in text(officer, "/house/books/periods")
    for method in (officer.get, officer.post):
        assert method("/house/books/periods/2001-03/close").status_code == 403


def test_the_books_speak_chinese(staff: Staff) -> None:
    client = staff.client("operator", HTTP_ACCEPT_LANGUAGE="zh-CN")
    earned()
    assert "试算平衡表" in client.get("/house/books?on=2001-03-10").content.decode()
    assert "会计期间" in client.get("/house/books/periods").content.decode()


def test_both_sides_are_bars_of_one_length() -> None:
    lines = [
        TrialLine("custody:hot:1", "A", 700),
        TrialLine("bank:x", "A", 200),
        TrialLine("gas", "A", 1),
        TrialLine("desk", "A", 99),
        TrialLine("shop:*:available", "A", -600),
        TrialLine("refunds", "A", -100),
        TrialLine("capital", "A", -300),
    ]
    debits, credits = (segments for _is_debit, segments in sides_of(lines))
    assert [each.kind for each in debits] == [Kind.CUSTODY, Kind.BANKS, Kind.SPENT, Kind.SHORT]
    assert [each.kind for each in credits] == [Kind.SHOPS, Kind.PAYERS, Kind.HOUSE]
    for side in (debits, credits):
        assert side[0].x == 0
        assert side[-1].x + side[-1].width == SCALE
        assert sum(each.ppm for each in side) == 1_000_000


def test_an_account_is_the_houses_or_spent_by_its_side() -> None:
    assert kind_of(TrialLine("fees", "A", -1)) is Kind.HOUSE
    assert kind_of(TrialLine("losses", "A", 1)) is Kind.SPENT
    assert kind_of(TrialLine("pool:*", "A", -1)) is Kind.PROVIDERS
