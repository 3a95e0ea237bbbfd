"""What is hashed has one spelling, whoever writes it and in whatever order."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.alerts.canonical import NotCanonical, canonical, digest, plain

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]))
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abcé中", max_size=3), inner),
    max_leaves=20,
)


@given(values)
def test_what_was_read_back_is_spelled_the_same(value: object) -> None:
    text = canonical(value)
    assert canonical(json.loads(text)) == text
    assert canonical(plain(value)) == text


@given(st.dictionaries(st.text(max_size=4), st.integers(), max_size=6), st.randoms())
def test_the_order_of_keys_says_nothing(value: dict[str, int], random: object) -> None:
    items = list(value.items())
    random.shuffle(items)  # type: ignore[attr-defined]
    assert digest(dict(items)) == digest(value)


def test_the_spelling_is_the_one_that_is_written_down() -> None:
    told = {
        "b": [1, 2.5, Decimal("0.10"), None, True],
        "a": UUID(int=7),
        "é": b"\x01\xff",
        "when": datetime(2026, 11, 30, 1, 2, 3, tzinfo=UTC),
        "day": date(2026, 11, 30),
        "wei": 10**20,
    }
    assert canonical(told) == (
        '{"a":"00000000-0000-0000-0000-000000000007","b":[1,"2.5","0.10",null,true],'
        '"day":"2026-11-30","wei":"100000000000000000000",'
        '"when":"2026-11-30T01:02:03+00:00","é":"0x01ff"}'
    )
    # sha256sum of "{}"
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize("value", [object(), {1: "a", "1": "b"}, {"a": {1, 2}}])
def test_what_has_no_spelling_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)
