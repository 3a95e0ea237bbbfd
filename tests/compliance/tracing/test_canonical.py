"""The same facts are the same bytes, and an answer can be given again from them."""

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.tracing.canonical import (
    answer_of,
    canonical,
    hash_of,
    inputs_bytes,
    inputs_from,
)
from gateway.compliance.tracing.flows import TraceInputs
from gateway.compliance.tracing.judging import judge
from gateway.compliance.tracing.tracer import trace
from gateway.compliance.tracing.transfers import MICROS
from tests.compliance.tracing.flow_kit import (
    LISTED,
    POLICY,
    USDC,
    inputs_of,
    label,
    pay,
    payment_of,
    who,
)

FLOW = [
    pay(1, "thief", "a", 5_000),
    pay(2, "a", "payer", 3_000),
    pay(3, "bank", "payer", 9_000),
    pay(3, "b", "payer", 0, index=1, units=10**30, value_micros=None, asset="DAI@31337"),
]


def inputs(flow: Any = FLOW) -> TraceInputs:
    return inputs_of(
        flow,
        LISTED,
        label("bank", "exchange"),
        payment=payment_of(8_000),
        openings={(who("payer"), USDC): 7 * MICROS, (who("a"), USDC): 10**20},
        gaps={who("payer"): "window", who("b"): "transfers"},
    )


def answer(of: TraceInputs) -> bytes:
    found = trace(of)
    return canonical(answer_of(found, judge(found, payment=of.question.payment, policy=of.policy)))


def test_inputs_come_back_and_give_the_same_answer_bit_for_bit() -> None:
    body = inputs_bytes(inputs())
    again = inputs_from(body)
    assert inputs_bytes(again) == body
    assert answer(again) == answer(inputs())


@given(seed=st.integers())
def test_whatever_order_the_facts_came_in_the_hash_is_the_same(seed: int) -> None:
    shuffled = [*FLOW, FLOW[0]]
    Random(seed).shuffle(shuffled)
    assert hash_of(inputs_bytes(inputs(shuffled))) == hash_of(inputs_bytes(inputs()))


def test_another_amount_or_another_rule_is_another_hash() -> None:
    other = [*FLOW[:-1], pay(4, "bank", "payer", 1)]
    plain = inputs_bytes(inputs())
    assert inputs_bytes(inputs(other)) != plain
    assert b'"version":"test"' in plain


def test_an_answer_holds_no_number_that_a_program_would_round() -> None:
    body = answer(inputs_of(FLOW, LISTED, policy=POLICY))
    assert b'"units":"1000000000000000000000000000000"' in body
