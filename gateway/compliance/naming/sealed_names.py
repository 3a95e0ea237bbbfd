"""What lists are asked about somebody and what they answered, sealed as it lies in the tables.

Each whom the house deals with has a key for it (``names:subject:<id>``), thrown away with what is
kept of them. It is not the key of evidence: that lives as long as the last case about them. Mere
looks have a key a day (``looks:2026-11-30``), thrown away when that day's looks are forgotten.
"""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from gateway.compliance.naming.models import NameVerdict, ScreenedParty
from gateway.compliance.naming.scoring import NameQuery, Score
from gateway.compliance.naming.stored import query_read, query_told, scores_told
from gateway.compliance.sealed.keys import key_for
from gateway.compliance.sealed.sealing import opened, opened_whole, sealed_value
from gateway.compliance.sealed.tokens import ERASED, token_of
from gateway.sealing import bound

LOOKS: Final = "looks"
NAMES: Final = "names"
_INDEX: Final = "tillway screened name"


@dataclass(frozen=True, slots=True)
class NamesKey:
    """The key that what is asked about one is sealed with.

    Attributes:
        about: whom it is erased with, as the tokens say it.
    """

    about: str
    key: bytes = field(repr=False)

    def query(self, query: NameQuery) -> dict[str, str]:
        return token_of(query_told(query), about=self.about, key=self.key)

    def scores(self, scores: Iterable[Score]) -> dict[str, str] | list[Any]:
        """Sealed; ``[]``, as it is, where there are none."""
        told = scores_told(scores)
        return token_of(told, about=self.about, key=self.key) if told else []

    def index(self, name: str) -> str:
        """By which a name's row is found again: the very same spelling, for the same one. Once the
        key is thrown away no guess can be tried against it."""
        own = hmac.digest(self.key, _INDEX.encode(), sha256)
        return hmac.new(own, bound(self.about, name), sha256).hexdigest()


def key_name(about: str, *, day: date) -> str:
    """Whose key it is: of somebody their own, of a mere look ('') its day's."""
    return f"{NAMES}:{about}" if about else f"{LOOKS}:{day.isoformat()}"


def names_key(about: str, *, now: datetime) -> NamesKey:
    """The key of one, or of a mere look ('') now, made if there is none. Two queries.

    Raises:
        KeysUnreadable, KeyUnknown
    """
    name = key_name(about, day=now.date())
    return NamesKey(about=name, key=key_for(name, now=now))


def looked_up(asked: Mapping[str, Any], *, now: datetime) -> dict[str, str]:
    """Whom somebody looked up, sealed by the day. Two queries. Raises KeysUnreadable, KeyUnknown"""
    return sealed_value(asked, about=key_name("", day=now.date()), now=now)


def query_of(row: NameVerdict | ScreenedParty) -> NameQuery:
    """What is, or was, asked. One query.

    Raises:
        KeyGone: they were erased.
        SealedWrong, KeysUnreadable, KeyUnknown
    """
    return query_read(opened_whole(row.query))


def queries_of(parties: Sequence[ScreenedParty]) -> dict[UUID, NameQuery]:
    """As ``query_of``, of several by their ids; who was erased is left out. One query."""
    told = opened({str(party.id): party.query for party in parties})
    return {
        party.id: query_read(told[str(party.id)])
        for party in parties
        if ERASED not in told[str(party.id)]
    }


def matches_of(verdict: NameVerdict) -> list[dict[str, Any]]:
    """Its matches as they are told (``stored.score_read``). One query, none without a match.

    Raises:
        KeyGone, SealedWrong, KeysUnreadable, KeyUnknown
    """
    told: list[dict[str, Any]] = opened_whole(verdict.matches)
    return told


def set_aside_of(verdict: NameVerdict) -> list[dict[str, Any]]:
    """As ``matches_of``, of those that people had set aside."""
    told: list[dict[str, Any]] = opened_whole(verdict.set_aside)
    return told
