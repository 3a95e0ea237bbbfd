"""How a file stands: what is due, how risky it is; told when it changes."""

from datetime import date, datetime
from typing import Any

import msgspec

from gateway.compliance.knowing.configuration import knowing_settings
from gateway.compliance.knowing.facts import OpenFile, file_facts, file_opened, risk_facts
from gateway.compliance.knowing.models import BusinessFile
from gateway.compliance.knowing.rating import rate
from gateway.compliance.knowing.requirements import Requirement, requirements_due
from gateway.events.services import emit
from gateway.shops.selectors import shop_view


def requirements_of(
    file: BusinessFile, *, today: date, opened: OpenFile | None = None
) -> tuple[Requirement, ...]:
    """What is due of a shop, each with why."""
    return requirements_due(file_facts(opened or file_opened(file)), today=today)


def file_refresh(file: BusinessFile, *, now: datetime, tell: bool = False) -> None:
    """Rate the file anew and note what is due; ``shop.requirements_changed`` tells where that
    changed. In the caller's transaction, under the file's lock.

    Args:
        tell: also where the same is due: the file's status changed.
    """
    opened = file_opened(file)
    rated = rate(risk_facts(opened), countries=knowing_settings().countries)
    file.rating, file.rated = rated.rating, msgspec.to_builtins(rated)
    due = requirements_of(file, today=now.date(), opened=opened)
    before, file.due = file.due, [one.key for one in due]
    file.save(update_fields=["rating", "rated", "due"])
    if tell or file.due != before:
        emit(
            type="shop.requirements_changed",
            subject=f"business:{file.id}",
            body=file_as_dict(file, due=due),
            mode=shop_view(shop_id=file.shop_id).mode,
            shop_id=file.shop_id,
            now=now,
        )


def file_as_dict(file: BusinessFile, *, due: tuple[Requirement, ...]) -> dict[str, Any]:
    """The file as its shop's programs see it: nothing of anybody's data, nothing of its rating.

    ``requirements`` is shaped as the bank account's: what the shop can do something about.
    """
    return {
        "kind": "business",
        "shop_id": str(file.shop_id),
        "status": file.status,
        "level_wanted": file.level_wanted,
        "requirements": {
            "due": [_as_dict(one) for one in due if one.state in ("missing", "rejected")],
            "past_due": [_as_dict(one) for one in due if one.state == "expired"],
            "pending": [_as_dict(one) for one in due if one.state == "waiting"],
        },
        "note": file.note,
    }


def _as_dict(one: Requirement) -> dict[str, str]:
    return {"code": one.code, "why": one.why, "about": one.about, "state": one.state}
