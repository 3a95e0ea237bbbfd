"""Values sealed within JSON: opened while the key is there, committed to for ever."""

import secrets
from copy import deepcopy
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.alerts.canonical import canonical
from gateway.compliance.sealed.committing import commitment
from gateway.compliance.sealed.errors import KeyGone, KeyUnknown, SealedWrong
from gateway.compliance.sealed.keys import (
    key_for,
    key_throw_away,
    sealing_keys_rotate,
)
from gateway.compliance.sealed.sealing import (
    opened,
    opened_bytes,
    opened_whole,
    sealed_bytes,
    sealed_value,
)
from gateway.compliance.sealed.tokens import abouts_in, opened_token, opened_with, token_of

NOW = timezone.now()
KEY = b"k" * 32
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_a_value_comes_out_as_it_went_in(value: Any) -> None:
    token = token_of(value, about="subject:1", key=KEY)
    assert opened_token(token, key=KEY) == value
    tree = {"a": [token, {"b": token}], "c": 1}
    assert list(abouts_in(tree)) == ["subject:1"] * 2
    assert opened_with(tree, keys={"subject:1": KEY}) == {"a": [value, {"b": value}], "c": 1}
    assert opened_with(tree, keys={})["a"][0] == {"erased": "subject:1"}


def test_two_tokens_of_one_value_have_nothing_in_common() -> None:
    one, other = (token_of("Ada", about="subject:1", key=KEY) for _ in range(2))
    assert one["commitment"] != other["commitment"] and one["box"] != other["box"]
    assert commitment("Ada", salt=b"\0" * 32) != one["commitment"]


@pytest.mark.parametrize("part", ["sealed_for", "commitment", "box"])
def test_a_token_that_was_changed_does_not_open(part: str) -> None:
    token = token_of("Ada", about="subject:1", key=KEY)
    changed = token | {part: token[part][:-1] + ("0" if token[part][-1] != "0" else "1")}
    with pytest.raises(SealedWrong):
        opened_token(changed, key=KEY)
    other = token_of("Bea", about="subject:1", key=KEY)
    with pytest.raises(SealedWrong):
        opened_token(token | {"box": other["box"]}, key=KEY)


@pytest.mark.django_db
def test_what_is_sealed_is_gone_with_its_key_and_nothing_else_is() -> None:
    tree = {
        "ada": sealed_value({"name": "Ada"}, about="subject:a", now=NOW),
        "bea": sealed_value("Bea", about="subject:b", now=NOW),
    }
    before = canonical(deepcopy(tree))
    assert opened(tree) == opened_whole(tree) == {"ada": {"name": "Ada"}, "bea": "Bea"}
    assert key_throw_away("subject:a") and not key_throw_away("subject:a")
    assert opened(tree) == {"ada": {"erased": "subject:a"}, "bea": "Bea"}
    with pytest.raises(KeyGone):
        opened_whole(tree)
    assert canonical(tree) == before
    again = sealed_value("Ada", about="subject:a", now=NOW)
    assert opened(again) == "Ada"
    with pytest.raises(SealedWrong):
        opened(tree)  # of the key that was thrown away, not of the new one


@pytest.mark.django_db
def test_bytes_open_for_whom_they_are_and_as_what_they_are() -> None:
    box = sealed_bytes(b"file", about="report:1", name="content:1", now=NOW)
    assert opened_bytes(box, about="report:1", name="content:1") == b"file"
    with pytest.raises(SealedWrong):
        opened_bytes(box, about="report:1", name="content:2")
    key_for("report:2", now=NOW)
    with pytest.raises(SealedWrong):
        opened_bytes(box, about="report:2", name="content:1")
    with pytest.raises(KeyGone):
        opened_bytes(box, about="report:3", name="content:1")


@pytest.mark.django_db
def test_keys_are_wrapped_anew_and_never_lie_bare(settings: Any) -> None:
    key, before = key_for("case:1", now=NOW), settings.SUBJECT_KEYS
    settings.SUBJECT_KEYS = f"next:{secrets.token_hex(32)}"
    with pytest.raises(KeyUnknown):
        sealing_keys_rotate()
    settings.SUBJECT_KEYS = f"{settings.SUBJECT_KEYS} {before}"
    assert sealing_keys_rotate() == 1 and sealing_keys_rotate() == 0
    assert key_for("case:1", now=NOW) == key
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM compliance_sealed_sealingkey t")
        assert key.hex() not in str(cursor.fetchall())
