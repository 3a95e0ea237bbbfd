"""What the market process judges, and how quotes obey it."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from django.core.management import CommandError, call_command

from gateway.events import leases
from gateway.events.errors import LeaseLost
from gateway.events.models import Event
from gateway.market.errors import HaltUnknown, ReasonMissing, SnapshotUnreadable
from gateway.market.models import DeskState
from gateway.market.quotes import Quote, QuoteRefusal
from gateway.market.risk.states import RiskState, Transition, Trigger
from gateway.market.risk.watch import EVERYTHING, judged
from gateway.market.selectors import halted_scopes
from gateway.market.snapshot_store import forget_snapshot, publish_snapshot
from gateway.market.snapshots import RiskMark, decode_snapshot, encode_snapshot
from gateway.market.supervising import desk_halt, desk_resume, desk_states_change
from tests.market.dev_market import (
    DAI,
    EIGHT,
    ETH,
    NOW,
    NOW_MS,
    USDC,
    WETH,
    dev_market,
    feed_says,
    pools_say,
    with_asset,
    with_policy,
)
from tests.market.test_quotes import code_of, quotes


def marked(snapshot, code, state, *, seen_ms=NOW_MS, **changes):
    mark = RiskMark(int(state), Trigger.PRICE_JUMP.value, NOW_MS - 60_000, seen_ms)
    return with_asset(snapshot, code, risk=mark, **changes)


def watch(snapshot, risks=None, *, halts=(), loss=0):
    return judged(
        snapshot,
        risks=risks or {},
        halts=halts,
        loss_cents={True: loss},
        loss_bound_cents=1_000_000,
    )


def at(snapshot, seconds):
    """The same words, told ``seconds`` later."""
    ms = seconds * 1000
    return msgspec.structs.replace(
        snapshot,
        at_ms=snapshot.at_ms + ms,
        currencies={
            code: tuple(msgspec.structs.replace(s, at_ms=s.at_ms + ms) for s in sources)
            for code, sources in snapshot.currencies.items()
        },
        assets={
            code: msgspec.structs.replace(
                state,
                sources=tuple(
                    msgspec.structs.replace(s, at_ms=s.at_ms + ms) for s in state.sources
                ),
            )
            for code, state in snapshot.assets.items()
        },
    )


def test_a_wide_asset_costs_more_and_says_why():
    calm, wide = quotes()[ETH], quotes(marked(dev_market(), ETH, RiskState.WIDE))[ETH]
    assert wide.parts.widened_ppm > 0 == calm.parts.widened_ppm
    assert wide.parts.spread_ppm * 10 == pytest.approx(calm.parts.spread_ppm * 25, abs=20)
    assert wide.parts.lock_premium_ppm > calm.parts.lock_premium_ppm
    assert wide.units > calm.units
    assert isinstance(quotes(marked(dev_market(), ETH, RiskState.WIDE))[DAI], Quote)


def test_in_a_wide_market_new_locks_are_short_for_every_token_of_the_invoice():
    calm, wide = dev_market(), marked(dev_market(), ETH, RiskState.WIDE)
    long = quotes(wide, lock_seconds=900, shorten_lock=False)
    assert code_of(long[ETH]) == "lock_too_long", "asked for by name, it isn't given"
    assert isinstance(long[DAI], Quote)
    short = quotes(wide, lock_seconds=900)
    ends = {answer.lock_end for answer in short.values() if isinstance(answer, Quote)}
    assert ends == {NOW + timedelta(seconds=wide.policy.wide_lock_seconds)}
    assert isinstance(short[ETH], Quote) and isinstance(short[USDC], Quote)
    assert (
        short[ETH].parts.lock_premium_ppm
        < quotes(with_policy(wide, wide_lock_seconds=900), lock_seconds=900)[
            ETH
        ].parts.lock_premium_ppm
    )
    for seconds in (60, 300):
        kept = quotes(wide, lock_seconds=seconds)
        assert {answer.lock_end for answer in kept.values()} == {NOW + timedelta(seconds=seconds)}
    assert {a.lock_end for a in quotes(calm, lock_seconds=900).values()} == {
        NOW + timedelta(seconds=900)
    }


def test_a_wide_token_that_is_not_offered_anyway_shortens_no_lock():
    answers = quotes(marked(dev_market(), WETH, RiskState.WIDE, sources=()), lock_seconds=900)
    assert code_of(answers[WETH]) == "price_not_fresh"
    assert answers[DAI].lock_end == NOW + timedelta(seconds=900)


def test_reduce_only_takes_nothing_that_enlarges_the_position():
    state = RiskState.REDUCE_ONLY
    assert code_of(quotes(marked(dev_market(), WETH, state))[WETH]) == "desk_reduces_only"
    short = marked(dev_market(), WETH, state, inventory_units=-(10**16))
    answer = quotes(short)[WETH]
    assert isinstance(answer, Quote), "what brings the desk back to its target is welcome"
    assert 0 < answer.maximum < 3_000
    assert code_of(quotes(short, demand=_euros(500_00))[WETH]) == "amount_above_maximum"


def test_in_halt_a_till_still_offers_the_settlement_asset_at_par():
    snapshot = dev_market()
    for code in EIGHT:
        snapshot = marked(snapshot, code, RiskState.HALT)
    answers = quotes(snapshot)
    assert isinstance(answers[USDC], Quote)
    assert answers[USDC].parts.spread_ppm == 0
    for code in EIGHT:
        if code != USDC:
            assert code_of(answers[code]) == "desk_halted"
            assert answers[code].hint


def test_a_market_that_nobody_judges_any_more_is_reduced_only():
    silent = marked(dev_market(), WETH, RiskState.NORMAL, seen_ms=NOW_MS - 30_001)
    assert code_of(quotes(silent)[WETH]) == "desk_reduces_only"
    assert isinstance(quotes(marked(dev_market(), WETH, RiskState.NORMAL))[WETH], Quote)


def test_inventory_leans_the_price_and_ends_at_its_bound():
    prices = [
        quotes(with_asset(dev_market(), WETH, inventory_units=units * 10**18))[WETH]
        for units in (-50, 0, 50, 150)
    ]
    skews = [quote.parts.skew_ppm for quote in prices]
    assert skews == sorted(skews)
    assert skews[0] < 0 == skews[1] < skews[2]
    assert [q.units for q in prices] == sorted(q.units for q in prices)
    full = with_asset(dev_market(), WETH, inventory_units=200 * 10**18)
    assert code_of(quotes(full)[WETH]) == "inventory_full"
    assert isinstance(quotes(full)[ETH], Quote)


def test_one_sided_and_informed_flow_widen_the_spread():
    calm = quotes()[WETH].parts
    rough = quotes(with_asset(dev_market(), WETH, imbalance_ppm=-500_000, toxicity_ppm=10**6))
    parts = rough[WETH].parts
    assert (parts.flow_ppm, parts.toxicity_ppm) == (100, 300)
    assert parts.spread_ppm == calm.spread_ppm + 400


def test_a_spread_is_the_clamped_sum_of_its_parts():
    for quote in quotes().values():
        parts = quote.parts
        if quote.asset != USDC:
            assert parts.spread_ppm == (
                parts.base_ppm
                + parts.skew_ppm
                + parts.age_ppm
                + parts.flow_ppm
                + parts.toxicity_ppm
                + parts.deviation_ppm
                + parts.widened_ppm
            )
    shown = quotes()[ETH].parts.shown()
    assert shown["base_bps"] == "5.07"
    long = quotes(with_policy(dev_market(), max_spread_ppm=600, least_spread_ppm=100))
    wide = marked(with_policy(dev_market(), max_spread_ppm=900), ETH, RiskState.WIDE)
    assert quotes(wide)[ETH].parts.spread_ppm == 900
    assert code_of(long[ETH]) == "sources_disagree" or long[ETH].parts.spread_ppm <= 600


def test_a_rough_hour_makes_the_promise_dearer_than_the_slow_memory_says():
    rough = quotes(with_asset(dev_market(), ETH, fast_volatility_ppm=1_500_000))[ETH]
    assert rough.parts.lock_premium_ppm > 2 * quotes()[ETH].parts.lock_premium_ppm


def test_a_first_look_at_a_calm_market_is_normal_and_publishes_its_value():
    seen = watch(dev_market())
    assert {state.risk.state for state in seen.snapshot.assets.values()} == {0}
    value = seen.snapshot.assets[ETH].value
    assert (value.sources, value.deviation_ppm) == (2, 166)
    assert seen.transitions == {}
    assert all(isinstance(answer, Quote) for answer in quotes(seen.snapshot).values())


def test_an_asset_without_a_price_yet_is_reduced_only_until_its_first_one():
    lone = with_asset(dev_market(), WETH, sources=(feed_says("3000"),))
    seen = watch(lone)
    assert seen.snapshot.assets[WETH].risk.state == RiskState.REDUCE_ONLY
    assert code_of(quotes(seen.snapshot)[WETH]) == "price_not_fresh"
    back = watch(at(dev_market(), 2), seen.risks)
    assert back.snapshot.assets[WETH].risk.state == RiskState.NORMAL


def test_a_lost_source_comes_back_in_seconds_and_a_jump_in_minutes():
    seen = watch(dev_market())
    lone = with_asset(at(dev_market(), 5), WETH, sources=(feed_says("3000", age_ms=-4_000),))
    lost = watch(lone, seen.risks)
    assert lost.transitions[WETH].trigger is Trigger.TOO_FEW_SOURCES
    state, seconds = lost, 5
    while state.snapshot.assets[WETH].risk.state and seconds < 60:
        seconds += 1
        state = watch(at(dev_market(), seconds), state.risks)
    assert 20 <= seconds <= 30

    jumped = with_asset(
        at(dev_market(), 5),
        WETH,
        sources=(pools_say("3100", age_ms=-3_000), feed_says("3101", age_ms=-4_000)),
    )
    halted = watch(jumped, seen.risks)
    assert halted.transitions[WETH].trigger is Trigger.PRICE_JUMP
    assert halted.snapshot.assets[WETH].risk.state == RiskState.HALT
    later = watch(at(dev_market(), 20), halted.risks)
    assert later.snapshot.assets[WETH].risk.state == RiskState.HALT


def test_small_steps_of_a_feed_are_no_jump():
    state = watch(dev_market())
    for second in range(1, 30):
        price = "3003" if second % 2 else "3000"
        told = with_asset(
            at(dev_market(), second),
            ETH,
            sources=(
                pools_say(price, age_ms=2_000 - second * 1000),
                feed_says(price, age_ms=1_000 - second * 1000),
            ),
        )
        state = watch(told, state.risks)
        assert state.snapshot.assets[ETH].risk.state == RiskState.NORMAL


@pytest.mark.parametrize(
    ("price", "state"),
    [("0.998", 0), ("0.996", 1), ("0.988", 2), ("0.96", 3), ("0.88", 3)],
)
def test_a_stablecoin_off_its_peg_has_a_rule_for_each_state(price, state):
    told = with_asset(dev_market(), DAI, sources=(pools_say(price),))
    seen = watch(told)
    assert seen.snapshot.assets[DAI].risk.state == state
    answers = quotes(seen.snapshot)
    answer = answers[DAI]
    if state <= RiskState.WIDE:
        assert isinstance(answer, Quote)
        assert Decimal(answer.parts.fair) < Decimal(price) / Decimal("1.08") + Decimal("0.0001")
        assert bool(answer.parts.widened_ppm) is (state == RiskState.WIDE)
    else:
        assert isinstance(answer, QuoteRefusal)
        assert answer.code in ("off_peg", "desk_reduces_only")
    assert isinstance(answers[ETH], Quote)
    owed = with_asset(dev_market(), USDC, sources=(feed_says(price),))
    settled = quotes(watch(owed).snapshot)
    if state >= RiskState.REDUCE_ONLY:
        assert {code_of(each) for each in settled.values()} == {"off_peg"}
    else:
        assert isinstance(settled[USDC], Quote)


def test_a_days_loss_and_too_much_inventory_stop_the_desk():
    assert watch(dev_market(), loss=1_000_000).snapshot.assets[ETH].risk.trigger == "daily_loss"
    assert watch(dev_market(), loss=1_000_000).snapshot.assets[ETH].risk.state == 3
    assert watch(dev_market(), loss=-5_000_000).snapshot.assets[ETH].risk.state == 0
    held = with_asset(dev_market(), WETH, inventory_units=170 * 10**18)
    assert watch(held).snapshot.assets[WETH].risk.trigger == "inventory"
    owing = with_asset(dev_market(), USDC, inventory_units=-(10**13))
    assert watch(owing).snapshot.assets[USDC].risk.state == 0


def test_a_switch_halts_one_asset_or_all_and_lets_go_to_wide():
    seen = watch(dev_market(), halts={WETH})
    assert seen.snapshot.assets[WETH].risk.state == 3
    assert seen.snapshot.assets[ETH].risk.state == 0
    everything = watch(at(dev_market(), 1), seen.risks, halts={EVERYTHING})
    assert {state.risk.state for state in everything.snapshot.assets.values()} == {3}
    freed = watch(at(dev_market(), 2), everything.risks)
    assert {state.risk.state for state in freed.snapshot.assets.values()} == {RiskState.WIDE}


@pytest.mark.django_db
def test_changes_of_state_are_kept_with_their_event_and_only_by_the_holder():
    made = Transition(NOW_MS, RiskState.NORMAL, RiskState.HALT, Trigger.OFF_PEG, 40_000, 30_000)
    lease = leases.acquire(name="market", holder="first", ttl_seconds=-1)
    desk_states_change(transitions={DAI: made}, modes={DAI: "test"}, lease=lease)
    row = DeskState.objects.get(asset=DAI)
    assert (row.state, row.trigger, int(row.measure)) == (3, "off_peg", 40_000)
    event = Event.objects.get(type="desk.state_changed")
    assert event.body["after"] == "HALT"
    assert leases.acquire(name="market", holder="second", ttl_seconds=8)
    with pytest.raises(LeaseLost):
        desk_states_change(transitions={DAI: made}, modes={DAI: "test"}, lease=lease)


@pytest.mark.django_db
def test_the_kill_switch_wants_a_reason_and_a_name():
    with pytest.raises(ReasonMissing):
        desk_halt(reason=" ", by="ana", now=NOW)
    call_command("desk", "halt", "--reason", "a bridge was robbed", "--by", "ana", "--asset", WETH)
    call_command("desk", "halt", "--reason", "and another", "--by", "ana")
    assert halted_scopes() == {WETH, EVERYTHING}
    desk_resume(reason="found", by="ben", now=NOW)
    assert halted_scopes() == {WETH}
    with pytest.raises(HaltUnknown):
        desk_resume(reason="again", by="ben", now=NOW)
    with pytest.raises(CommandError):
        call_command("desk", "resume", "--reason", "x", "--by", "ben")
    kinds = list(Event.objects.order_by("id").values_list("type", flat=True))
    assert kinds == ["desk.halted", "desk.halted", "desk.resumed"]


def test_a_publisher_that_lost_its_lease_cannot_replace_its_successors_snapshot(valkey):
    forget_snapshot()
    publish_snapshot(dev_market(), epoch=8)
    with pytest.raises(LeaseLost):
        publish_snapshot(dev_market(), epoch=7)
    publish_snapshot(dev_market(), epoch=8)


def test_a_snapshot_of_another_format_is_refused_by_name():
    content = encode_snapshot(dev_market())
    assert decode_snapshot(content) == dev_market()
    for other in (content.replace(b"market/2", b"market/1", 1), content.partition(b"\n")[2]):
        with pytest.raises(SnapshotUnreadable):
            decode_snapshot(other)


def _euros(cents):
    from gateway.money.amounts import Amount
    from gateway.money.assets import FIAT

    return Amount(cents, FIAT["EUR"])
