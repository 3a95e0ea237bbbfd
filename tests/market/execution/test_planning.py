"""What is collected together, and what it must bring: pure, and honest about pushed pools."""

from datetime import timedelta

import msgspec
import pytest

from gateway.events.ids import uuid7
from gateway.market.amm.errors import NoLiquidity
from gateway.market.errors import NoDepth, PriceNotFresh, UnknownAsset
from gateway.market.execution.errors import FillTooDear
from gateway.market.execution.factory import (
    SWAPPED,
    SWEEP_FAILED,
    SWEPT,
    SweepFailed,
    Swept,
    outcome_of,
    packed_path,
)
from gateway.market.execution.planning import (
    Lying,
    Wanted,
    collection_of,
    retry_seconds,
    sale_of,
)
from gateway.market.quoting.costs import collect_cost_units
from gateway.money.amounts import Amount
from gateway.money.assets import Asset
from tests.market.dev_market import DAI, ETH, NOW, USDC, WETH, dev_market, v2

ONE = Amount(10**18, Asset(WETH, 18))


def wanted(salt: bytes, units: int, *, is_bought: bool = True) -> Wanted:
    return Wanted(uuid7(), uuid7(), salt, units, is_bought)


def test_deposits_are_sorted_by_what_lies_at_their_address() -> None:
    whole, twice_a, twice_b = wanted(b"a", 5), wanted(b"b", 3), wanted(b"b", 4)
    part, gone, open_ = wanted(b"c", 5), wanted(b"d", 5), wanted(b"e", 5)
    sorted_ = collection_of(
        [whole, twice_a, twice_b, part, gone, open_],
        {
            b"a": Lying(5, False),
            b"b": Lying(7, False),
            b"c": Lying(6, False),
            b"d": Lying(0, False),
            b"e": Lying(9, True),
        },
        cost_units=1,
    )
    assert sorted_.together == (whole, twice_a, twice_b)
    assert sorted_.apart == (part,)
    assert sorted_.gone == (gone,)
    assert sorted_.waiting == (open_,)


def test_a_payers_money_is_swept_and_never_sold_with_the_desks() -> None:
    ours, theirs, alone = wanted(b"a", 5), wanted(b"a", 4, is_bought=False), wanted(b"b", 5)
    claim = wanted(b"c", 5, is_bought=False)
    sorted_ = collection_of(
        [ours, theirs, alone, claim],
        {b"a": Lying(9, False), b"b": Lying(5, False), b"c": Lying(5, False)},
        cost_units=1,
    )
    assert sorted_.together == (alone,)
    assert sorted_.apart == (ours, theirs, claim)


def test_dust_is_judged_by_all_that_lies_at_its_address() -> None:
    speck, many, even = wanted(b"a", 9), [wanted(b"b", 5) for _ in range(2)], wanted(b"c", 10)
    held = wanted(b"d", 1)
    there = {
        b"a": Lying(9, False),
        b"b": Lying(10, False),
        b"c": Lying(10, False),
        b"d": Lying(1, True),
    }
    sorted_ = collection_of([speck, *many, even, held], there, cost_units=10)
    assert (sorted_.dust, sorted_.together) == ((speck,), (*many, even))
    assert sorted_.waiting == (held,)


def test_without_a_price_the_desks_is_swept_and_a_payers_waits() -> None:
    ours, theirs = wanted(b"a", 5), wanted(b"b", 5, is_bought=False)
    there = {b"a": Lying(5, False), b"b": Lying(5, False)}
    sorted_ = collection_of([ours, theirs], there, cost_units=None)
    assert (sorted_.together, sorted_.unpriced) == ((ours,), (theirs,))


def test_a_sweep_costs_its_gas_at_todays_prices() -> None:
    # 50,000 gas at 0.01 gwei and 3,000 dollars
    market = dev_market()
    assert collect_cost_units(snapshot=market, code=USDC, now=NOW) in range(1_499, 1_503)
    assert collect_cost_units(snapshot=market, code=ETH, now=NOW) == 50_000 * 10**7
    with pytest.raises(UnknownAsset):
        collect_cost_units(snapshot=market, code="NONE@31337", now=NOW)
    with pytest.raises(PriceNotFresh):
        collect_cost_units(snapshot=market, code=USDC, now=NOW + timedelta(minutes=10))


def test_a_sale_has_a_floor_from_our_own_value() -> None:
    sale = sale_of(snapshot=dev_market(), token=ONE, settlement_asset=USDC, now=NOW)
    assert sale.tokens == (WETH, USDC)
    assert 2_940 * 10**6 < sale.floor <= sale.expected < 3_000 * 10**6


def test_the_native_coin_is_sold_as_what_wraps_it() -> None:
    sale = sale_of(
        snapshot=dev_market(), token=Amount(10**18, Asset(ETH, 18)), settlement_asset=USDC, now=NOW
    )
    assert sale.tokens[0] == WETH


def test_a_way_over_two_pools_stays_within_one_router() -> None:
    market = dev_market()
    kinds = {"v2": 30, "v3": None}
    for code in ("LINK@31337", "UNI@31337", DAI):
        sale = sale_of(
            snapshot=market, token=Amount(10**18, Asset(code, 18)), settlement_asset=USDC, now=NOW
        )
        assert sale.kind in kinds
        if sale.kind == "v2":
            assert set(sale.fees_ppm) == {None}
        else:
            assert None not in sale.fees_ppm


def test_a_pushed_pool_does_not_set_the_floor() -> None:
    market = dev_market()
    pushed = msgspec.structs.replace(
        market, pools=(v2(WETH, USDC, 1_200 * 10**18, 2_500_000 * 10**6),)
    )
    with pytest.raises(FillTooDear):
        sale_of(snapshot=pushed, token=ONE, settlement_asset=USDC, now=NOW)


def test_without_a_fresh_price_nothing_is_sold() -> None:
    with pytest.raises(PriceNotFresh):
        sale_of(
            snapshot=dev_market(),
            token=ONE,
            settlement_asset=USDC,
            now=NOW + timedelta(minutes=10),
        )


def test_without_a_pool_nothing_is_sold() -> None:
    with pytest.raises((NoLiquidity, NoDepth)):
        sale_of(
            snapshot=msgspec.structs.replace(dev_market(), pools=()),
            token=ONE,
            settlement_asset=USDC,
            now=NOW,
        )


def test_paths_are_packed_as_routers_take_them() -> None:
    a, b, c = b"\x0a" * 20, b"\x0b" * 20, b"\x0c" * 20
    assert packed_path([a, b, c], [500, 3_000]) == a + b"\x00\x01\xf4" + b + b"\x00\x0b\xb8" + c
    assert packed_path([a, b], [None]) == a + b


def test_receipts_are_read_from_the_factorys_own_logs() -> None:
    factory, token = b"\xfa" * 20, b"\x0a" * 20
    salt = b"\x01" * 32

    def log(address: bytes, topic: bytes, data: bytes) -> dict:
        topics = [topic, salt, token.rjust(32, b"\0"), token.rjust(32, b"\0")]
        return {
            "address": "0x" + address.hex(),
            "topics": ["0x" + topic.hex() for topic in topics],
            "data": "0x" + data.hex(),
        }

    reason = (
        (32).to_bytes(32, "big")
        + (4).to_bytes(32, "big")
        + bytes.fromhex("0e1a7ae6").ljust(32, b"\0")
    )
    outcome = outcome_of(
        [
            log(factory, SWEPT, (7).to_bytes(32, "big")),
            log(b"\xfb" * 20, SWEPT, (9).to_bytes(32, "big")),
            log(factory, SWEEP_FAILED, reason),
            log(factory, SWAPPED, (7).to_bytes(32, "big") + (8).to_bytes(32, "big")),
        ],
        factory=factory,
    )
    assert outcome.swept == (Swept(salt, token, 7),)
    assert outcome.failed == (SweepFailed(salt, token, "0x0e1a7ae6"),)
    assert [(swap.units_in, swap.units_out) for swap in outcome.swapped] == [(7, 8)]


def test_retries_wait_longer_each_time_and_never_more_than_an_hour() -> None:
    waits = [retry_seconds(attempt) for attempt in range(12)]
    assert waits[:3] == [15, 30, 60]
    assert waits == sorted(waits)
    assert waits[-1] == 3_600
