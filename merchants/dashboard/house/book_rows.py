"""What the books' pages list, written out for people."""

from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from gateway.ledger.selectors import TrialLine
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import FIAT, Asset
from merchants.dashboard.desk import figures
from merchants.dashboard.house.book_sides import Kind, Segment, sides_of
from merchants.dashboard.selectors import assets_by_code

BOOKS: Final = "/house/books"


def known_assets(codes: Iterable[str]) -> dict[str, Asset]:
    """Currencies, and the tokens among these codes, with their decimals. One query."""
    return FIAT | assets_by_code(sorted(set(codes)))


def units_text(units: int, code: str, known: dict[str, Asset]) -> str:
    """A plain amount, every digit; of an unknown asset its base units, and it says so."""
    asset = known.get(code)
    if asset is None:
        return f"{figures.count(units)} × {code}"
    if asset.is_fiat:
        return figures.grouped(format_amount(Amount(units, asset)))
    return figures.grouped(figures.exact(units, decimals=asset.decimals))


def account_href(account: str, asset: str) -> str:
    """The page of an account; none of a family of them."""
    if "*" in account:
        return ""
    return f"{BOOKS}/account?{urlencode({'account': account, 'asset': asset})}"


def asset_rows(lines: list[TrialLine]) -> list[dict[str, Any]]:
    """A trial balance, asset by asset. One query."""
    known = known_assets(line.asset for line in lines)
    rows = []
    for code in sorted({line.asset for line in lines}, key=lambda code: ("@" in code, code)):
        own = [line for line in lines if line.asset == code]
        rows.append(
            {
                "code": code,
                "lines": [_line(line, known) for line in own],
                "sum": units_text(sum(line.units for line in own if line.units > 0), code, known),
                "sides": [_side(*side) for side in sides_of(own)],
            }
        )
    return rows


def _line(line: TrialLine, known: dict[str, Asset]) -> dict[str, Any]:
    return {
        "account": line.account,
        "many": line.accounts if "*" in line.account else 0,
        "href": account_href(line.account, line.asset),
        "debit": units_text(line.units, line.asset, known) if line.units > 0 else "",
        "credit": units_text(-line.units, line.asset, known) if line.units < 0 else "",
    }


def _side(is_having: bool, segments: list[Segment]) -> dict[str, Any]:
    return {
        "word": _("Where it lies") if is_having else _("Whom it is owed"),
        "segments": [
            {
                "word": kind_word(each.kind),
                "tone": each.tone,
                "x": each.x,
                "width": each.width,
                "share": figures.percent(each.ppm, places=1),
            }
            for each in segments
        ],
    }


def kind_word(kind: Kind) -> str:
    """What a part of a bar is made of."""
    return {
        Kind.CUSTODY: _("On chain"),
        Kind.BANKS: _("Banks and exchanges"),
        Kind.UNDER_WAY: _("Under way"),
        Kind.SPENT: _("Spent"),
        Kind.SHORT: _("The desk is short"),
        Kind.SHOPS: _("Shops"),
        Kind.PAYERS: _("Payers"),
        Kind.PROVIDERS: _("Providers"),
        Kind.HOUSE: _("The house"),
    }[kind]
