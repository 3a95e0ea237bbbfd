"""An issuer's list of what it took back: read as it is meant, and nothing taken for a yes."""

import zlib
from datetime import timedelta
from typing import Any

import pytest

from gateway.compliance.presenting.encoding import encoded
from gateway.compliance.presenting.errors import CredentialRefused
from gateway.compliance.presenting.status_lists import (
    MAX_LIST_BYTES,
    StatusList,
    status_check,
    status_list_read,
)
from tests.compliance.presenting.kit import LIST, NOW, House, key


def read(token: str, house: House) -> StatusList:
    return status_list_read(token, uri=LIST, issuer=house.trusted(), now=NOW)


def problem(token: str, house: House) -> str:
    with pytest.raises(CredentialRefused) as refused:
        read(token, house)
    return refused.value.problem


def status(found: StatusList, index: int) -> str:
    try:
        status_check(found, index=index)
    except CredentialRefused as refused:
        return refused.problem
    return ""


ONE_BIT = "1001110111000101"
TWO_BITS = "120301011233"


@pytest.mark.parametrize(
    ("bits", "lst", "values"),
    [(1, "eNrbuRgAAhcBXQ", ONE_BIT), (2, "eNo76fITAAPfAgc", TWO_BITS)],
)
def test_the_drafts_own_examples(bits: int, lst: str, values: str) -> None:
    """draft-ietf-oauth-status-list, section 4: compressed by its authors."""
    house = House()
    found = read(house.list_token(status_list={"bits": bits, "lst": lst}), house)
    words = {"0": "", "1": "revoked", "2": "suspended", "3": "revoked"}
    assert [status(found, place) for place in range(len(values))] == [words[v] for v in values]
    assert status(found, len(values)) == "status_unreadable", "it is not in the list"


def test_a_list_that_somebody_else_signed_or_served_says_nothing() -> None:
    house = House()
    assert status(read(house.list_token(), house), 7) == ""
    stranger = House()
    assert problem(stranger.list_token(), house) == "status_unreadable"
    for odd in ({"sub": "https://pid.example/status/2"}, {"sub": None}, {"iss": "https://x"}):
        assert problem(house.list_token(**odd), house) == "status_unreadable"
    assert status(read(house.list_token(iss=None), house), 7) == ""


def test_an_old_list_says_nothing() -> None:
    house, seconds = House(), int(NOW.timestamp())
    for odd in ({"exp": seconds}, {"iat": seconds + 120}, {"iat": None}, {"exp": "x"}, {"ttl": -1}):
        assert problem(house.list_token(**odd), house) == "status_unreadable"


def test_a_list_is_kept_as_long_as_its_issuer_says_and_no_longer_than_we_say() -> None:
    house = House()
    kept = {ttl: read(house.list_token(ttl=ttl, exp=None), house) for ttl in (60, None, 10**7)}
    assert kept[60].fresh_until == NOW + timedelta(seconds=60)
    assert kept[None].fresh_until == NOW + timedelta(minutes=5)
    assert kept[10**7].fresh_until == NOW + timedelta(hours=1)
    soon = int(NOW.timestamp()) + 30
    assert read(house.list_token(exp=soon), house).fresh_until == NOW + timedelta(seconds=30)


@pytest.mark.parametrize(
    "odd",
    [
        *(None, {}, "x", {"bits": 3, "lst": "eNrbuRgAAhcBXQ"}, {"bits": 1, "lst": 7}),
        *({"bits": 1, "lst": "eNrbuRg"}, {"bits": 1, "lst": "!"}, {"bits": 1, "lst": "AAAA"}),
    ],
)
def test_a_broken_list_says_nothing(odd: Any) -> None:
    house = House()
    assert problem(house.list_token(status_list=odd), house) == "status_unreadable"


def test_a_list_that_unpacks_without_end_is_not_unpacked() -> None:
    house = House()
    bomb = encoded(zlib.compress(bytes(MAX_LIST_BYTES + 1), 9))
    assert len(bomb) < 20_000
    token = house.list_token(status_list={"bits": 1, "lst": bomb})
    assert problem(token, house) == "status_unreadable"


def test_what_is_no_token_says_nothing() -> None:
    house = House()
    good = house.list_token()
    for odd in ("", "<html>", "a.b", good[:-4] + "AAAA", good + ".x", good.replace(".", "~")):
        assert problem(odd, house) == "status_unreadable"
    other = House(key=key("k1"))
    assert problem(other.list_token(), house) == "status_unreadable"
