"""The rows of the books that a report goes by."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Final
from uuid import UUID

from gateway.chains.models import Token
from gateway.compliance.reporting.money_lines import MoneyLine
from gateway.ledger.selectors import DepositLine, deposit_lines
from gateway.money.assets import FIAT

RECEIVED: Final = ("deposit_confirmed",)
KEPT: Final = ("blocked",)


def lines_of(deposit_ids: Sequence[UUID], *, kinds: Sequence[str]) -> list[MoneyLine]:
    """What was booked about deposits, oldest first; what was taken back is left out. Two queries.

    Args:
        kinds: of the entries that count: ``deposit_confirmed`` for what came, ``blocked`` for what
            is kept.
    """
    booked = deposit_lines(deposit_ids=deposit_ids, kinds=kinds)
    tokens = {
        token.code: token for token in Token.objects.filter(code__in={one.asset for one in booked})
    }
    return [_line(one, tokens) for one in booked]


def _line(booked: DepositLine, tokens: Mapping[str, Token]) -> MoneyLine:
    token = tokens.get(booked.asset)
    return MoneyLine(
        entry=booked.key,
        kind=booked.kind,
        deposit_id=booked.deposit_id,
        asset=booked.asset,
        currency=token.peg if token else booked.asset,
        decimals=token.decimals if token else FIAT[booked.asset].decimals,
        units=booked.units,
        happened_at=booked.happened_at.astimezone(UTC).isoformat(),
    )
