"""What a credential says, and how the list is packed: by themselves."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.issuing import life
from gateway.compliance.issuing.content import is_of_age, name_split, name_ways
from gateway.compliance.issuing.errors import NameNotSplit
from gateway.compliance.issuing.life import Standing, standing_for
from gateway.compliance.issuing.nonces import RANDOM_BYTES, nonce_counts, nonce_made
from gateway.compliance.issuing.signing import PLACES, list_signed, public_of
from gateway.compliance.presenting.errors import CredentialRefused
from gateway.compliance.presenting.requests import Signer
from gateway.compliance.presenting.status_lists import status_check, status_list_read
from gateway.compliance.presenting.trust import Issuer
from tests.compliance.presenting.kit import key

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
SECRET = b"k" * 32
SIGNER = Signer(key=key(), chain=())
WORDS = st.lists(st.text("abcäé-'", min_size=1, max_size=8), min_size=2, max_size=12)


@given(WORDS)
def test_every_way_to_split_a_name_keeps_all_its_words(words: list[str]) -> None:
    name = " ".join(words)
    ways = name_ways(name)
    assert len(ways) == len(set(ways)) == 2 * (len(words) - 1)
    for way in ways:
        given_name, family = name_split(name, way)
        assert given_name and family
        assert sorted([*given_name.split(), *family.split()]) == sorted(words)
        assert len(family.split()) == abs(way)


def test_a_name_of_one_word_is_not_split() -> None:
    assert not name_ways("Suharto")
    for way in (0, 1, -1):
        with pytest.raises(NameNotSplit):
            name_split("Suharto", way)


@pytest.mark.parametrize(
    ("born", "today", "grown"),
    [
        ("2008-11-30", "2026-11-30", True),
        ("2008-12-01", "2026-11-30", False),
        ("2008-02-29", "2026-02-28", False),
        ("2008-02-29", "2026-03-01", True),
    ],
)
def test_of_age_is_who_has_had_the_birthday(born: str, today: str, grown: bool) -> None:
    assert is_of_age(date.fromisoformat(born), today=date.fromisoformat(today)) is grown


@pytest.mark.parametrize(
    ("status", "approved", "level", "standing"),
    [
        ("approved", "basic", "basic", "valid"),
        ("approved", "standard", "basic", "revoked"),
        ("approved", "none", "basic", "revoked"),
        ("reopened", "basic", "basic", "suspended"),
        ("submitted", "basic", "basic", "suspended"),
        ("more_wanted", "basic", "basic", "suspended"),
        ("refused", "basic", "basic", "revoked"),
    ],
)
def test_a_credential_stands_as_its_file_does(
    status: str, approved: str, level: str, standing: Standing
) -> None:
    assert standing_for(file_status=status, approved_level=approved, level=level) == standing


def test_a_nonce_is_ours_and_of_these_minutes() -> None:
    made = nonce_made(b"r" * RANDOM_BYTES, key=SECRET, now=NOW)
    assert nonce_counts(made, key=SECRET, now=NOW)
    assert not nonce_counts(made, key=SECRET, now=NOW + life.NONCE_FOR)
    assert not nonce_counts(made, key=b"o" * 32, now=NOW)
    assert not nonce_counts(made[:-4], key=SECRET, now=NOW)
    assert not nonce_counts("", key=SECRET, now=NOW) and not nonce_counts("é", key=SECRET, now=NOW)


@given(
    st.dictionaries(
        st.integers(0, PLACES - 1), st.sampled_from(["revoked", "suspended"]), max_size=12
    )
)
def test_a_verifier_reads_of_each_place_what_was_written(standings: dict[int, Standing]) -> None:
    text = list_signed(
        standings, signer=SIGNER, issuer="https://a.example", uri="https://a.example/s", now=NOW
    )
    issuer = Issuer(
        issuer="https://a.example", version=1, vcts=frozenset(), keys=(public_of(SIGNER.key),)
    )
    found = status_list_read(text, uri="https://a.example/s", issuer=issuer, now=NOW)
    assert found.fresh_until == NOW + timedelta(minutes=5)
    for place, standing in standings.items():
        with pytest.raises(CredentialRefused) as refused:
            status_check(found, index=place)
        assert refused.value.problem == standing
    free = next(place for place in range(PLACES) if place not in standings)
    status_check(found, index=free)
    with pytest.raises(CredentialRefused):
        status_check(found, index=PLACES)
