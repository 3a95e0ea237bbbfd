"""What the lists say, by name, of everybody behind a shop: money that is theirs goes nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from django.db import transaction

from gateway.compliance import locks as lists
from gateway.compliance.knowing.models import BusinessFile, ShopLevel
from gateway.compliance.models import ListSource
from gateway.compliance.naming.models import NameChange, ScreenedParty
from gateway.custody.approvals.configuration import house_mode
from gateway.tenancy.scope import house_scope


@dataclass(frozen=True, slots=True)
class Behind:
    """
    Attributes:
        state: ``unknown`` while one of them was not asked about by the lists in force.
        matched: who is called like somebody on a list: ``subject:<id>`` each.
    """

    state: Literal["clear", "match", "unknown"]
    matched: tuple[str, ...] = ()


CLEAR: Final = Behind("clear")


def names_behind(shop_id: UUID) -> Behind:
    """What the lists in force say of whoever is behind a shop. Seven queries at most, one for a
    shop without a file: of that nobody was ever named.

    In the caller's transaction; the lists stay locked FOR SHARE to its end. A change of theirs that
    has not been brought to everybody yet leaves ``unknown`` whoever was asked before it.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("ask in the transaction that pays")
    with house_scope():
        file = BusinessFile.objects.filter(shop_id=shop_id).first()
        if file is None:
            return CLEAR
        sources = lists.sources_in_force()
        parts = file.parts.filter(ended_at__isnull=True).values_list("subject_id", flat=True)
        abouts = {f"subject:{subject_id}" for subject_id in (file.company_id, *parts)}
        rows = list(
            ScreenedParty.objects.filter(
                mode=house_mode(), about__in=abouts, active=True
            ).select_related("verdict")
        )
        named = {row.about for row in rows if row.verdict and row.verdict.state == "match"}
        if named:
            return Behind("match", tuple(sorted(named)))
        if not ShopLevel.objects.filter(shop_id=shop_id).exists():
            return CLEAR  # approved by hand, if at all: its file may be half written
        are_asked = {row.about for row in rows} == abouts and _asked(rows, sources)
        return CLEAR if are_asked else Behind("unknown")


def _asked(rows: Sequence[ScreenedParty], sources: Sequence[ListSource]) -> bool:
    """Whether each of them is clear by the lists in force. Two queries at most."""
    if not sources or any(source.version_id is None for source in sources):
        return False
    if not all(row.verdict and row.verdict.is_clear for row in rows):
        return False
    in_force = {f"{source.name}#{source.number}" for source in sources}
    told = [set(row.verdict.versions_key.split(",")) if row.verdict else set[str]() for row in rows]
    if all(in_force <= each for each in told):
        return True
    changes = NameChange.objects.filter(mode=house_mode())
    if changes.filter(finished_at__isnull=True).exists():
        return False
    names = [source.name for source in sources]
    brought = changes.filter(source__in=names).values_list("source", "number")
    return in_force <= {f"{source}#{number}" for source, number in brought}
