"""What the lists say, by name, of everybody behind a shop: money that is theirs goes nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from gateway.compliance import locks as lists
from gateway.compliance.knowing.leaving import left_and_counting
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
    has not been brought to everybody yet leaves ``unknown`` whoever was asked before it. Whom the
    shop took out of its file counts until two people approved the file without them.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("ask in the transaction that pays")
    with house_scope():
        file = BusinessFile.objects.filter(shop_id=shop_id).first()
        if file is None:
            return CLEAR
        sources = lists.sources_in_force()
        # Before the parties: a change that is finished in between has written its matches by then.
        # Asked the other way round, it would vouch for rows that were read without them.
        is_brought = _is_brought(sources)
        level = ShopLevel.objects.filter(shop_id=shop_id).first()
        parts = file.parts.filter(ended_at__isnull=True).values_list("subject_id", flat=True)
        here = {f"subject:{subject_id}" for subject_id in (file.company_id, *parts)}
        left = {f"subject:{subject_id}" for subject_id in left_and_counting(file, level)} - here
        rows = list(
            ScreenedParty.objects.filter(Q(active=True) | Q(about__in=left))
            .filter(mode=house_mode(), about__in=here | left)
            .select_related("verdict")
        )
        named = {row.about for row in rows if row.verdict and row.verdict.state == "match"}
        if named:
            return Behind("match", tuple(sorted(named)))
        if any(row.verdict is None for row in rows):
            return Behind("unknown")  # what people had set aside they took back just now
        if level is None:
            return CLEAR  # approved by hand, if at all: its file may be half written
        are_asked = here <= {row.about for row in rows} and _asked(rows, sources, is_brought)
        return CLEAR if are_asked else Behind("unknown")


def _asked(rows: Sequence[ScreenedParty], sources: Sequence[ListSource], is_brought: bool) -> bool:
    """Whether each of them is clear by the lists in force."""
    if not sources or any(source.version_id is None for source in sources):
        return False
    if not all(row.verdict and row.verdict.is_clear for row in rows):
        return False
    in_force = _in_force(sources)
    told = [set(row.verdict.versions_key.split(",")) if row.verdict else set[str]() for row in rows]
    return is_brought or all(in_force <= each for each in told)


def _is_brought(sources: Sequence[ListSource]) -> bool:
    """Whether every change of the lists was brought to everybody. One query."""
    changes = NameChange.objects.filter(
        Q(finished_at__isnull=True) | Q(source__in=[source.name for source in sources]),
        mode=house_mode(),
    )
    told = list(changes.values_list("source", "number", "finished_at"))
    if any(finished_at is None for _, _, finished_at in told):
        return False
    return _in_force(sources) <= {f"{source}#{number}" for source, number, _ in told}


def _in_force(sources: Sequence[ListSource]) -> set[str]:
    return {f"{source.name}#{source.number}" for source in sources}
