"""Which chain a payout leaves on, by what it costs now and what the house has there."""

from datetime import UTC, datetime

import msgspec
import pytest

from gateway.chains.models import Chain, Token
from gateway.events import relay
from gateway.ledger.checks import ledger_checks
from gateway.market.conversions import convert
from gateway.market.errors import OffPeg, PriceNotFresh, QuoteRefused
from gateway.market.snapshots import MarketSnapshot
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from gateway.settlement.models import Payout
from gateway.settlement.presenters import payout_as_dict
from gateway.settlement.requesting import payout_request
from tests.market.dev_market import NOW, dev_market, with_asset
from tests.settlement.conftest import CHAIN_ID, TREASURY, USDC, World
from tests.settlement.test_policy_runs import fresh_market, publish

CHEAP = 31338
TWIN = Asset(f"USDC@{CHEAP}", 6)
MILLION = 1_000_000


def two_chains(snapshot: MarketSnapshot, *, gas_here: int = 10**11) -> MarketSnapshot:
    """A dear chain, and a cheap one with the same coins."""
    here = snapshot.chains[CHAIN_ID]
    there = msgspec.structs.replace(
        here, chain_id=CHEAP, native=f"ETH@{CHEAP}", wrapped="", anchor=TWIN.code
    )
    coins = {
        code: msgspec.structs.replace(snapshot.assets[old], code=code, chain_id=CHEAP)
        for code, old in ((TWIN.code, USDC.code), (f"ETH@{CHEAP}", f"ETH@{CHAIN_ID}"))
    }
    return msgspec.structs.replace(
        snapshot,
        chains={
            CHAIN_ID: msgspec.structs.replace(here, gas_price_wei=gas_here),
            CHEAP: there,
        },
        assets=snapshot.assets | coins,
    )


@pytest.fixture
def two(world: World) -> World:
    first = Chain.objects.get(id=CHAIN_ID)
    second = Chain.objects.create(
        **{
            field.attname: getattr(first, field.attname)
            for field in Chain._meta.concrete_fields
            if field.attname not in ("id", "key", "treasury")
        },
        id=CHEAP,
        key="cheap",
        treasury=TREASURY,
    )
    for code, address, kind, decimals in (
        (TWIN.code, b"\x0e" * 20, "erc20", 6),
        (f"ETH@{CHEAP}", None, "native", 18),
    ):
        Token.objects.create(
            code=code,
            chain=second,
            address=address,
            symbol=code.partition("@")[0],
            decimals=decimals,
            kind=kind,
            peg=Token.objects.get(code=USDC.code).peg if kind == "erc20" else "",
        )
    publish(two_chains(fresh_market(datetime.now(UTC))))
    world.fund(1_000 * MILLION)
    world.paid(500 * MILLION)
    return world


def pay(world: World, units: int, *, key: str = "x") -> Payout:
    return payout_request(
        shop_id=world.shop_id,
        units=units,
        chains=(CHAIN_ID, CHEAP),
        idempotency_key=key,
        now=datetime.now(UTC),
    )


def test_where_gas_is_dear_the_cheap_chain_is_chosen_and_the_payout_says_why(two: World) -> None:
    two.fund(1_000 * MILLION, asset=TWIN.code)
    payout = pay(two, 100 * MILLION)
    assert (payout.asset, payout.chain_id) == (TWIN.code, CHEAP)
    shown = payout_as_dict(payout)
    assert shown["chain_choice"]["reason"] == "cheapest"
    here, there = shown["chain_choice"]["considered"]
    assert float(here["cost"]) > 15 > float(there["cost"]) and there["has_float"]
    assert shown["conversion"]["fair_amount"] == "100.000000"
    relay.drain(limit=1000)
    (queued,) = two.queued()
    assert queued.chain_id == CHEAP and bytes(queued.to) == b"\x0e" * 20
    assert ledger_checks() == []


def test_where_the_spread_costs_more_than_gas_it_stays_at_home(two: World) -> None:
    two.fund(1_000 * MILLION, asset=TWIN.code)
    publish(two_chains(fresh_market(datetime.now(UTC)), gas_here=10**7))
    payout = pay(two, 100 * MILLION)
    assert (payout.asset, payout.conversion) == (USDC.code, None)
    assert payout.chain_choice["reason"] == "cheapest"


def test_a_chain_that_holds_too_little_is_passed_over(two: World) -> None:
    two.fund(50 * MILLION, asset=TWIN.code)
    payout = pay(two, 100 * MILLION)
    assert (payout.asset, payout.chain_choice["reason"]) == (USDC.code, "only_float")
    assert pay(two, 40 * MILLION, key="y").asset == TWIN.code


def test_a_twin_off_its_peg_is_never_chosen(two: World) -> None:
    two.fund(1_000 * MILLION, asset=TWIN.code)
    fine = two_chains(fresh_market(datetime.now(UTC)))
    source = fine.assets[TWIN.code].sources[0]
    off = msgspec.structs.replace(source, price=9 * 10**17, average=9 * 10**17)
    publish(with_asset(fine, TWIN.code, sources=(off,), value=None))
    payout = pay(two, 100 * MILLION)
    assert (payout.asset, payout.chain_choice["reason"]) == (USDC.code, "only_way")
    assert payout.chain_choice["considered"][1]["refusal"] == "off_peg"


def test_between_chains_the_parts_are_spread_promise_and_gas() -> None:
    made = convert(
        snapshot=two_chains(dev_market()),
        taken=Amount(100 * MILLION, USDC),
        into=TWIN,
        promise_seconds=120,
        now=NOW,
    )
    assert (made.fair, made.fair_units, made.fill_ppm) == ("1.00000000", 100 * MILLION, 0)
    # 65,000 gas at 0.01 gwei, at 3,000 dollars: 0.00195 dollars
    assert 1_950 <= made.gas_units <= 1_952
    kept = 100 * MILLION * (made.spread_ppm + made.promise_ppm) // MILLION
    assert made.paid.units == 100 * MILLION - kept - made.gas_units
    assert made.spread_ppm > 0


@pytest.mark.parametrize(
    ("code", "changes", "refusal"),
    [
        (USDC.code, {"sources": ()}, PriceNotFresh),
        (TWIN.code, {"sources": ()}, PriceNotFresh),
        (f"ETH@{CHEAP}", {"sources": ()}, PriceNotFresh),
        (USDC.code, {"peg": ""}, QuoteRefused),
        (TWIN.code, {"peg": ""}, QuoteRefused),
    ],
)
def test_without_a_price_of_both_nothing_is_converted(
    code: str, changes: dict, refusal: type[Exception]
) -> None:
    snapshot = with_asset(two_chains(dev_market()), code, **changes, value=None)
    with pytest.raises(refusal):
        convert(
            snapshot=snapshot,
            taken=Amount(MILLION, USDC),
            into=TWIN,
            promise_seconds=120,
            now=NOW,
        )


def test_what_is_away_from_its_peg_is_neither_taken_nor_paid() -> None:
    fine = two_chains(dev_market())
    for code in (USDC.code, TWIN.code):
        source = fine.assets[code].sources[0]
        off = msgspec.structs.replace(source, price=9 * 10**17, average=9 * 10**17)
        with pytest.raises(OffPeg):
            convert(
                snapshot=with_asset(fine, code, sources=(off,), value=None),
                taken=Amount(MILLION, USDC),
                into=TWIN,
                promise_seconds=120,
                now=NOW,
            )
