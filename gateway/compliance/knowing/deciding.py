"""An officer decides about a file: asks for more, refuses it, or, with a second person, approves.

The first two take nothing from anybody and need one person; approving lets a shop take real money,
so it is an act of two (``gateway.custody.approvals``), carried out by another process than the web.
"""

from datetime import datetime
from typing import Final, cast
from uuid import UUID

from django.conf import settings
from django.db import transaction

from gateway.compliance.approval import shop_approve
from gateway.compliance.knowing import locks
from gateway.compliance.knowing.errors import (
    FileIncomplete,
    FileRefused,
    NamesNotClear,
    NothingSubmitted,
)
from gateway.compliance.knowing.leaving import left_leave
from gateway.compliance.knowing.levels import LEVELS, Level
from gateway.compliance.knowing.models import BusinessFile, FileDecision, ShopLevel
from gateway.compliance.knowing.rating import Rating, review_after
from gateway.compliance.knowing.standing import file_refresh, requirements_of
from gateway.compliance.naming.selectors import are_clear
from gateway.custody.approvals.errors import ActChanged
from gateway.custody.approvals.kinds import ActKind
from gateway.custody.approvals.models import Act
from gateway.custody.approvals.services import act_propose

KIND: Final = "shop_approval"


@transaction.atomic
def file_want_more(
    *, shop_id: UUID, by: UUID, reason: str, note: str, now: datetime
) -> BusinessFile:
    """Give the file back to its shop with what is still wanted.

    Args:
        reason: for the house.
        note: for the shop, in words that it can act on.

    Raises:
        FileUnknown, NothingSubmitted
        FileRefused: a reason or a note is missing.
    """
    return _one_decides("more_wanted", shop_id=shop_id, by=by, reason=reason, note=note, now=now)


@transaction.atomic
def file_refuse(*, shop_id: UUID, by: UUID, reason: str, note: str, now: datetime) -> BusinessFile:
    """The house won't serve this shop; it stays a test shop, or at the level that it has. Raises as
    ``file_want_more``."""
    return _one_decides("refused", shop_id=shop_id, by=by, reason=reason, note=note, now=now)


@transaction.atomic
def file_take_up(*, shop_id: UUID, by: UUID, reason: str, now: datetime) -> BusinessFile:
    """Open a refused file to its shop again. Raises as ``file_want_more``."""
    file = locks.file_for_update(shop_id)
    if file.status != "refused":
        raise NothingSubmitted
    return _decided(
        file, "more_wanted", by=f"user:{by}", reason=_said(reason, "reason"), note="", now=now
    )


@transaction.atomic
def file_approval_propose(
    *, shop_id: UUID, by: UUID, reason: str, level: Level, now: datetime
) -> Act:
    """Propose that the shop has this level; another person must agree to it.

    Raises:
        FileUnknown, NothingSubmitted
        FileIncomplete: something is due yet, or waits to be looked at.
        FileRefused: no level to be approved.
        NamesNotClear: of a shop that is to take real money, and somebody behind it.
        ActOpenAlready, ActReasonMissing
    """
    file = locks.file_for_update(shop_id)
    if file.status != "submitted":
        raise NothingSubmitted
    if level not in LEVELS or level == "none":
        raise FileRefused(field="level")
    if _open(file, now=now) or LEVELS.index(level) > LEVELS.index(cast(Level, file.level_wanted)):
        raise FileIncomplete
    _check_names(file)
    return act_propose(
        kind=KIND,
        subject=f"shop:{shop_id}",
        payload={
            "of_shop": str(shop_id),
            "file_id": str(file.id),
            "level": level,
            "submitted_at": _moment(file),
            "rating": file.rating,
            "rated": file.rated,
        },
        reason=reason,
        maker=by,
    )


def approval_agreed(act: Act, now: datetime) -> None:
    """Give the shop the level that two people agreed to; in live mode it is a live shop then.

    Raises:
        ActChanged: the file is not the one they saw.
        NamesNotClear: a list came to name somebody meanwhile.
    """
    shop_id, level = UUID(act.body["of_shop"]), cast(Level, act.body["level"])
    file = locks.file_for_update(shop_id)
    told = (str(file.id), _moment(file), file.rating)
    seen = tuple(act.body[name] for name in ("file_id", "submitted_at", "rating"))
    if file.status != "submitted" or told != seen or _open(file, now=now):
        raise ActChanged
    _check_names(file)
    review_on = review_after(cast(Rating, file.rating), decided_on=now.date())
    file.review_on = review_on
    ShopLevel.objects.update_or_create(
        shop_id=shop_id,
        defaults={
            "level": level,
            "review_on": review_on,
            "set_by": f"act:{act.id}",
            "set_at": now,
        },
    )
    left_leave(file, now=now)
    _decided(
        file,
        "approved",
        by=f"user:{act.maker}",
        second=f"user:{act.checker}",
        act=act,
        reason=act.reason,
        note="",
        now=now,
    )
    shop_approve(
        shop_id=shop_id,
        approved_by=f"user:{act.maker} user:{act.checker}",
        grounds=f"act:{act.id}",
        live=settings.LIVE_MODE,
        now=now,
    )


def _check_names(file: BusinessFile) -> None:
    """In a house that takes real money."""
    if not settings.LIVE_MODE:
        return
    people = file.parts.filter(ended_at__isnull=True).values_list("subject_id", flat=True)
    abouts = {f"subject:{subject_id}" for subject_id in (file.company_id, *people)}
    if not are_clear(abouts):
        raise NamesNotClear


ACT: Final = ActKind(name=KIND, carry_out=approval_agreed, decide_action="shop.approve")


def _one_decides(
    decision: str, *, shop_id: UUID, by: UUID, reason: str, note: str, now: datetime
) -> BusinessFile:
    file = locks.file_for_update(shop_id)
    if file.status != "submitted":
        raise NothingSubmitted
    return _decided(
        file,
        decision,
        by=f"user:{by}",
        reason=_said(reason, "reason"),
        note=_said(note, "note"),
        now=now,
    )


def _decided(
    file: BusinessFile,
    decision: str,
    *,
    by: str,
    reason: str,
    note: str,
    now: datetime,
    second: str = "",
    act: Act | None = None,
) -> BusinessFile:
    FileDecision.objects.create(
        file_id=file.id,
        decision=decision,
        level=act.body["level"] if act else file.level_wanted,
        rating=file.rating,
        rated=file.rated,
        reason=reason,
        note=note,
        by=by,
        second=second,
        act_id=act.id if act else None,
        decided_at=now,
    )
    file.status, file.note = decision, note
    file.save(update_fields=["status", "note", "review_on"])
    file_refresh(file, now=now, tell=True)
    return file


def _open(file: BusinessFile, *, now: datetime) -> bool:
    """Whether anything but its review is due."""
    due = requirements_of(file, today=now.date())
    return any(one.code != "periodic_review" for one in due)


def _moment(file: BusinessFile) -> str:
    return file.submitted_at.isoformat() if file.submitted_at else ""


def _said(text: str, field: str) -> str:
    if not text.strip() or len(text) > 1_000:
        raise FileRefused("Say why, in up to 1 000 characters.", field=field)
    return text.strip()
