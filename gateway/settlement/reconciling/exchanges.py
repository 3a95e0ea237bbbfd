"""What outside exchanges say that they hold for the desk, as sources of balances."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.chains.models import Token
from gateway.ledger.accounts import AccountName
from gateway.ledger.accounts import exchange as exchange_account
from gateway.ledger.outside_balances import OnTheWay, ToldBalances
from gateway.ledger.selectors import balances_of
from gateway.market.exchanges.configured import (
    configured_exchange,
    exchange_settings,
    settings_of,
)
from gateway.market.hedges.comparing import COMING, is_quiet
from gateway.market.hedges.exchange_models import ExchangeDust
from gateway.market.hedges.models import InventoryMove
from gateway.market.hedging.exchange_fills import scale_of
from gateway.money.assets import Asset
from gateway.settlement.reconciling.errors import NotComparable


@dataclass(frozen=True, slots=True)
class ExchangeSource:
    """One exchange of the settings."""

    name: str

    @property
    def account(self) -> AccountName:
        return exchange_account(self.name)

    @property
    def mode(self) -> str:
        return "test" if settings_of(self.name).simulated else "live"

    @property
    def decimals(self) -> Mapping[str, int]:
        codes = configured_exchange(self.name).currencies()
        return dict(Token.objects.filter(code__in=codes).values_list("code", "decimals"))

    def read(self, *, now: datetime) -> ToldBalances:
        """Ask it.

        Raises:
            NotComparable: an order is open there, or has just ended.
            TillwayError: it does not answer.
        """
        if not is_quiet(self.name, now=now):
            raise NotComparable("busy", "An order is under way there.")
        place = configured_exchange(self.name)
        told = dict(place.balances())
        moves = list(InventoryMove.objects.filter(exchange=self.name, state__in=COMING))
        return ToldBalances(
            units=self._units(place.currencies(), told),
            at=now,
            source=self.name,
            on_the_way={code: _on_the_way(moves, code) for code in self.decimals},
        )

    def _units(self, currencies: Mapping[str, str], told: Mapping[str, int]) -> dict[str, int]:
        """Base units by asset code. An exchange tells one sum of what lies on several chains: the
        books divide it, and what it has more or less is said of the first of them."""
        booked = balances_of(account=self.account)
        dust = dict(ExchangeDust.objects.filter(exchange=self.name).values_list("asset", "e18"))
        left = dict(told)
        units: dict[str, int] = {}
        first: dict[str, str] = {}
        decimals = self.decimals
        for code in sorted(decimals):
            currency = currencies[code]
            first.setdefault(currency, code)
            units[code] = booked.get(code, 0)
            scale = scale_of(Asset(code, decimals[code]))
            left[currency] = left.get(currency, 0) - units[code] * scale - dust.get(code, 0)
        for currency, code in first.items():
            units[code] += left[currency] // scale_of(Asset(code, decimals[code]))
        return units


def exchange_sources() -> Iterable[ExchangeSource]:
    """Every exchange of the settings where our assets may lie."""
    return [ExchangeSource(entry.name) for entry in exchange_settings() if entry.assets]


def _on_the_way(moves: Iterable[InventoryMove], code: str) -> list[OnTheWay]:
    """What is on its way there may be credited or not; what was asked back may be taken or not."""
    found = []
    for move in moves:
        if move.asset != code:
            continue
        if move.is_deposit:
            found.append(OnTheWay(f"move:{move.id}", int(move.units)))
        elif move.state == "asked":
            found.append(OnTheWay(f"move:{move.id}", -int(move.units)))
    return found
