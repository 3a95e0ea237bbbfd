"""Values found by keys in sorted arrays: each key's own, in the order they came."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.naming.keyed import Keyed, keyed_arrays

LAST = 2**32 - 1
keys = st.one_of(st.integers(0, LAST), st.sampled_from([0, 1, 2**31, LAST - 1, LAST]))


@given(st.lists(keys), keys)
def test_each_key_has_its_values_and_another_has_none(told: list[int], other: int) -> None:
    kept: dict[int, list[int]] = {}
    for at, key in enumerate(told):
        kept.setdefault(key, []).append(at)
    found = Keyed(keyed_arrays("word", array("I", told), array("I", range(len(told)))), "word")
    for key in [*told, other]:
        assert found.get(key) == kept.get(key, [])
