"""Only a prefix is kept, and a network is new to whoever never used it."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.behaviour.errors import NetworkFileUnreadable
from gateway.compliance.behaviour.networks import Provider, network_of, providers_from
from gateway.compliance.behaviour.newness import (
    Seen,
    network_again,
    network_judge,
    session_again,
    session_judge,
)
from gateway.compliance.behaviour.rules import HOUSE_RULES

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=400)
HOME, OTHER = "203.0.113.0/24", "198.51.100.0/24"


def seen(network: str, days_ago: float, **told: str) -> Seen:
    at = NOW - timedelta(days=days_ago)
    return Seen(network, at, at, told.get("provider", ""), told.get("country", ""))


def judged(network: str = OTHER, *, before: list[Seen], since: datetime = LONG_AGO, **told: str):
    return network_judge(
        network=network,
        provider=told.get("provider", ""),
        country=told.get("country", ""),
        at=NOW,
        since=since,
        before=before,
        rules=HOUSE_RULES,
    )


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", HOME),
        ("::ffff:203.0.113.77", HOME),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("::1", "::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", None),
        ("unix:", None),
        ("203.0.113.77:443", None),
    ],
)
def test_what_is_kept_of_an_address_is_its_network(address: str, network: str | None) -> None:
    assert network_of(address) == network


@given(st.integers(0, 2**32 - 1) | st.integers(2**32, 2**128 - 1))
def test_an_address_is_in_its_network_and_can_not_be_read_from_it(number: int) -> None:
    address = IPv4Address(number) if number < 2**32 else IPv6Address(number)
    network = network_of(str(address))
    assert network is not None
    if network.endswith("/24"):
        assert ip_address(str(getattr(address, "ipv4_mapped", None) or address)) in ip_network(
            network
        )
        assert ip_network(network).num_addresses == 256
    else:
        assert address in ip_network(network)
        assert ip_network(network).num_addresses == 2**80


def test_a_network_is_new_only_to_whoever_never_used_it_lately() -> None:
    assert judged(HOME, before=[seen(HOME, 1)]).standing == "known"
    assert judged(before=[seen(HOME, 1)]).standing == "new"
    days = HOUSE_RULES.network_days
    assert judged(HOME, before=[seen(HOME, days)]).standing == "known"
    assert judged(HOME, before=[seen(HOME, days + 1)]).standing == "new"


def test_the_first_days_are_learnt_and_tell_nobody() -> None:
    lately = NOW - timedelta(days=HOUSE_RULES.learning_days)
    assert judged(before=[], since=NOW).standing == "learning"
    assert judged(before=[], since=lately + timedelta(seconds=1)).standing == "learning"
    assert judged(before=[], since=lately).standing == "new"


def test_a_key_that_slept_for_a_year_and_wakes_elsewhere_is_told_of() -> None:
    assert judged(before=[], since=LONG_AGO).standing == "new"


def test_another_prefix_of_the_same_provider_is_not_new() -> None:
    before = [seen(HOME, 1, provider="AS64500")]
    assert judged(before=before, provider="AS64500").standing == "known"
    assert judged(before=before, provider="AS64501").standing == "new"
    assert judged(before=[seen(HOME, 1)], provider="").standing == "new"


def test_whoever_is_on_the_move_is_not_told_of_each_day() -> None:
    before = [seen(f"10.0.{n}.0/24", 1) for n in range(HOUSE_RULES.roaming_networks)]
    assert judged(before=before).standing == "new"
    assert judged(before=[*before, seen("10.1.0.0/24", 1)]).standing == "roaming"


def test_two_countries_within_the_hour_can_not_both_be_theirs() -> None:
    hour = HOUSE_RULES.apart_minutes / 24 / 60
    before = [seen(HOME, hour, country="DE", provider="AS1")]
    assert judged(before=before, country="BR").elsewhere == HOME
    assert judged(before=before, country="DE").elsewhere == ""
    assert judged(before=before, country="").elsewhere == ""
    assert judged(before=[seen(HOME, hour * 1.01, country="DE")], country="BR").elsewhere == ""


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.floats(0, 200), st.sampled_from(["", "DE", "FR"])),
        max_size=25,
    ),
    st.integers(0, 40),
)
def test_a_network_that_was_used_lately_is_never_new(
    told: list[tuple[int, float, str]], number: int
) -> None:
    before = [seen(f"10.0.{n}.0/24", days, country=country) for n, days, country in told]
    network = f"10.0.{number}.0/24"
    standing = judged(network, before=before).standing
    if any(one.network == network and NOW - one.last_at <= timedelta(90) for one in before):
        assert standing == "known"
    else:
        assert standing in ("new", "roaming")


def test_a_judgement_comes_out_again_from_its_evidence() -> None:
    before = [seen(HOME, 1, country="DE", provider="AS1")]
    told = {
        "network": OTHER,
        "provider": "AS2",
        "country": "BR",
        "at": NOW.isoformat(),
        "since": LONG_AGO.isoformat(),
        "before": [one.as_plain() for one in before],
        "rules": HOUSE_RULES.as_plain(),
    }
    expected = judged(before=before, provider="AS2", country="BR").as_plain()
    assert network_again(told) == expected == {"standing": "new", "elsewhere": ""}


def test_a_payout_address_asked_for_from_afar_is_told_of() -> None:
    def session(seen_there: Seen | None, *, was_new: bool, since: datetime | None = LONG_AGO):
        return session_judge(
            since=since, seen=seen_there, was_new=was_new, at=NOW, rules=HOUSE_RULES
        )

    assert session(None, was_new=False) == "unseen"
    assert session(None, was_new=False, since=None) == "learning"
    assert session(seen(HOME, 1), was_new=True) == "fresh"
    assert session(seen(HOME, 1), was_new=False) == "usual"
    assert session(seen(HOME, 4), was_new=True) == "usual"
    told = {
        "since": LONG_AGO.isoformat(),
        "seen": seen(HOME, 1).as_plain(),
        "was_new": True,
        "at": NOW.isoformat(),
        "rules": HOUSE_RULES.as_plain(),
    }
    assert session_again(told) == {"session": "fresh"}


def test_providers_are_found_at_both_ends_of_their_ranges() -> None:
    providers = providers_from(
        [
            "203.0.113.0\t203.0.113.255\t64500\tDE\tExample\n",
            "198.51.100.0\t198.51.101.255\tAS64501\tBR\tOther\n",
            "192.0.2.0\t192.0.2.255\t0\tNone\tNot routed\n",
            "2001:db8::\t2001:db8:ffff:ffff:ffff:ffff:ffff:ffff\t64502\tFR\tSix\n",
            "\n",
        ]
    )
    assert providers.provider_of(HOME) == Provider("AS64500", "DE")
    assert providers.provider_of("198.51.101.0/24") == Provider("AS64501", "BR")
    assert providers.provider_of("198.51.102.0/24") is None
    assert providers.provider_of("192.0.2.0/24") is None
    assert providers.provider_of("1.0.0.0/24") is None
    assert providers.provider_of("2001:db8:1::/48") == Provider("AS64502", "FR")
    for line in ("x", "1.1.1.1\t1.1.1.0\t1\tDE", "1.1.1.1\t::1\t1\tDE", "1.1.1.1\t1.1.1.2\tx\tDE"):
        with pytest.raises(NetworkFileUnreadable, match="Line 1"):
            providers_from([line])
