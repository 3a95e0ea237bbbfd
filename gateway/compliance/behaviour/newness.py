"""Whether a network is new to whoever used it, and whether they can have been in both. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from gateway.compliance.behaviour.rules import BehaviourRules

Standing = Literal["learning", "known", "roaming", "new"]
"""``learning``: too early to tell. ``roaming``: they use so many that one more says nothing."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A network that a key or a person used.

    Attributes:
        provider, country: "" where nobody says.
    """

    network: str
    first_at: datetime
    last_at: datetime
    provider: str = ""
    country: str = ""

    def as_plain(self) -> dict[str, Any]:
        return {
            "network": self.network,
            "first_at": self.first_at.isoformat(),
            "last_at": self.last_at.isoformat(),
            "provider": self.provider,
            "country": self.country,
        }

    @classmethod
    def from_plain(cls, told: Mapping[str, Any]) -> "Seen":
        return cls(
            network=told["network"],
            first_at=datetime.fromisoformat(told["first_at"]),
            last_at=datetime.fromisoformat(told["last_at"]),
            provider=told["provider"],
            country=told["country"],
        )


@dataclass(frozen=True, slots=True)
class NetworkJudgement:
    """
    Attributes:
        elsewhere: the network of another country that they used just before; "" for none.
    """

    standing: Standing
    elsewhere: str = ""

    def as_plain(self) -> dict[str, Any]:
        return {"standing": self.standing, "elsewhere": self.elsewhere}


def network_judge(
    *,
    network: str,
    provider: str,
    country: str,
    at: datetime,
    since: datetime,
    before: Sequence[Seen],
    rules: BehaviourRules,
) -> NetworkJudgement:
    """How a use of a network stands to all that was used before it.

    A network of a provider whose network they used is known: an office is given another prefix of
    the same one any day.

    Args:
        since: when the key or the person was first seen at all.
        before: what was used before; what is older than ``network_days`` doesn't count.
    """
    oldest = at - timedelta(days=rules.network_days)
    counted = [one for one in before if oldest <= one.last_at]
    elsewhere = _elsewhere(counted, network=network, country=country, at=at, rules=rules)
    if at - since < timedelta(days=rules.learning_days):
        return NetworkJudgement("learning", elsewhere)
    if any(one.network == network for one in counted) or (
        provider and any(one.provider == provider for one in counted)
    ):
        return NetworkJudgement("known", elsewhere)
    if len(counted) > rules.roaming_networks:
        return NetworkJudgement("roaming", elsewhere)
    return NetworkJudgement("new", elsewhere)


def _elsewhere(
    before: Sequence[Seen], *, network: str, country: str, at: datetime, rules: BehaviourRules
) -> str:
    """The latest network of another country that was used within the time it takes to travel."""
    if not country:
        return ""
    within = timedelta(minutes=rules.apart_minutes)
    apart = [
        one
        for one in before
        if one.country not in ("", country)
        and one.network != network
        and abs(at - one.last_at) <= within
    ]
    return max(apart, key=lambda one: (one.last_at, one.network)).network if apart else ""


def network_again(told: Mapping[str, Any]) -> dict[str, Any]:
    """The judgement anew, from what stands in an alert's evidence."""
    return network_judge(
        network=told["network"],
        provider=told["provider"],
        country=told["country"],
        at=datetime.fromisoformat(told["at"]),
        since=datetime.fromisoformat(told["since"]),
        before=[Seen.from_plain(one) for one in told["before"]],
        rules=BehaviourRules.from_plain(told["rules"]),
    ).as_plain()


Session = Literal["learning", "usual", "fresh", "unseen"]
"""Of the network that a payout address is asked for from. ``unseen``: nobody signed in from there,
so the session was carried to it."""


def session_judge(
    *, since: datetime | None, seen: Seen | None, was_new: bool, at: datetime, rules: BehaviourRules
) -> Session:
    """How far the network of a session is the person's own.

    Args:
        since: when they were first seen at all; None: they never were.
        was_new: whether the network was new to them when they first used it.
    """
    if since is None or at - since < timedelta(days=rules.learning_days):
        return "learning"
    if seen is None:
        return "unseen"
    is_fresh = was_new and at - seen.first_at <= timedelta(hours=rules.fresh_network_hours)
    return "fresh" if is_fresh else "usual"


def session_again(told: Mapping[str, Any]) -> dict[str, Any]:
    """The judgement anew, from what stands in an alert's evidence."""
    return {
        "session": session_judge(
            since=None if told["since"] is None else datetime.fromisoformat(told["since"]),
            seen=None if told["seen"] is None else Seen.from_plain(told["seen"]),
            was_new=told["was_new"],
            at=datetime.fromisoformat(told["at"]),
            rules=BehaviourRules.from_plain(told["rules"]),
        )
    }
