"""The state machine of an invoice, without a database."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.invoices.life import (
    EXCEPTIONS,
    Received,
    Rules,
    Standing,
    in_time,
    news_between,
    purpose_of,
    release_rule,
    standing_of,
)
from gateway.shops.terms import ReleaseRule

RULES = Rules(underpay_tolerance_bps=50, overpay_tolerance_bps=100)
ALL = Fraction(1)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def paid(**changes: Any) -> Received:
    facts = {
        "state": "confirmed",
        "fit": "locked",
        "share": ALL,
        "verdict": "clear",
        "credited": True,
    }
    return Received(**{**facts, **changes})


def seen(**changes: Any) -> Received:
    return paid(**{"state": "seen", "credited": False, **changes})


def standing(*received: Received, **changes: Any) -> Standing:
    facts: dict[str, Any] = {"rules": RULES, "time_over": False, "monitoring_over": False}
    return standing_of(**{**facts, "received": received, **changes})


def test_a_new_invoice_waits_and_nothing_is_handed_over() -> None:
    fresh = standing()
    assert (fresh.status, fresh.exceptions, fresh.release_goods) == ("waiting", frozenset(), "wait")


def test_a_payment_seen_is_not_a_payment() -> None:
    now = standing(seen())
    assert (now.status, now.release_goods) == ("processing", "wait")


def test_a_shop_that_trusts_small_payments_hands_over_on_sight_once_screened() -> None:
    rules = Rules(underpay_tolerance_bps=50, overpay_tolerance_bps=100, release_at="seen")
    assert standing(seen(verdict=None), rules=rules).release_goods == "wait"
    assert standing(seen(), rules=rules).release_goods == "yes"


def test_a_careful_shop_waits_for_finality_though_the_invoice_is_paid() -> None:
    rules = Rules(underpay_tolerance_bps=50, overpay_tolerance_bps=100, release_at="final")
    assert standing(paid(), rules=rules).status == "paid"
    assert standing(paid(), rules=rules).release_goods == "wait"
    assert standing(paid(state="final"), rules=rules).release_goods == "yes"


def test_part_of_the_money_is_partial_and_says_underpaid() -> None:
    half = standing(paid(share=Fraction(1, 2)))
    assert (half.status, half.exceptions) == ("partial", frozenset({"underpaid"}))


def test_a_cent_missing_within_the_tolerance_is_paid() -> None:
    assert standing(paid(share=Fraction(9950, 10_000))).status == "paid"
    assert standing(paid(share=Fraction(9949, 10_000))).status == "partial"


def test_nothing_pays_for_nothing_however_much_a_shop_tolerates() -> None:
    generous = Rules(underpay_tolerance_bps=10_000, overpay_tolerance_bps=100)
    fresh = standing(rules=generous)
    assert (fresh.status, fresh.release_goods) == ("waiting", "wait")
    for monitoring_over in (False, True):
        over = standing(rules=generous, time_over=True, monitoring_over=monitoring_over)
        assert (over.status, over.release_goods) == ("expired", "no")
    unrated = standing(seen(fit="wrong_asset", share=Fraction(0)), rules=generous)
    assert (unrated.status, unrated.release_goods) == ("waiting", "wait")
    speck = standing(paid(share=DUST), rules=generous)
    assert (speck.status, speck.release_goods) == ("paid", "yes")
    assert standing(held(share=DUST), rules=generous).release_goods == "no"
    assert standing(rules=generous, card="paid").status == "paid"


def test_two_assets_together_pay_one_invoice() -> None:
    both = standing(paid(share=Fraction(2, 5)), paid(share=Fraction(3, 5)))
    assert (both.status, both.release_goods) == ("paid", "yes")


def test_more_than_the_tolerance_says_overpaid() -> None:
    assert "overpaid" not in standing(paid(share=Fraction(101, 100))).exceptions
    assert "overpaid" in standing(paid(share=Fraction(102, 100))).exceptions


def test_time_over_without_money_is_expired_and_with_part_of_it_too() -> None:
    assert standing(time_over=True).status == "expired"
    part = standing(paid(share=Fraction(1, 2)), time_over=True)
    assert (part.status, part.release_goods) == ("expired", "no")
    assert part.exceptions == {"underpaid"}


def test_a_payment_that_was_seen_in_time_may_confirm_after_the_lock() -> None:
    assert standing(seen(), time_over=True).status == "processing"


def test_late_money_that_covers_is_paid_and_late() -> None:
    late = standing(paid(fit="late"), time_over=True)
    assert (late.status, late.exceptions) == ("paid", frozenset({"late"}))
    waiting = standing(seen(fit="late", share=Fraction(0)), time_over=True)
    assert (waiting.status, waiting.exceptions) == ("expired", frozenset({"late"}))


def test_late_money_after_a_full_payment_does_not_make_the_sale_late() -> None:
    both = standing(paid(), seen(fit="late", share=Fraction(0)), time_over=True)
    assert (both.status, both.exceptions) == ("paid", frozenset())


def test_a_held_payment_shows_processing_and_the_goods_stay() -> None:
    held = standing(paid(verdict="held", credited=False))
    assert (held.status, held.exceptions, held.release_goods) == (
        "processing",
        frozenset({"held"}),
        "no",
    )


def test_a_blocked_payment_is_shown_as_held_and_never_as_money() -> None:
    blocked = standing(paid(verdict="blocked", credited=False), time_over=True)
    assert (blocked.status, blocked.exceptions) == ("expired", frozenset({"held"}))


DUST = Fraction(1, 13_500_000)


def held(**changes: Any) -> Received:
    return paid(**{"verdict": "held", "credited": False, **changes})


def test_a_listed_speck_beside_an_honest_payment_does_not_keep_the_goods() -> None:
    both = standing(held(share=DUST), paid())
    assert (both.status, both.exceptions, both.release_goods) == ("paid", {"held"}, "yes")
    assert standing(paid(), held(share=DUST)) == both
    blocked = standing(paid(), held(share=DUST, verdict="blocked"))
    assert blocked.release_goods == "yes"


def test_a_listed_speck_before_the_honest_payment_leaves_the_till_waiting() -> None:
    assert standing(held(share=DUST)).release_goods == "wait"
    assert standing(held(share=DUST), seen()).release_goods == "wait"


def test_a_sale_that_stands_on_held_money_is_not_handed_over() -> None:
    half = Fraction(1, 2)
    assert standing(paid(share=half), held(share=half)).release_goods == "no"
    assert standing(held(), paid(share=half), mark="settled").release_goods == "no"
    assert standing(held(share=DUST), mark="settled").release_goods == "yes"


def test_what_people_decide_about_a_hold_frees_the_sale_or_leaves_it_open() -> None:
    half = Fraction(1, 2)
    part = paid(share=half)
    released = standing(part, paid(share=half, verdict="released"))
    returned = standing(part, held(share=half, verdict="returned"))
    blocked = standing(part, held(share=half, verdict="blocked"))
    assert (released.status, released.release_goods) == ("paid", "yes")
    assert (returned.status, returned.release_goods) == ("partial", "wait")
    assert (blocked.exceptions, blocked.release_goods) == ({"held", "underpaid"}, "no")


def test_a_hold_that_a_reorg_took_away_keeps_no_goods() -> None:
    gone = held(state="orphaned", share=DUST, taken_back=True)
    on_sight = Rules(underpay_tolerance_bps=50, overpay_tolerance_bps=100, release_at="seen")
    assert standing(seen(), gone, rules=on_sight).release_goods == "yes"


def test_an_honest_payment_that_a_reorg_took_away_keeps_them_whatever_is_held() -> None:
    gone = paid(state="orphaned", credited=False, taken_back=True)
    assert standing(gone, held(share=DUST)).release_goods == "no"


def test_a_payer_listed_after_the_credit_stops_goods_that_have_not_gone() -> None:
    listed = standing(paid(verdict="held"))
    assert (listed.status, listed.exceptions, listed.release_goods) == ("paid", {"held"}, "no")


def test_without_a_verdict_a_confirmed_payment_waits() -> None:
    unscreened = standing(paid(verdict=None, credited=False), monitoring_over=True)
    assert (unscreened.status, unscreened.release_goods) == ("processing", "wait")


def test_a_reorged_payment_no_longer_counts_and_the_goods_stay() -> None:
    gone = standing(paid(state="orphaned", credited=False, taken_back=True))
    assert (gone.status, gone.exceptions, gone.release_goods) == (
        "waiting",
        frozenset({"reverted"}),
        "no",
    )
    end = standing(
        paid(state="orphaned", credited=False, taken_back=True),
        time_over=True,
        monitoring_over=True,
    )
    assert (end.status, end.exceptions) == ("invalid", frozenset({"reverted"}))


def test_mined_again_after_a_reorg_it_is_simply_paid() -> None:
    again = standing(paid(state="orphaned", credited=False, taken_back=True), paid())
    assert (again.status, again.exceptions, again.release_goods) == ("paid", frozenset(), "yes")


def test_seen_and_never_confirmed_is_invalid_at_the_end() -> None:
    assert standing(seen(), time_over=True, monitoring_over=True).status == "invalid"


def test_money_after_voiding_changes_nothing_for_the_sale() -> None:
    after = standing(paid(fit="claimed", credited=False), cancelled=True)
    assert (after.status, after.release_goods) == ("cancelled", "no")


def test_a_known_token_that_was_not_quoted_is_a_wrong_asset() -> None:
    wrong = standing(paid(fit="wrong_asset", credited=False, share=Fraction(0)))
    assert (wrong.status, wrong.exceptions) == ("waiting", frozenset({"wrong_asset"}))


def test_a_person_can_mark_it_either_way() -> None:
    assert standing(mark="settled").status == "paid"
    assert standing(mark="settled").release_goods == "yes"
    assert standing(seen(), mark="invalid").status == "invalid"
    assert standing(mark="invalid").exceptions == {"marked"}


def test_the_first_block_decides_whether_it_was_in_time() -> None:
    end = NOON
    assert in_time(first_block_time=end + timedelta(seconds=30), lock_end=end, grace_seconds=30)
    assert not in_time(first_block_time=end + timedelta(seconds=31), lock_end=end, grace_seconds=30)


def test_release_rules_go_by_amount() -> None:
    rules = (ReleaseRule(up_to=2_000, at="seen"), ReleaseRule(up_to=None, at="final"))
    assert release_rule(rules, amount_units=2_000) == "seen"
    assert release_rule(rules, amount_units=2_001) == "final"
    assert release_rule((), amount_units=1) == "confirmed"


def test_the_shop_hears_each_change_once_and_in_order() -> None:
    waiting, processing, done = standing(), standing(seen()), standing(paid())
    assert news_between(waiting, processing) == ("invoice.processing",)
    assert news_between(processing, done) == ("invoice.paid",)
    assert news_between(done, done) == ()
    over = standing(paid(share=Fraction(2)))
    assert news_between(standing(seen(share=Fraction(2))), over) == (
        "invoice.paid",
        "invoice.overpaid",
    )
    late = standing(paid(fit="late"), time_over=True)
    assert news_between(standing(time_over=True), late) == ("invoice.paid_late",)
    gone = standing(paid(state="orphaned", credited=False, taken_back=True))
    assert news_between(done, gone) == ("invoice.reverted",)


def test_whether_the_goods_may_go_is_told_once_whatever_else_is() -> None:
    careful = Rules(underpay_tolerance_bps=50, overpay_tolerance_bps=100, release_at="final")
    waits, goes = standing(paid(), rules=careful), standing(paid(state="final"), rules=careful)
    changed = "invoice.release_changed"
    assert news_between(waits, goes) == (changed,)
    for other in ("invoice.released", "invoice.payment_seen", "invoice.payer_told"):
        assert news_between(waits, goes, besides=(other,)) == (other, changed)
    over = standing(paid(state="final"), paid(state="final"), rules=careful)
    assert news_between(waits, over) == ("invoice.overpaid", changed)
    listed = standing(paid(verdict="held"), rules=careful)
    assert news_between(waits, listed) == ("invoice.held", changed)
    assert news_between(waits, standing(paid(), rules=careful, mark="settled")) == (
        "invoice.marked",
    )
    assert news_between(standing(seen()), standing(paid())) == ("invoice.paid",)


deposits = st.builds(
    Received,
    state=st.sampled_from(["seen", "confirmed", "final", "orphaned"]),
    fit=st.sampled_from(["locked", "late", "wrong_asset", "claimed"]),
    share=st.fractions(min_value=0, max_value=2, max_denominator=100),
    verdict=st.sampled_from([None, "clear", "held", "released", "returned", "blocked"]),
    credited=st.just(False),
    taken_back=st.booleans(),
) | st.builds(
    Received,
    state=st.sampled_from(["confirmed", "final"]),
    fit=st.sampled_from(["locked", "late"]),
    share=st.fractions(min_value=0, max_value=2, max_denominator=100),
    verdict=st.sampled_from(["clear", "released"]),
    credited=st.just(True),
)
rules = st.builds(
    Rules,
    underpay_tolerance_bps=st.integers(0, 500) | st.integers(9_900, 10_000),
    overpay_tolerance_bps=st.integers(0, 500),
    release_at=st.sampled_from(["seen", "confirmed", "final"]),
)
situations = st.fixed_dictionaries(
    {
        "rules": rules,
        "received": st.lists(deposits, max_size=5),
        "time_over": st.booleans(),
        "monitoring_over": st.booleans(),
        "cancelled": st.booleans(),
        "mark": st.sampled_from(["", "settled", "invalid"]),
        "duplicate_order": st.booleans(),
    }
)


@given(situations, st.randoms())
def test_the_order_in_which_news_arrives_never_matters(facts: dict[str, Any], random: Any) -> None:
    shuffled = list(facts["received"])
    random.shuffle(shuffled)
    assert standing_of(**facts) == standing_of(**{**facts, "received": shuffled})


@given(situations)
def test_nothing_is_paid_without_money_posted_or_a_persons_mark(facts: dict[str, Any]) -> None:
    result = standing_of(**facts)
    if result.status == "paid" and facts["mark"] != "settled":
        assert result.credited_share >= facts["rules"].required
        assert result.credited_share > 0
    assert result.exceptions <= set(EXCEPTIONS)


ORDER = ("no", "wait", "yes")
CLEARED = ("clear", "released")


def cleared_alone(facts: dict[str, Any]) -> dict[str, Any]:
    return {**facts, "received": [d for d in facts["received"] if d.verdict in CLEARED]}


@given(situations)
def test_goods_go_by_cleared_money_alone(facts: dict[str, Any]) -> None:
    result, alone = standing_of(**facts), standing_of(**cleared_alone(facts))
    if result.release_goods == "yes":
        assert result.status in ("processing", "paid")
        assert alone.release_goods == "yes"
        if facts["mark"] != "settled":
            assert facts["rules"].covers(alone.seen_share)
    if alone.release_goods == "yes" and facts["rules"].covers(alone.seen_share):
        assert result.release_goods == "yes"


@given(situations, deposits)
def test_one_more_deposit_that_is_not_cleared_never_takes_goods_away(
    facts: dict[str, Any], more: Received
) -> None:
    """Unless the sale would stand on it: then somebody must look before anything is handed over."""
    if more.verdict in CLEARED or more.credited:
        return
    before = standing_of(**facts)
    after = standing_of(**{**facts, "received": [*facts["received"], more]})
    ready = facts["rules"].covers(standing_of(**cleared_alone(facts)).seen_share)
    if before.release_goods == "yes" and (facts["mark"] != "settled" or ready):
        assert after.release_goods == "yes"
    if ORDER.index(after.release_goods) < ORDER.index(before.release_goods):
        assert more.verdict in ("held", "blocked")
        assert more.on_chain and more.fit == "locked"


@given(situations)
def test_an_orphaned_deposit_counts_for_nothing(facts: dict[str, Any]) -> None:
    there = [d for d in facts["received"] if d.state != "orphaned"]
    with_them, without = standing_of(**facts), standing_of(**{**facts, "received": there})
    assert with_them.seen_share == without.seen_share
    assert with_them.credited_share == without.credited_share


@pytest.mark.parametrize(
    ("kind", "was_credited", "has_received", "purpose"),
    [
        ("invoice.paid", False, True, "first"),
        ("invoice.paid_late", True, True, "again"),
        ("invoice.expired", False, False, "first"),
        ("invoice.expired", False, True, "again"),
        ("invoice.cancelled", True, False, "again"),
        ("invoice.reverted", False, True, None),
    ],
)
def test_a_first_payment_is_told_apart_from_one_that_comes_again(
    kind: str, was_credited: bool, has_received: bool, purpose: str | None
) -> None:
    told = purpose_of(kind, was_credited=was_credited, has_received=has_received)
    assert told == purpose
