"""The sealing against the published vectors, and what a box is bound to."""

from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.sealed.errors import KeysUnreadable, KeyUnknown
from gateway.compliance.sealed.keyring import (
    WrappedKey,
    blind_index,
    bound_to_field,
    keyring,
    unwrap,
    wrap,
)
from gateway.sealing import bound, seal, sealing_key, unseal

ONE, TWO = UUID(int=1), UUID(int=2)
OLD, NEW = "old:" + "0a" * 32, "new:" + "0b" * 32
GCM = [
    # McGrew, Viega: The Galois/Counter Mode of Operation, appendix B, cases 13 to 16 (AES-256)
    ("00" * 32, "00" * 12, "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
    (
        "00" * 32,
        "00" * 12,
        "00" * 16,
        "",
        "cea7403d4d606b6e074ec5d3baf39d18",
        "d0d1c8a799996bf0265b98b5d48ab919",
    ),
    (
        "feffe9928665731c6d6a8f9467308308" * 2,
        "cafebabefacedbaddecaf888",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
        "",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
        "b094dac5d93471bdec1a502270e3cc6c",
    ),
    (
        "feffe9928665731c6d6a8f9467308308" * 2,
        "cafebabefacedbaddecaf888",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
        "76fc6ece0f4e1768cddf8853bb2d551b",
    ),
]


@pytest.mark.parametrize("vector", GCM)
def test_the_published_boxes_open(vector: tuple[str, ...]) -> None:
    key, nonce, plain, data, cipher, tag = vector
    box = bytes.fromhex(nonce + cipher + tag)
    opened = unseal(box, key=bytes.fromhex(key), bound_to=bytes.fromhex(data))
    assert opened == bytes.fromhex(plain)
    with pytest.raises(InvalidTag):
        unseal(box[:-1] + bytes([box[-1] ^ 1]), key=bytes.fromhex(key), bound_to=b"")


@pytest.mark.parametrize(
    ("key", "data", "mac"),
    [  # RFC 4231, test cases 1 and 2
        (
            "0b" * 20,
            "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            "4a656665",
            "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
    ],
)
def test_keys_are_derived_by_the_published_hmac(key: str, data: str, mac: str) -> None:
    assert sealing_key(key, purpose=data).hex() == mac


def test_the_same_is_never_sealed_alike() -> None:
    assert seal(b"x", key=b"k" * 32, bound_to=b"") != seal(b"x", key=b"k" * 32, bound_to=b"")


def test_a_box_opens_for_its_own_subject_field_and_version_only() -> None:
    place = {"subject_id": ONE, "name": "name", "version": 1}
    box = seal(b"Ada", key=b"k" * 32, bound_to=bound_to_field(**place))  # type: ignore[arg-type]
    assert unseal(box, key=b"k" * 32, bound_to=bound_to_field(**place)) == b"Ada"  # type: ignore[arg-type]
    for other in ({"subject_id": TWO}, {"name": "address"}, {"version": 2}):
        moved = bound_to_field(**{**place, **other})  # type: ignore[arg-type]
        with pytest.raises(InvalidTag):
            unseal(box, key=b"k" * 32, bound_to=moved)


@given(st.lists(st.text()), st.lists(st.text()))
def test_two_lists_of_parts_never_read_the_same(one: list[str], two: list[str]) -> None:
    encodable = all(ord(c) < 0xD800 or ord(c) > 0xDFFF for c in "".join(one + two))
    if encodable:
        assert (bound(*one) == bound(*two)) == (one == two)


def test_the_first_key_wraps_and_the_others_still_open() -> None:
    data_key = bytes(range(32))
    before = wrap(data_key, subject_id=ONE, ring=keyring(OLD))
    both = keyring(f"{NEW} {OLD}")
    assert unwrap(before, subject_id=ONE, ring=both) == data_key
    assert wrap(data_key, subject_id=ONE, ring=both).kek_id == "new"


def test_a_key_that_is_gone_moved_or_another_one_opens_nothing() -> None:
    wrapped = wrap(bytes(32), subject_id=ONE, ring=keyring(OLD))
    for subject_id, ring in (
        (ONE, keyring(NEW)),
        (TWO, keyring(OLD)),
        (ONE, keyring("old:" + "0c" * 32)),
    ):
        with pytest.raises(KeyUnknown):
            unwrap(wrapped, subject_id=subject_id, ring=ring)
    renamed = WrappedKey(kek_id="new", box=wrapped.box)
    with pytest.raises(KeyUnknown):
        unwrap(renamed, subject_id=ONE, ring=keyring("new:" + "0a" * 32))


@pytest.mark.parametrize("text", ["", "x", "x:12", "a:" + "0" * 63, f"{OLD} {OLD}", "A B:0"])
def test_keys_that_cant_be_read_are_refused(text: str) -> None:
    with pytest.raises(KeysUnreadable):
        keyring(text)


def test_a_keyring_prints_no_key() -> None:
    assert "0a0a" not in repr(keyring(OLD))


def test_a_value_is_found_whatever_its_case_width_and_spaces() -> None:
    key = b"i" * 32
    there = blind_index("ＡＤＡ  Lovelace ", name="name", key=key)
    assert there == blind_index("ada lovelace", name="name", key=key)
    assert there != blind_index("ada lovelace", name="registration", key=key)
    assert there != blind_index("ada lovelace", name="name", key=b"j" * 32)
