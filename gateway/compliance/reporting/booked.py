"""The rows of the books that a report goes by."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from gateway.chains.models import Token
from gateway.compliance.reporting.money_lines import MoneyLine
from gateway.ledger.models import Entry, PostingRow
from gateway.money.assets import FIAT

RECEIVED: Final = ("deposit_confirmed",)
KEPT: Final = ("blocked",)


def lines_of(deposit_ids: Sequence[UUID], *, kinds: Sequence[str]) -> list[MoneyLine]:
    """What was booked about deposits, oldest first; what was taken back is left out. Three queries,
    none for no deposit.

    Args:
        kinds: of the entries that count: ``deposit_confirmed`` for what came, ``blocked`` for what
            is kept.
    """
    if not deposit_ids:
        return []
    named = Q()
    for deposit_id in deposit_ids:
        named |= Q(key__gte=f"deposit:{deposit_id}:", key__lt=f"deposit:{deposit_id};")
    standing = Entry.objects.filter(named, kind__in=kinds, reverses=None).exclude(
        id__in=Entry.objects.filter(reverses__isnull=False).values("reverses_id")
    )
    entries = {entry.id: entry for entry in standing.order_by("happened_at", "id")}
    rows = list(
        PostingRow.objects.filter(entry_id__in=entries, units__gt=0).order_by("entry_id", "line")
    )
    tokens = {
        token.code: token for token in Token.objects.filter(code__in={row.asset for row in rows})
    }
    return [
        line
        for entry_id in entries
        for line in (
            _line(entries[entry_id], row, tokens) for row in rows if row.entry_id == entry_id
        )
    ]


def _line(entry: Entry, row: PostingRow, tokens: dict[str, Any]) -> MoneyLine:
    token = tokens.get(row.asset)
    return MoneyLine(
        entry=entry.key,
        kind=entry.kind,
        deposit_id=entry.refs["deposit_id"],
        asset=row.asset,
        currency=token.peg if token else row.asset,
        decimals=token.decimals if token else FIAT[row.asset].decimals,
        units=int(row.units),
        happened_at=entry.happened_at.astimezone(UTC).isoformat(),
    )
