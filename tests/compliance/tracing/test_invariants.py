"""What holds of every trace, whatever the transfers."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.tracing.exposure import Origin, Payment, shares
from gateway.compliance.tracing.haircut import proportional
from gateway.compliance.tracing.policy import TracePolicy
from gateway.compliance.tracing.tracer import trace
from gateway.compliance.tracing.transfers import Transfer
from tests.compliance.tracing.flow_kit import LISTED, inputs_of, label, pay, who

PEOPLE = ("payer", "thief", "tornado", "bank", "a", "b", "c", "d")
LABELS = (LISTED, label("tornado", "mixer", "delisted"), label("bank", "exchange"))


@st.composite
def flows(draw: Any) -> list[Transfer]:
    count = draw(st.integers(min_value=0, max_value=40))
    found = []
    for block in range(1, count + 1):
        sender = draw(st.sampled_from(PEOPLE))
        recipient = draw(st.sampled_from(PEOPLE))
        units = draw(st.one_of(st.integers(0, 5), st.integers(0, 10**30)))
        value = draw(st.one_of(st.none(), st.just(units)))
        asset = draw(st.sampled_from(("USDC@31337", "DAI@31337")))
        found.append(pay(block, sender, recipient, 0, units=units, value_micros=value, asset=asset))
    return found


def payment(units: int) -> Payment:
    return Payment(
        asset="USDC@31337", units=units, position=(1_000, 0, b"", ""), value_micros=units
    )


POLICIES = st.builds(
    TracePolicy,
    version=st.just("any"),
    max_hops=st.integers(1, 5),
    max_lots=st.integers(1, 50),
    fan_out_recipients=st.integers(2, 9),
    dust_micros=st.integers(0, 100),
)


OPENINGS = st.dictionaries(
    st.tuples(st.sampled_from([who(name) for name in PEOPLE]), st.just("USDC@31337")),
    st.integers(0, 10**30),
)


@given(found=flows(), units=st.integers(1, 10**31), policy=POLICIES, openings=OPENINGS)
def test_no_unit_is_made_or_lost_and_shares_add_up_to_one(
    found: list[Transfer], units: int, policy: TracePolicy, openings: dict[tuple[bytes, str], int]
) -> None:
    answer = trace(
        inputs_of(found, *LABELS, payment=payment(units), policy=policy, openings=openings)
    )
    assert sum(part.units for part in answer.payment) == units
    assert sum(answer.fifo.values()) == units
    assert sum(shares(answer.payment).values()) == Fraction(1)
    for received in answer.received:
        assert sum(part.units for part in received.parts) == received.units
        assert all(part.units > 0 for part in received.parts)
        if received.value_micros is not None:
            told = sum(part.value_micros or 0 for part in received.parts)
            assert told <= received.value_micros


@given(found=flows(), policy=POLICIES, seed=st.randoms())
def test_the_order_in_which_transfers_are_told_is_nothing(
    found: list[Transfer], policy: TracePolicy, seed: Any
) -> None:
    shuffled = [*found, *found[:3]]
    seed.shuffle(shuffled)
    first = trace(inputs_of(found, *LABELS, payment=payment(100), policy=policy))
    again = trace(inputs_of(shuffled, *reversed(LABELS), payment=payment(100), policy=policy))
    assert first == again


@given(found=flows(), policy=POLICIES)
def test_every_path_leads_without_a_gap_from_a_labelled_address_to_the_payer(
    found: list[Transfer], policy: TracePolicy
) -> None:
    answer = trace(inputs_of(found, *LABELS, payment=payment(100), policy=policy))
    payer = inputs_of([]).question.address
    labelled = {one.address for one in LABELS}
    known = [(lot.origin, lot.path) for lot in answer.lots if not lot.origin.is_unknown]
    known += [(part.origin, part.path) for part in answer.payment if not part.origin.is_unknown]
    for origin, path in known:
        assert len(path) == origin.hops <= policy.max_hops
        assert path[0].sender in labelled
        assert path[-1].recipient == payer
        for earlier, later in pairwise(path):
            assert earlier.recipient == later.sender
            assert earlier.position < later.position


@given(found=flows(), policy=POLICIES)
def test_what_happens_after_a_payment_never_changes_the_answer_about_it(
    found: list[Transfer], policy: TracePolicy
) -> None:
    later = [pay(5_000 + n, "thief", "payer", 900, index=n) for n in range(3)]
    before = trace(inputs_of(found, *LABELS, payment=payment(100), policy=policy))
    after = trace(inputs_of([*found, *later], *LABELS, payment=payment(100), policy=policy))
    assert before == after


@given(found=flows())
def test_without_a_listed_address_nobody_is_exposed_to_one(found: list[Transfer]) -> None:
    answer = trace(inputs_of(found, label("bank", "exchange"), payment=payment(100)))
    assert not any(part.origin.status == "listed" for part in answer.payment)
    assert not any(origin.status == "listed" for origin in answer.fifo)


@given(
    stocks=st.lists(st.integers(0, 10**40), min_size=1, max_size=8), numerator=st.integers(0, 1000)
)
def test_a_proportion_is_off_by_less_than_a_unit_and_takes_no_more_than_there_is(
    stocks: list[int], numerator: int
) -> None:
    named = {Origin("mixer", hops=n): stock for n, stock in enumerate(stocks)}
    whole = sum(stocks)
    units = whole * numerator // 1000
    if not whole:
        return
    taken = proportional(units, named)
    assert sum(taken.values()) == units
    for origin, stock in named.items():
        exact = Fraction(units * stock, whole)
        assert abs(taken.get(origin, 0) - exact) < 1
        assert taken.get(origin, 0) <= stock
