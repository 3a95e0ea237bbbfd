"""Money that comes back is found, within the bounds that are said, and only then."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.scenarios.cycles import MAX_FOLLOWED, MAX_HANDS, Edge, cycle_from

Graph = dict[str, list[tuple[str, int]]]


def onwards(graph: Graph) -> Callable[[str], list[Edge]]:
    return lambda hand: [Edge(target, cents) for target, cents in graph.get(hand, [])]


def hops(graph: Graph, *, cents: int = 1_000, max_hops: int = 6) -> int:
    found = cycle_from(
        source="a", target="b", cents=cents, onwards=onwards(graph), max_hops=max_hops
    )
    return found.hops


def test_the_shortest_way_back_is_told_with_the_hands_on_it() -> None:
    graph: Graph = {"b": [("c", 990), ("d", 1000)], "c": [("d", 980)], "d": [("a", 1_010)]}
    found = cycle_from(source="a", target="b", cents=1_000, onwards=onwards(graph))
    assert (found.hops, found.path, found.is_whole) == (3, ("a", "b", "d"), True)


def test_a_way_of_too_many_hands_is_none() -> None:
    graph: Graph = {"b": [("c", 1000)], "c": [("d", 1000)], "d": [("a", 1000)]}
    assert hops(graph, max_hops=4) == 4
    assert hops(graph, max_hops=3) == 0


def test_other_amounts_are_another_story() -> None:
    assert hops({"b": [("a", 950)]}) == 2
    assert hops({"b": [("a", 1_050)]}) == 2
    assert hops({"b": [("a", 949)]}) == 0
    assert hops({"b": [("a", 1_051)]}) == 0


def test_a_hand_with_everybodys_money_ends_the_search_and_it_says_so() -> None:
    many = [(f"x{n}", 1000) for n in range(MAX_FOLLOWED)]
    cut = cycle_from(
        source="a", target="b", cents=1000, onwards=onwards({"b": [*many, ("a", 1000)]})
    )
    assert (cut.hops, cut.is_whole) == (0, False)


def test_however_large_the_graph_is_only_so_many_hands_are_looked_at() -> None:
    asked: list[str] = []

    def endless(hand: str) -> list[Edge]:
        asked.append(hand)
        return [Edge(f"{hand}.{n}", 1000) for n in range(40)]

    found = cycle_from(source="a", target="b", cents=1000, onwards=endless)
    assert (found.hops, found.is_whole) == (0, False)
    assert len(asked) <= MAX_HANDS


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=14),
    st.integers(2, 6),
)
def test_it_agrees_with_walking_every_way(edges: list[tuple[str, str]], max_hops: int) -> None:
    graph: Graph = {}
    for source, target in edges:
        graph.setdefault(source, []).append((target, 1_000))

    def shortest() -> int:
        front = {"b"}
        for step in range(2, max_hops + 1):
            front = {target for hand in front for target, _ in graph.get(hand, [])}
            if "a" in front:
                return step
        return 0

    assert hops(graph, max_hops=max_hops) == shortest()
