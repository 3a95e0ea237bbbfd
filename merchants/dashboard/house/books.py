"""The trial balance: where value lies, against whom it is owed."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from gateway.ledger.selectors import TrialLine, trial_balance
from gateway.money.assets import FIAT, Asset
from merchants.accounts.guards import MemberRequest, require_action
from merchants.dashboard.desk import figures
from merchants.dashboard.house.frame import draw
from merchants.dashboard.selectors import assets_by_code


@require_GET
@require_action("books.view", shop=None)
def trial(request: MemberRequest) -> HttpResponse:
    """Every account's balance, asset by asset."""
    lines = trial_balance()
    codes = sorted({line.asset for line in lines})
    known = FIAT | assets_by_code(codes)
    assets = [
        {
            "code": code,
            "lines": [_line(line, known) for line in lines if line.asset == code and line.units],
        }
        for code in codes
    ]
    return draw(request, "dashboard/house/trial.html", {"assets": assets})


def _line(line: TrialLine, known: dict[str, Asset]) -> dict[str, Any]:
    return {
        "account": line.account,
        "debit": _units(line.units, line.asset, known) if line.units > 0 else "",
        "credit": _units(-line.units, line.asset, known) if line.units < 0 else "",
    }


def _units(units: int, code: str, known: dict[str, Asset]) -> str:
    if code not in known:
        return f"{figures.count(units)} × {code}"
    return figures.grouped(figures.exact(units, decimals=known[code].decimals))
