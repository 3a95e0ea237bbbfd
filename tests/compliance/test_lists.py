"""What is read from a list file, and what is refused."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.errors import ListEmpty, ListShrunken
from gateway.compliance.listed.content import content_of, list_hash
from gateway.compliance.listed.errors import ListUnreadable
from gateway.compliance.listed.plain import read_plain
from gateway.compliance.listed.wallets import address_bytes
from gateway.compliance.lists import ListEntry, Size, check_feed, entries_of

LISTED = bytes.fromhex("098b716b8aaf21512996dc57eb0615e2383e2f96")
SPELLINGS = [
    "0x098B716B8Aaf21512996dC57EB0615e2383E2f96",
    "0x098b716b8aaf21512996dc57eb0615e2383e2f96",
    "0X098B716B8AAF21512996DC57EB0615E2383E2F96",
    "098b716b8aaf21512996dc57eb0615e2383e2f96",
    "  0x098b716B8AAF21512996dc57eb0615e2383e2f96 ",
    "eth:0x098B716B8Aaf21512996dC57EB0615e2383E2f96",
]


def parsed(lines: Iterable[str]) -> tuple[ListEntry, ...]:
    return entries_of(read_plain(lines, source="house"))


def hashed(lines: Iterable[str]) -> bytes:
    return list_hash(content_of(entity) for entity in read_plain(lines, source="house"))


@pytest.mark.parametrize("text", SPELLINGS)
def test_an_address_is_the_same_in_any_spelling(text: str) -> None:
    assert address_bytes(text) == LISTED


@pytest.mark.parametrize("text", ["", "0x", "0x098b", "LAZARUS GROUP", SPELLINGS[0] + "00"])
def test_what_is_no_address_is_none(text: str) -> None:
    assert address_bytes(text) is None


def test_one_address_a_line_is_a_list() -> None:
    entries = parsed([f"{text}\n" for text in SPELLINGS] + ["# a note\n", "\n"])
    assert entries == (ListEntry(address=LISTED),)


def test_csv_is_read_by_its_titles_in_any_order() -> None:
    entries = parsed(["\ufeffName,Program,Address\n", f'"GROUP, LAZARUS",DPRK3,{SPELLINGS[0]}\n'])
    assert entries == (ListEntry(address=LISTED, name="GROUP, LAZARUS", program="DPRK3"),)


def test_csv_without_titles_has_the_address_first() -> None:
    entries = parsed([f"{SPELLINGS[0]},LAZARUS GROUP,DPRK3\n"])
    assert entries == (ListEntry(address=LISTED, name="LAZARUS GROUP", program="DPRK3"),)


def test_an_address_listed_twice_keeps_both_names() -> None:
    entries = parsed([f"{SPELLINGS[0]},B\n", f"{SPELLINGS[1]},A\n"])
    assert entries == (ListEntry(address=LISTED, name="A; B"),)


def test_a_line_that_cannot_be_read_refuses_the_whole_list() -> None:
    with pytest.raises(ListUnreadable, match="entry 2"):
        parsed([f"{SPELLINGS[0]}\n", "<html>502 Bad Gateway</html>\n"])


addresses = st.lists(st.binary(min_size=20, max_size=20), min_size=1, max_size=30)


@given(addresses, st.randoms())
def test_the_hash_is_of_the_content_not_of_its_spelling_or_order(
    listed: list[bytes], random: object
) -> None:
    lower = [f"0x{address.hex()}\n" for address in listed]
    upper = [f"0X{address.hex().upper()}\n" for address in reversed(listed)]
    assert hashed(lower) == hashed(upper)


def test_an_empty_list_is_never_taken_even_by_force() -> None:
    with pytest.raises(ListEmpty):
        check_feed(new=Size(0, 0), before=Size(100, 100), forced=True)
    with pytest.raises(ListEmpty):
        check_feed(new=Size(0, 0), before=None, forced=False)


def test_a_fifth_may_be_delisted_but_no_more_unless_forced() -> None:
    check_feed(new=Size(80, 80), before=Size(100, 100), forced=False)
    with pytest.raises(ListShrunken):
        check_feed(new=Size(79, 80), before=Size(100, 100), forced=False)
    with pytest.raises(ListShrunken, match="79 addresses"):
        check_feed(new=Size(80, 79), before=Size(100, 100), forced=False)
    check_feed(new=Size(79, 79), before=Size(100, 100), forced=True)
