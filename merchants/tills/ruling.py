"""A shop says when its tills ask for a manager's PIN."""

from datetime import datetime
from typing import cast
from uuid import UUID

from merchants.tills.errors import RulesInvalid
from merchants.tills.models import TillRules
from merchants.tills.rules import PPM, VOID_RULES, Rules, VoidRule


def rules_put(*, shop_id: UUID, rules: Rules, by: UUID, now: datetime) -> None:
    """In force from the next tap on.

    Raises:
        RulesInvalid
    """
    most = rules.discount_above_ppm
    if rules.void not in VOID_RULES or not 0 <= rules.void_above_units < 2**62:
        raise RulesInvalid(field="void")
    if most is not None and not 0 <= most <= PPM:
        raise RulesInvalid(field="discount")
    TillRules.objects.update_or_create(
        shop_id=shop_id,
        defaults={
            "void": rules.void,
            "void_above_units": rules.void_above_units,
            "discount_above_ppm": most,
            "set_by": by,
            "set_at": now,
        },
    )


def rules_of(*, shop_id: UUID) -> Rules:
    """What a shop's tills go by. One query."""
    row = TillRules.objects.filter(shop_id=shop_id).first()
    if row is None:
        return Rules()
    return Rules(
        void=cast(VoidRule, row.void),
        void_above_units=row.void_above_units,
        discount_above_ppm=row.discount_above_ppm,
    )
