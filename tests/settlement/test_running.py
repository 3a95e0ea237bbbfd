"""What a run pays: the parts of a policy, to the unit."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.settlement.chain_choice import Choice, Way, choose
from gateway.settlement.running import Part, Run, run_of, split_units
from gateway.shops.policies import BPS, SettlementPolicy, Share


@st.composite
def splits(draw: st.DrawFn) -> tuple[Share, ...]:
    cuts = sorted(draw(st.sets(st.integers(1, BPS - 1), max_size=4)))
    edges = [0, *cuts, BPS]
    return tuple(Share(f"T{n}@1", edges[n + 1] - edges[n]) for n in range(len(edges) - 1))


def policy(split: tuple[Share, ...] = (Share("USDC@1", BPS),), **more) -> SettlementPolicy:
    return SettlementPolicy(split=split, **more)


@given(units=st.integers(0, 10**30), split=splits())
def test_parts_add_up_and_none_is_off_by_a_unit(units: int, split: tuple[Share, ...]) -> None:
    parts = split_units(units, split)
    assert sum(parts) == units
    for part, share in zip(parts, split, strict=True):
        assert abs(part * BPS - units * share.bps) < BPS


@given(units=st.integers(0, 10**12), split=splits())
def test_whoever_lost_most_by_rounding_down_gets_what_is_left(
    units: int, split: tuple[Share, ...]
) -> None:
    parts = split_units(units, split)
    lost = [units * share.bps % BPS for share in split]
    given_one = [part - units * share.bps // BPS for part, share in zip(parts, split, strict=True)]
    with_one = [loss for loss, one in zip(lost, given_one, strict=True) if one]
    without = [loss for loss, one in zip(lost, given_one, strict=True) if not one]
    assert not with_one or not without or min(with_one) >= max(without)


def test_among_equals_the_first_share_gets_the_odd_unit() -> None:
    thirds = (Share("A@1", 3_333), Share("B@1", 3_333), Share("C@1", 3_334))
    assert split_units(100, thirds) == [33, 33, 34]
    halves = (Share("A@1", 5_000), Share("B@1", 5_000))
    assert split_units(101, halves) == [51, 50]


@given(
    payable=st.integers(-(10**12), 10**12),
    split=splits(),
    minimum=st.integers(0, 10**9),
    threshold=st.none() | st.integers(1, 10**9),
    asked=st.booleans(),
    last=st.booleans(),
)
def test_a_run_pays_all_that_is_payable_or_nothing(
    *,
    payable: int,
    split: tuple[Share, ...],
    minimum: int,
    threshold: int | None,
    asked: bool,
    last: bool,
) -> None:
    schedule = "on_demand" if threshold is None else "threshold"
    run = run_of(
        policy(split, schedule=schedule, threshold_units=threshold, minimum_units=minimum),
        payable=payable,
        asked=asked,
        last=last,
    )
    assert run.units in (0, payable) and bool(run.parts) is (run.why == "due")
    assert all(part.units > 0 for part in run.parts)
    if run.parts and not last:
        assert min(part.units for part in run.parts) >= minimum


def test_a_part_below_the_minimum_keeps_the_whole_run_waiting() -> None:
    split = (Share("USDC@1", 9_900), Share("DAI@1", 100))
    few = policy(split, minimum_units=10)
    assert run_of(few, payable=949) == Run((), "below_minimum")
    assert run_of(few, payable=1_000).parts == (Part("USDC@1", 990), Part("DAI@1", 10))
    assert run_of(few, payable=99, last=True).parts == (Part("USDC@1", 98), Part("DAI@1", 1))


def test_a_threshold_counts_for_what_comes_by_itself_only() -> None:
    from_50 = policy(schedule="threshold", threshold_units=50)
    assert run_of(from_50, payable=49).why == "below_threshold"
    assert run_of(from_50, payable=49, asked=True).units == 49
    assert run_of(from_50, payable=50).units == 50


def test_the_cheapest_chain_with_enough_float_is_chosen_and_why_is_said() -> None:
    own = Way("USDC@1", True, 900, True)
    base = Way("USDC@8453", False, 40, True)
    assert choose([own, base]) == Choice("USDC@8453", "cheapest")
    assert choose([own, Way("USDC@8453", False, 40, False)]) == Choice("USDC@1", "only_float")
    refused = Way("USDC@8453", False, 0, True, refusal="off_peg")
    assert choose([own, refused]) == Choice("USDC@1", "only_way")
    assert choose([refused]) is None
    dry = Way("USDC@1", True, 900, False)
    assert choose([dry, Way("USDC@8453", False, 40, False)]) == Choice("USDC@1", "none_has_float")
    assert choose([Way("USDC@8453", False, 40, False)]) is None


@given(
    st.lists(
        st.builds(
            Way,
            asset=st.sampled_from(["A@1", "A@2", "A@3"]),
            is_own=st.booleans(),
            cost=st.integers(0, 100),
            has_float=st.booleans(),
            refusal=st.sampled_from(["", "off_peg"]),
        ),
        max_size=4,
    )
)
def test_no_chosen_way_is_beaten_by_another_that_could_be_paid(ways: list[Way]) -> None:
    choice = choose(ways)
    ready = [way for way in ways if way.has_float and not way.refusal]
    if ready:
        assert choice is not None
        cost = min(way.cost for way in ready)
        assert any(way.asset == choice.asset and way.cost == cost for way in ready)
