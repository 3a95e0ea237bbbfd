"""Who owns a company, through chains and circles of companies, to the last fraction."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.knowing.owning import (
    Ownership,
    Stake,
    StakesUnsound,
    controlled,
    ownership,
)

F = Fraction


def owned(stakes: list[tuple[str, str, Fraction]], *persons: str) -> Ownership:
    return ownership(company="shop", persons=persons, stakes=[Stake(*stake) for stake in stakes])


def interests(found: Ownership) -> dict[str, Fraction]:
    return {one.person: one.interest for one in found.persons}


def test_a_quarter_is_enough_and_a_hair_less_is_not() -> None:
    found = owned(
        [("ann", "shop", F(1, 4)), ("bob", "shop", F(24_999_999, 100_000_000))], "ann", "bob"
    )
    assert [one.person for one in found.owners] == ["ann"]
    assert found.untraced == 1 - F(1, 4) - F(24_999_999, 100_000_000)


def test_three_thirds_are_a_whole() -> None:
    found = owned([(p, "shop", F(1, 3)) for p in ("ann", "bob", "cat")], "ann", "bob", "cat")
    assert found.untraced == 0 and len(found.owners) == 3


def test_shares_multiply_along_a_chain() -> None:
    found = owned(
        [("ann", "top", F(1, 2)), ("bob", "top", F(1, 2)), ("top", "shop", F(1, 2))], "ann", "bob"
    )
    assert interests(found) == {"ann": F(1, 4), "bob": F(1, 4)}
    assert found.depth == 1 and found.untraced == F(1, 2) and found.may_hide_an_owner


def test_who_controls_a_holder_controls_all_that_it_holds() -> None:
    """51 % of what holds 30 %: 15 % by interest, but 30 % by the cascade."""
    found = owned(
        [("ann", "top", F(51, 100)), ("bob", "top", F(49, 100)), ("top", "shop", F(3, 10))],
        "ann",
        "bob",
    )
    by_name = {one.person: one for one in found.persons}
    assert by_name["ann"].interest == F(153, 1000) and by_name["ann"].controlled == F(3, 10)
    assert by_name["ann"].counts and not by_name["bob"].counts


def test_a_cascade_runs_through_several_companies_and_adds_up() -> None:
    found = owned(
        [
            ("ann", "a", F(1, 2)),
            ("a", "b", F(1, 2)),
            ("b", "shop", F(1, 5)),
            ("a", "shop", F(1, 20)),
        ],
        "ann",
    )
    (ann,) = found.persons
    assert ann.controlled == F(1, 4) and ann.counts
    assert ann.interest == F(1, 2) * F(1, 20) + F(1, 4) * F(1, 5)


def test_listed_persons_count_together() -> None:
    held = {"shop": {"ann": F(3, 10), "bob": F(2, 10)}, "down": {"shop": F(1, 2)}}
    assert controlled({"ann"}, held=held) == frozenset()
    assert controlled({"ann", "bob"}, held=held) == {"shop", "down"}


def test_a_circle_is_counted_to_its_end() -> None:
    """shop and top hold 40 % of one another: of shop, ann has 3/5·(1 + 4/25 + …)."""
    found = owned(
        [
            ("ann", "shop", F(3, 5)),
            ("top", "shop", F(2, 5)),
            ("shop", "top", F(2, 5)),
            ("bob", "top", F(3, 5)),
        ],
        "ann",
        "bob",
    )
    assert interests(found) == {"ann": F(5, 7), "bob": F(2, 7)}
    assert found.circular and found.untraced == 0


def test_a_circle_that_owns_itself_whole_leads_to_nobody() -> None:
    found = owned(
        [
            ("a", "b", F(1)),
            ("b", "a", F(1)),
            ("a", "shop", F(1, 2)),
            ("ann", "shop", F(1, 2)),
        ],
        "ann",
    )
    assert interests(found) == {"ann": F(1, 2)}
    assert found.untraced == F(1, 2) and found.circular


@pytest.mark.parametrize(
    "stakes",
    [
        [("ann", "shop", F(2, 3)), ("bob", "shop", F(2, 3))],
        [("ann", "shop", F(1, 4)), ("ann", "shop", F(1, 4))],
        [("shop", "shop", F(1, 4))],
        [("ann", "shop", F(0))],
        [("ann", "shop", F(3, 2))],
        [("shop", "ann", F(1, 2))],
    ],
)
def test_what_makes_no_sense_is_refused(stakes: list[tuple[str, str, Fraction]]) -> None:
    with pytest.raises(StakesUnsound):
        owned(stakes, "ann", "bob")


COMPANIES = ("shop", "a", "b", "c")
PERSONS = ("ann", "bob")


@st.composite
def webs(draw: st.DrawFn) -> list[Stake]:
    """Any web of holdings, circles too, of which no company is held by more than all of it."""
    stakes = []
    for held in COMPANIES:
        holders = draw(
            st.lists(st.sampled_from([*PERSONS, *COMPANIES]), unique=True, max_size=4).map(
                lambda names, held=held: [name for name in names if name != held]
            )
        )
        weights = [draw(st.integers(1, 20)) for _ in holders]
        rest = draw(st.integers(0, 20))
        whole = sum(weights) + rest
        stakes += [Stake(h, held, F(w, whole)) for h, w in zip(holders, weights, strict=True)]
    return stakes


@given(webs())
def test_what_is_owned_and_what_leads_to_nobody_make_a_whole(stakes: list[Stake]) -> None:
    found = ownership(company="shop", persons=PERSONS, stakes=stakes)
    assert 0 <= found.untraced <= 1
    assert sum(interests(found).values(), F(0)) + found.untraced == 1
    assert all(one.interest >= 0 and 0 <= one.controlled <= 1 for one in found.persons)


@given(webs())
def test_the_paths_summed_up_come_to_the_solution_from_below(stakes: list[Stake]) -> None:
    """Walk the paths, ever longer: what they add up to nears the answer and never passes it."""
    exact = interests(ownership(company="shop", persons=PERSONS, stakes=stakes))
    held: dict[str, dict[str, float]] = {}
    for stake in stakes:
        held.setdefault(stake.held, {})[stake.holder] = float(stake.share)
    for person in PERSONS:
        part = dict.fromkeys(COMPANIES, 0.0)
        for _ in range(3_000):
            part = {
                one: sum(
                    share * (1.0 if holder == person else part.get(holder, 0.0))
                    for holder, share in held.get(one, {}).items()
                )
                for one in COMPANIES
            }
        want = float(exact.get(person, F(0)))
        assert part["shop"] <= want + 1e-9
        assert part["shop"] == pytest.approx(want, abs=1e-6)


@given(webs(), st.sampled_from(PERSONS))
def test_holding_more_never_makes_less_of_an_owner(stakes: list[Stake], person: str) -> None:
    """Somebody takes over what nobody named holds of the shop."""
    before = ownership(company="shop", persons=PERSONS, stakes=stakes)
    mine = next((s for s in stakes if s.held == "shop" and s.holder == person), None)
    free = 1 - sum((s.share for s in stakes if s.held == "shop"), F(0))
    if not free:
        return
    others = [s for s in stakes if s is not mine]
    more = Stake(person, "shop", free + (mine.share if mine else 0))
    after = ownership(company="shop", persons=PERSONS, stakes=[*others, more])
    assert interests(after)[person] >= interests(before).get(person, F(0))
    was = {one.person for one in before.owners if one.person == person}
    assert was <= {one.person for one in after.owners}
