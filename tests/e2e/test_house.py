"""The house's books in a real browser: on every screen, in both languages and themes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from gateway.ledger import accounts, manual
from gateway.ledger.closing import Month, period_close
from gateway.ledger.journal import entry_post
from gateway.ledger.postings import credit, debit
from gateway.money.amounts import Amount
from gateway.money.assets import fiat
from tests.e2e.looking import layout_shift, overflow_px, small_targets
from tests.ledger.past import book
from tests.merchants.desk.conftest import CHAIN_ID, DOLLAR, ETHER, USDC, WETH

EUR = fiat("EUR")
LONG = "A reason that somebody wrote at length, with averyveryverylongwordwithoutanyspace in it"
SHOP = accounts.shop_available(UUID(int=7))


@pytest.fixture
def booked(house):
    """Books with several assets, a closed month and one to close, an entry that waits; the paths
    of its pages."""
    hot, at = accounts.custody_hot(CHAIN_ID), datetime(2001, 3, 10, tzinfo=UTC)
    now = timezone.now()
    tokens, dollars = Amount(123_456_789 * ETHER + 1, WETH), Amount(6_000 * DOLLAR + 1, USDC)
    with transaction.atomic():
        for lines, when in (
            ((debit(hot, tokens), credit(accounts.desk(), tokens)), at),
            ((debit(accounts.desk(), dollars), credit(SHOP, dollars)), at),
            ((debit(hot, dollars), credit(accounts.capital(), dollars)), at),
            (
                (
                    debit(accounts.bank("ramp"), Amount(90_000_00, EUR)),
                    debit(accounts.ramp_fees(), Amount(25, EUR)),
                    credit(accounts.fees(), Amount(100_25, EUR)),
                    credit(accounts.capital(), Amount(89_900_00, EUR)),
                ),
                at + timedelta(days=31),
            ),
        ):
            book(*lines, booked_at=when)
        entry = entry_post(
            key="manual:x",
            kind="manual",
            postings=[
                debit(accounts.losses(), Amount(5, EUR)),
                credit(accounts.bank("ramp"), Amount(5, EUR)),
            ],
            refs={"reason": LONG, "documents": ["statement 7", "letter of " + "x" * 80]},
            now=now,
        )
        manual.manual_entry_pend(
            reference="a1",
            postings=[
                debit(accounts.losses(), Amount(5, EUR)),
                credit(accounts.bank("ramp"), Amount(5, EUR)),
            ],
            reason=LONG,
            by="ann@shop.example",
            documents=[],
            expires_at=now + timedelta(days=2),
            now=now,
        )
    period_close(
        month=Month(2001, 3), by="olga.with.a.long.name@house.example", reference="r", now=now
    )
    return [
        "books",
        "books?on=1999-01-01",
        f"books/account?account={hot}&asset={WETH.code}",
        "books/account?account=bank:ramp",
        f"books/account?account={SHOP}",
        "books/account",
        f"books/entries/{entry.id}",
        "books/periods",
        "books/periods/2001-04/close",
    ]


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh-hans")])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_every_page_fits_its_screen(house, booked, size, scheme, language):
    with house.page(size=size, color_scheme=scheme, role="operator") as page:
        page.goto(f"/language?to={language}&next=/house/books")
        for path in booked:
            page.goto(f"/house/{path}")
            expect(page.get_by_role("heading", level=1).first).to_be_visible()
            assert overflow_px(page) == 0, path
            assert small_targets(page) == [], path
            assert layout_shift(page) < 0.1, path


def test_a_close_of_a_month_is_proposed_in_two_steps(house, booked):
    with house.page(role="operator") as page:
        page.goto("/house/books/periods")
        page.get_by_role("link", name="Close the month").click()
        page.get_by_label("Why?").fill("The accountants are through.")
        page.get_by_role("button", name="Propose it").click()
        expect(page.get_by_role("heading", name="Close 2001-04")).to_be_visible()
        expect(page.get_by_text("Waits for a second person").first).to_be_visible()


def test_a_statement_is_a_file(house, booked):
    with house.page(role="operator") as page:
        page.goto("/house/books/account?account=bank:ramp")
        page.get_by_label("First day").fill("2001-04-01")
        page.get_by_label("Last day").fill("2001-04-30")
        with page.expect_download() as found:
            page.get_by_role("button", name="Statement as CSV").click()
        assert found.value.suggested_filename == "bank-ramp-eur-2001-04-01-2001-04-30.csv"
