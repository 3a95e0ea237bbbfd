"""The tree is RFC 6962's, and no entry of the chain can be another."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.cases.chaining import (
    GENESIS,
    ChainEntry,
    entry_hash,
    merkle_path,
    merkle_root,
    root_of_path,
)
from gateway.compliance.sealed.committing import commitment

# The leaves and roots that Certificate Transparency's implementations test themselves with.
CT_LEAVES = [
    bytes.fromhex(text)
    for text in (
        *("", "00", "10", "2021", "3031", "40414243"),
        *("5051525354555657", "606162636465666768696a6b6c6d6e6f"),
    )
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# The paths they test themselves with, by (leaf, tree's size), both counted from zero and one.
CT_PATHS = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert merkle_root(CT_LEAVES[:size]).hex() == CT_ROOTS[size]


@pytest.mark.parametrize(("index", "size"), CT_PATHS)
def test_paths_are_those_of_certificate_transparency(index: int, size: int) -> None:
    path = merkle_path(CT_LEAVES[:size], index)
    assert [step.hex() for step in path] == CT_PATHS[index, size]


@given(st.integers(1, 70), st.data())
def test_every_leaf_is_shown_by_its_path_and_no_other_is(size: int, data: Any) -> None:
    leaves = [sha256(str(number).encode()).digest() for number in range(size)]
    index = data.draw(st.integers(0, size - 1))
    path, root = merkle_path(leaves, index), merkle_root(leaves)
    assert root_of_path(leaves[index], index=index, size=size, path=path) == root
    assert root_of_path(b"other", index=index, size=size, path=path) != root
    if size > 1:
        other = (index + 1) % size
        assert root_of_path(leaves[index], index=other, size=size, path=path) != root
        assert root_of_path(leaves[index], index=index, size=size, path=path[:-1]) != root
    longer = [*path, b"\0" * 32]
    assert root_of_path(leaves[index], index=index, size=size, path=longer) != root


ENTRY = {
    "number": 1,
    "previous": GENESIS,
    "at": datetime(2026, 11, 30, 9, 0, 1, 5, tzinfo=UTC),
    "about": "a",
    "actor": "user:1",
    "verb": "opened",
    "facts": {"n": 1},
    "commitments": {"x": "00"},
}
ANOTHER = {
    "number": 2,
    "previous": "1" * 64,
    "at": datetime(2026, 11, 30, 9, 0, 1, 6, tzinfo=UTC),
    "about": "b",
    "actor": "user:2",
    "verb": "closed",
    "facts": {"n": 2},
    "commitments": {"x": "01"},
}


def test_an_entrys_hash_is_that_of_its_written_form() -> None:
    text = (
        '{"about":"a","actor":"user:1","at":"2026-11-30T09:00:01.000005+00:00",'
        '"commitments":{"x":"00"},"facts":{"n":1},"format":1,"number":1,'
        f'"previous":"{GENESIS}","verb":"opened"}}'
    )
    assert entry_hash(ChainEntry(**ENTRY)) == sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("part", ENTRY)
def test_each_part_of_an_entry_is_in_its_hash(part: str) -> None:
    changed = ENTRY | {part: ANOTHER[part]}
    assert entry_hash(ChainEntry(**changed)) != entry_hash(ChainEntry(**ENTRY))


def test_a_commitment_is_to_one_value_under_one_salt() -> None:
    salt = bytes(32)
    # printf '"Zwiebel"' | openssl dgst -sha256 -mac HMAC -macopt hexkey:00…00
    assert commitment("Zwiebel", salt=salt) == (
        "a7d0d20a6854fc71a8fd47aa9c2b0eb1f50f94cc1d7fb62084e8e189ad3ad1eb"
    )
    assert commitment("Zwiebel ", salt=salt) != commitment("Zwiebel", salt=salt)
    assert commitment("Zwiebel", salt=b"\1" * 32) != commitment("Zwiebel", salt=salt)
