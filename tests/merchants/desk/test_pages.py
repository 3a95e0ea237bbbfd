"""What the desk's pages show, and that each number leads to its entries."""

import re
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.test import Client
from django.utils import timezone

from gateway.events.ids import uuid7
from gateway.ledger import accounts
from gateway.ledger.models import Entry
from gateway.ledger.postings import credit, debit
from gateway.market.makers.models import FirmQuote, QuoteRequest
from gateway.market.measures.following import journal_follow
from gateway.market.models import DeskState
from gateway.market.risk.states import RiskState
from gateway.market.snapshot_store import current_snapshot, forget_snapshot
from gateway.market.snapshots import MarketSnapshot, RiskMark
from gateway.market.supervising import desk_halt
from gateway.money.amounts import Amount
from tests.invoices.conftest import World
from tests.market.dev_market import with_asset
from tests.merchants.desk.conftest import (
    CHAIN_ID,
    ETHER,
    USDC,
    WETH,
    make_hedge,
    make_move,
    make_step,
)

pytestmark = pytest.mark.django_db
PAGES = (
    "/desk/",
    f"/desk/assets/{WETH.code}",
    f"/desk/assets/{USDC.code}",
    "/desk/results",
    "/desk/results?span=week",
    "/desk/results?span=month&on=2026-02-03",
    "/desk/capital",
    "/desk/hedges",
    "/desk/moves",
    "/desk/orders",
    "/desk/exchanges",
    "/desk/liquidity",
    "/desk/liquidity/ranges",
    "/desk/entries",
)


def page(client: Client, path: str, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def words(html: str) -> str:
    """What a person reads of it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\N{NO-BREAK SPACE}", " ")


def marked(state: RiskState, trigger: str, **changes: Any) -> MarketSnapshot:
    """The market with WETH in a state of risk; its version is new."""
    snapshot = current_snapshot()
    mark = RiskMark(int(state), trigger, snapshot.at_ms - 60_000, snapshot.at_ms)
    changed = with_asset(snapshot, WETH.code, risk=mark, **changes)
    return msgspec.structs.replace(changed, version=snapshot.version + 1)


def test_the_overview_shows_states_sources_and_what_waits(dora, open_shop, long_of_ether):
    hedge, move = make_hedge(), make_move()
    seen = page(dora, "/desk/")
    assert "All assets are normal" in seen
    assert f"pools:{CHAIN_ID}" in seen and "feed:dev" in seen and "simulated" in seen
    assert f"/desk/hedges/{hedge.id}" in seen and f"/desk/moves/{move.id}" in seen
    assert f"/desk/assets/{WETH.code}" in seen


def test_a_state_of_risk_says_why_with_measure_and_limit(dora, open_shop: World):
    open_shop.publish(marked(RiskState.WIDE, "price_jump"))
    DeskState.objects.create(
        asset=WETH.code,
        state=RiskState.WIDE,
        trigger="price_jump",
        measure=4_300,
        limit=4_000,
        since=timezone.now(),
    )
    seen = words(page(dora, "/desk/"))
    assert "Wide" in seen and "1 asset is not normal" in seen
    assert "The price jumped" in seen and "4.3 σ, limit 4.0 σ" in seen


def test_a_measure_of_another_state_is_not_shown_for_this_one(dora, open_shop: World):
    open_shop.publish(marked(RiskState.HALT, "off_peg"))
    DeskState.objects.create(
        asset=WETH.code,
        state=RiskState.WIDE,
        trigger="price_jump",
        measure=4_300,
        limit=4_000,
        since=timezone.now(),
    )
    seen = words(page(dora, "/desk/"))
    assert "Away from its peg" in seen and "4.3 σ" not in seen


def test_a_halt_stands_on_top_with_who_and_why(dora, open_shop):
    desk_halt(reason="the exchange lies", by="ann@desk.example", now=timezone.now())
    seen = page(dora, "/desk/")
    assert "The whole desk is halted" in seen
    assert "the exchange lies" in seen and "ann@desk.example" in seen


def test_a_halted_asset_is_called_so_before_the_market_process_has_heard(dora, open_shop):
    assert "All assets are normal" in page(dora, "/desk/")
    desk_halt(
        reason="its pool is empty", by="ann@desk.example", now=timezone.now(), asset=WETH.code
    )
    seen = page(dora, "/desk/")
    assert "All assets are normal" not in seen
    assert "1 asset is not normal" in seen
    assert "Halted by a person" in seen and "its pool is empty" in seen
    assert "Halted" in page(dora, f"/desk/assets/{WETH.code}")


def test_without_a_market_the_pages_say_so_and_the_switch_still_works(dora, open_shop, valkey):
    valkey.flushdb()
    forget_snapshot()
    for path in PAGES:
        page(dora, path)
    assert "publishes nothing" in page(dora, "/desk/")
    assert "Yes, halt" in page(dora, "/desk/switch/all")
    refused = dora.post("/desk/hedges/convert", {"asset": WETH.code, "amount": "1", "reason": "x"})
    assert refused.status_code == 503


def test_an_old_snapshot_is_called_old(dora, open_shop: World):
    snapshot = current_snapshot()
    old = msgspec.structs.replace(
        snapshot, at_ms=snapshot.at_ms - 60_000, version=snapshot.version + 1
    )
    open_shop.publish(old)
    assert re.search("The last snapshot is 6[0-9] s old", words(page(dora, "/desk/")))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_in_both_languages_and_alone(dora, open_shop, long_of_ether, path):
    dora.cookies["django_language"] = "zh-hans"
    assert 'lang="zh-hans"' in page(dora, path)
    if not path.startswith(("/desk/results", "/desk/entries", "/desk/capital")):
        part = page(dora, path, **{"X-Part": "1"})
        assert "<html" not in part and "<section" in part


def test_an_asset_shows_its_price_its_spread_and_its_history(dora, open_shop, long_of_ether):
    journal_follow(lag=timedelta(0))
    seen = words(page(dora, f"/desk/assets/{WETH.code}"))
    assert "Inventory skew" in seen and "Price lock" in seen and "In all" in seen
    assert "$3,000.00" in seen and "$3,001.00" in seen
    assert "Can be sold" in seen and "50 bp" in seen
    assert "+2 WETH" in seen


def test_a_refused_rate_says_why_in_place_of_its_parts(dora, open_shop: World):
    open_shop.publish(marked(RiskState.HALT, "by_hand"))
    seen = words(page(dora, f"/desk/assets/{WETH.code}"))
    assert "No rate is given now" in seen and "desk_halted" in seen


def test_an_unknown_asset_is_not_found(dora, open_shop):
    assert dora.get("/desk/assets/NOPE@1").status_code == 404


def test_results_lead_to_the_entries_they_are_the_sum_of(dora, open_shop, post):
    hot = accounts.custody_hot(CHAIN_ID)
    gas = Amount(10**15, WETH)
    post(debit(accounts.gas(), gas), credit(hot, gas), kind="gas")
    journal_follow(lag=timedelta(0))
    seen = page(dora, "/desk/results")
    link = re.search(r'href="(/desk/entries\?[^"]*line=gas[^"]*)"', seen)
    assert link is not None
    listed = page(dora, link[1].replace("&amp;", "&"))
    entry = Entry.objects.get(kind="gas")
    assert f"/desk/entries/{entry.id}" in listed and "0.001" in listed
    detail = words(page(dora, f"/desk/entries/{entry.id}"))
    assert "gas" in detail and "custody:hot:31337" in detail and "0.001 WETH" in detail


def test_an_accounts_entries_are_paged_by_cursor(dora, open_shop, post):
    hot = accounts.custody_hot(CHAIN_ID)
    for units in range(1, 56):
        post(
            debit(hot, Amount(units * ETHER, WETH)),
            credit(accounts.desk(), Amount(units * ETHER, WETH)),
        )
    path = f"/desk/entries?account=desk&asset={WETH.code}"
    first = page(dora, path)
    assert first.count('href="/desk/entries/') == 50
    following = re.search(r'href="([^"]+cursor=[^"]+)"', first)
    assert following is not None
    second = page(dora, following[1].replace("&amp;", "&"))
    assert second.count('href="/desk/entries/') == 5
    links = [re.findall(r'href="(/desk/entries/[0-9a-f-]{36})"', each) for each in (first, second)]
    assert not set(links[0]) & set(links[1])


@pytest.mark.parametrize(
    "query",
    [
        "line=nonsense",
        "line=gas&first=yesterday",
        "account=desk&cursor=***",
        "account=shop:x:available",
        "line=gas&cursor=***",
    ],
)
def test_a_mangled_address_is_not_found(dora, open_shop, query):
    assert dora.get(f"/desk/entries?{query}").status_code == 404


@pytest.mark.parametrize("query", ["span=year", "on=soon", "span=day&on=0001-01-01x"])
def test_a_mangled_span_is_not_found(dora, open_shop, query):
    assert dora.get(f"/desk/results?{query}").status_code == 404


def test_a_hedge_names_the_maker_of_a_swap(dora, open_shop):
    hedge = make_hedge(status="sent")
    theirs, other = (
        make_step(hedge, status="queued"),
        make_step(make_hedge(status="done"), status="done"),
    )
    now = timezone.now()
    FirmQuote.objects.create(
        request=QuoteRequest.objects.create(
            reference=f"hedge:{hedge.id}",
            maker="acme <b>",
            maker_address=bytes(20),
            chain_id=CHAIN_ID,
            contract=bytes(20),
            taker=bytes(20),
            side="sell",
            pair="WETH/USDC",
            token_in=bytes(20),
            token_out=bytes(20),
            amounts_in=["1"],
            fair_numerator=1,
            fair_denominator=1,
            max_deviation_bps=500,
            least_expiry=1,
            asked_at=now,
        ),
        chain_id=CHAIN_ID,
        contract=bytes(20),
        maker_address=bytes(20),
        amount_in=1,
        amount_out=1,
        expiry=1,
        nonce=1,
        signature=bytes(65),
        status="taken",
        transaction_id=theirs.transaction_id,
        offered_at=now,
    )
    seen = page(dora, f"/desk/hedges/{hedge.id}")
    assert "with the maker acme &lt;b&gt;" in seen
    assert "with the maker" not in page(dora, f"/desk/hedges/{other.hedge_id}")
    dora.cookies["django_language"] = "zh-hans"
    assert "对手方为做市商 acme" in page(dora, f"/desk/hedges/{hedge.id}")


def test_a_hedge_shows_its_swaps_with_their_entries(dora, open_shop, post):
    hedge = make_hedge(status="done", sold_units=2 * ETHER, bought_units=5_990 * 10**6)
    step = make_step(hedge, status="done", sold_units=2 * ETHER, bought_units=5_990 * 10**6)
    unit = Amount(1, USDC)
    from django.db import transaction

    from gateway.ledger.journal import entry_post
    from gateway.ledger.postings import entry_of

    with transaction.atomic():
        entry_post(
            key=f"hedge:{step.id}",
            kind="hedge",
            postings=entry_of(debit(accounts.desk(), unit), credit(accounts.capital(), unit)),
            refs={"hedge_id": str(hedge.id), "reason": "beyond_band"},
            now=timezone.now(),
        )
    entry = Entry.objects.get(kind="hedge")
    seen = page(dora, f"/desk/hedges/{hedge.id}")
    assert f"/desk/entries/{entry.id}" in seen
    assert "left its no-trade band" in seen and "At least" in seen
    assert f"/desk/hedges/{hedge.id}" in page(dora, f"/desk/entries/{entry.id}")
    assert dora.get(f"/desk/hedges/{uuid7()}").status_code == 404
    assert f"/desk/entries/{entry.id}" not in page(dora, "/desk/hedges?status=failed")
    assert str(hedge.id) in page(dora, "/desk/hedges?status=done")


def test_a_move_that_is_late_says_so(dora, open_shop):
    move = make_move(state="asked", overdue=True, asked_at=timezone.now())
    assert "Overdue" in page(dora, f"/desk/moves/{move.id}")
    assert "Overdue" in page(dora, "/desk/moves")


def test_a_page_costs_no_more_queries_with_more_on_it(
    dora, open_shop, django_assert_max_num_queries
):
    for _ in range(12):
        make_hedge(status="done")
        make_move(state="arrived", left_units=1, arrived_units=1)
    with django_assert_max_num_queries(30):
        page(dora, "/desk/hedges", **{"X-Part": "1"})
    with django_assert_max_num_queries(10):
        page(dora, "/desk/moves", **{"X-Part": "1"})
    with django_assert_max_num_queries(60):
        page(dora, "/desk/")


def test_capital_says_where_it_lies_and_why_it_should_not(dora, open_shop, long_of_ether, settings):
    """The desk holds 2 WETH, and owes nobody anything."""
    seen = page(dora, "/desk/capital")
    assert "No change is proposed" in words(seen)
    assert "It takes what no other use is proposed" in words(seen)
    assert 'href="/desk/moves"' in seen and "line=range_fees" in seen
    dora.cookies["django_language"] = "zh-hans"
    assert "不提议调整" in page(dora, "/desk/capital")
    settings.DIVISION = {"least_float_usd_cents": 10**9}
    dora.cookies["django_language"] = "en"
    assert "It needs more than the others can give now" in words(page(dora, "/desk/capital"))
