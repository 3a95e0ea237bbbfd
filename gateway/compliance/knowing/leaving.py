"""Whom a shop took out of its file counts on, until two people approved the file without them: no
shop frees its money by naming somebody no more."""

from datetime import datetime
from uuid import UUID

from gateway.compliance.knowing.models import BusinessFile, Part, ShopLevel
from gateway.compliance.naming.models import ScreenedParty
from gateway.compliance.naming.services import party_leave
from gateway.custody.approvals.configuration import house_mode


def left_and_counting(file: BusinessFile, level: ShopLevel | None) -> set[UUID]:
    """Those who left since the file was last approved; who was erased is known no more. One query.

    Args:
        level: the shop's; None: its file was never approved.
    """
    left = Part.objects.filter(file=file, ended_at__isnull=False, subject__erased_at__isnull=True)
    if level is not None:
        left = left.filter(ended_at__gte=level.set_at)
    return set(left.values_list("subject_id", flat=True))


def is_screened_on(subject_id: UUID) -> bool:
    """Whether lists that change concern us with somebody who left. Four queries at most.

    Of a shop whose file was never approved only whom a list names: that stops its money until
    people say, or the list does, that it is somebody else.
    """
    file = BusinessFile.objects.filter(parts__subject_id=subject_id).first()
    if file is None:
        return False
    level = ShopLevel.objects.filter(shop_id=file.shop_id).first()
    if subject_id not in left_and_counting(file, level):
        return False
    rows = ScreenedParty.objects.filter(about=f"subject:{subject_id}", mode=house_mode())
    return level is not None or rows.filter(verdict__state="match").exists()


def left_leave(file: BusinessFile, *, now: datetime) -> None:
    """The file was approved without those who left. In the caller's transaction."""
    here = file.parts.filter(ended_at__isnull=True).values("subject_id")
    left = file.parts.exclude(subject_id__in=here).exclude(subject_id=file.company_id)
    for subject_id in sorted(set(left.values_list("subject_id", flat=True))):
        party_leave(about=f"subject:{subject_id}", mode=house_mode(), now=now)
