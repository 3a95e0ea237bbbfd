"""What an exposure leads to: who is held, who is only looked at, and who is unknown."""

from typing import Any

import pytest

from gateway.compliance.tracing.categories import AddressBook, Label
from gateway.compliance.tracing.exposure import Payment
from gateway.compliance.tracing.judging import Judgement, judge
from gateway.compliance.tracing.policy import TracePolicy
from tests.compliance.tracing.flow_kit import (
    LISTED,
    POLICY,
    label,
    pay,
    payment_of,
    traced,
    who,
)

EXCHANGE = label("exchange", "exchange")


def judged(transfers: Any, *labels: Label, payment: Payment | None = None, **more: Any) -> Any:
    failures = more.pop("failures", ())
    policy: TracePolicy = more.get("policy", POLICY)
    found = traced(transfers, *labels, payment=payment, **more)
    return judge(found, payment=payment, failures=failures, policy=policy)


def test_money_of_an_exchange_is_clear() -> None:
    assert judged(
        [pay(1, "exchange", "payer", 100)], EXCHANGE, payment=payment_of(50)
    ) == Judgement("clear", "low", (), asks_hold=False)


def test_anything_above_dust_straight_from_a_listed_address_is_high_and_held() -> None:
    found = judged(
        [pay(1, "thief", "payer", 1), pay(2, "exchange", "payer", 10_000)],
        LISTED,
        EXCHANGE,
        payment=payment_of(5),
    )
    assert found == Judgement("high", "severe", ("listed_direct",), asks_hold=True)


def test_who_was_dusted_is_not_held() -> None:
    crumb = pay(1, "thief", "payer", 0, units=1, value_micros=1)
    found = judged(
        [crumb, pay(2, "exchange", "payer", 100)], LISTED, EXCHANGE, payment=payment_of(50)
    )
    assert found == Judgement("clear", "low", (), asks_hold=False)


def through(dollars: int, clean: int) -> list[Any]:
    return [
        pay(1, "thief", "a", dollars),
        pay(2, "a", "payer", dollars),
        pay(3, "exchange", "payer", clean),
    ]


@pytest.mark.parametrize(
    ("dollars", "clean", "paid", "state", "is_held"),
    [
        (1_000, 3_000, 4_000, "high", True),  # 25 % and 1,000 dollars of the payment
        (1_000, 3_001, 4_001, "review", False),  # less than 25 %
        (1_000, 3_000, 3_999, "review", False),  # less than 1,000 dollars
        (1_000, 0, 50, "clear", False),  # a coffee: less than 100 dollars
        (1_000, 19_000, 2_000, "review", False),  # 5 % and 100 dollars
        (1_000, 19_000, 1_999, "clear", False),
        (1_000, 19_100, 20_100, "clear", False),  # less than 5 %
    ],
)
def test_indirect_money_of_a_listed_address_counts_by_share_and_amount(
    dollars: int, clean: int, paid: int, state: str, is_held: bool
) -> None:
    found = judged(
        through(dollars, clean) if clean else through(dollars, 1)[:2],
        LISTED,
        EXCHANGE,
        payment=payment_of(paid),
    )
    assert (found.state, found.asks_hold) == (state, is_held)


def test_a_delisted_mixer_is_reviewed_and_never_held() -> None:
    found = judged(
        [pay(1, "tornado", "payer", 5_000)],
        label("tornado", "mixer", "delisted"),
        payment=payment_of(5_000),
    )
    assert found == Judgement("review", "medium", ("risky",), asks_hold=False)


def test_a_listed_mixer_is_listed() -> None:
    found = judged(
        [pay(1, "tornado", "payer", 5)], label("tornado", "mixer", "listed"), payment=payment_of(5)
    )
    assert found.reasons == ("listed_direct",)


def test_category_and_legal_status_come_from_several_sources_and_stay_two_fields() -> None:
    address = who("tornado")
    book = AddressBook(
        [
            Label(address, "sanctioned", "listed", "TORNADO", "ofac#3"),
            Label(address, "mixer", "none", "Tornado Cash", "officer#1"),
        ]
    )
    assert book.of(address) == Label(
        address, "mixer", "listed", "TORNADO; Tornado Cash", "ofac#3, officer#1"
    )


def test_a_payer_like_an_exchange_is_reviewed_for_what_others_paid_in() -> None:
    policy = TracePolicy(version="t", fan_out_recipients=2)
    found = judged(
        [
            pay(1, "thief", "payer", 100),
            pay(2, "payer", "a", 10),
            pay(3, "payer", "b", 10),
        ],
        LISTED,
        payment=payment_of(50),
        policy=policy,
    )
    assert found == Judgement("review", "high", ("listed_direct",), asks_hold=False)


def test_a_listed_payer_is_high_himself() -> None:
    found = judged([], label("payer", "sanctioned", "listed"), payment=payment_of(5))
    assert found.reasons == ("listed_itself",)


def test_of_a_wallet_of_which_nothing_is_known_nobody_says_it_is_clear() -> None:
    assert judged([], payment=payment_of(5)).state == "unknown"
    assert judged([]).reasons == ("unseen",)


def test_a_trail_that_ends_nowhere_is_unknown_with_the_reason() -> None:
    found = judged(
        [pay(1, "stranger", "payer", 100)],
        payment=payment_of(50),
        gaps={who("stranger"): "window"},
    )
    assert (found.state, found.reasons) == ("unknown", ("window",))


def test_a_look_that_failed_is_never_clear() -> None:
    found = judged(
        [pay(1, "exchange", "payer", 100)],
        EXCHANGE,
        payment=payment_of(50),
        failures=("pruned", "window"),
    )
    assert found == Judgement("unknown", "unknown", ("pruned",), asks_hold=False)


def test_a_look_that_failed_hides_nothing_that_was_found() -> None:
    found = judged(
        [pay(1, "thief", "payer", 100)], LISTED, payment=payment_of(50), failures=("node_failed",)
    )
    assert found.state == "high"


def test_without_a_price_a_share_alone_is_looked_at_by_people_and_not_held() -> None:
    bare = [
        pay(1, "thief", "a", 0, units=10**18, value_micros=None),
        pay(2, "a", "payer", 0, units=10**18, value_micros=None),
    ]
    payment = Payment(asset="USDC@31337", units=10**17, position=(1_000, 0, b"", ""))
    found = judged(bare, LISTED, payment=payment)
    assert found == Judgement("review", "high", ("listed_indirect",), asks_hold=False)


def test_a_payer_who_is_a_labelled_thief_is_reviewed_however_little_he_pays() -> None:
    found = judged([], label("payer", "theft"), payment=payment_of(5))
    assert found == Judgement("review", "medium", ("risky_itself",), asks_hold=False)


def test_of_several_assets_those_with_a_price_are_added_by_value() -> None:
    # 400 of 1,600 dollars came from a mixer: a quarter, but no thousand dollars.
    mixed = [
        pay(1, "tornado", "payer", 400),
        pay(2, "exchange", "payer", 1_200, asset="DAI@31337"),
    ]
    mixer = label("tornado", "mixer")
    assert judged(mixed, mixer, EXCHANGE).state == "clear"
    larger = [
        pay(1, "tornado", "payer", 1_000),
        pay(2, "exchange", "payer", 3_000, asset="DAI@31337"),
    ]
    assert judged(larger, mixer, EXCHANGE).reasons == ("risky",)
    smaller_share = [
        pay(1, "tornado", "payer", 1_000),
        pay(2, "exchange", "payer", 3_001, asset="DAI@31337"),
    ]
    assert judged(smaller_share, mixer, EXCHANGE).state == "clear"


def test_one_asset_without_a_price_counts_by_its_own_share() -> None:
    mixed = [
        pay(1, "tornado", "payer", 0, units=10**18, value_micros=None, asset="X@31337"),
        pay(2, "exchange", "payer", 90_000),
    ]
    assert judged(mixed, label("tornado", "mixer"), EXCHANGE).reasons == ("risky",)


def test_a_payment_too_small_to_be_worth_a_micro_dollar_is_no_payment_without_a_price() -> None:
    payment = Payment(asset="USDC@31337", units=5, position=(9, 0, b"", ""), value_micros=0)
    mixed = [pay(1, "tornado", "payer", 50)]
    assert judged(mixed, label("tornado", "mixer"), payment=payment).state == "clear"
