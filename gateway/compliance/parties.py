"""Whether the lists in force name someone the house deals with outside of a deposit."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from gateway.compliance import locks
from gateway.compliance.errors import ListsMissing
from gateway.compliance.freshness import freshness
from gateway.compliance.models import ListedAddress


@dataclass(frozen=True, slots=True)
class PartyVerdict:
    """What the lists of a moment say about an address, and by which versions: ``ofac#3``.

    Attributes:
        stale: a list was not checked for too long: this is by its last good version.
    """

    is_clear: bool
    versions_key: str
    stale: bool


def party_verdict(address: bytes, *, now: datetime) -> PartyVerdict:
    """The verdict on one address, to be kept with what is decided by it. As ``listed_among``.

    Raises:
        ListsMissing: unknown is not clear.
    """
    is_clear = not listed_among({address})
    sources = locks.sources_in_force()
    key = ",".join(f"{source.name}#{source.number}" for source in sources)
    rests_on = freshness((source.checked_at for source in sources), now=now)
    return PartyVerdict(is_clear=is_clear, versions_key=key, stale=rests_on.stale)


def listed_among(addresses: Collection[bytes]) -> set[bytes]:
    """Those of ``addresses`` that a list in force names. Two queries, in the caller's transaction.

    The lists stay locked FOR SHARE to its end: what it does was clear by the lists in force when
    it commits.

    Raises:
        ListsMissing: there is no list, or one that should be there is not: unknown is not clear.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("screen in the transaction that decides")
    sources = locks.sources_in_force()
    if not sources or any(source.version_id is None for source in sources):
        raise ListsMissing
    named = ListedAddress.objects.filter(
        address__in=list(addresses), version_id__in=[source.version_id for source in sources]
    )
    return {bytes(address) for address in named.values_list("address", flat=True)}
