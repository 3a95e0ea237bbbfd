"""A ramp's balance as a source for reconciliation, with what the rooms above know of it.

A ramp says what it holds, coming money included, so that the moment at which a card's payment
comes makes no difference. What is coming by our own rows is taken off: what is left is what the
books have in ``bank:<ramp>``, but for what is under way between the two.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from gateway.ledger.accounts import AccountName, bank
from gateway.ledger.outside_balances import OnTheWay, ToldBalances
from gateway.ledger.selectors import balances_of
from gateway.money.assets import FIAT
from gateway.ramps.configuration import configured_balances, ramp_settings, settings_of
from gateway.ramps.models import RampInstruction
from gateway.ramps.stripe_balances import BalanceRamp, Movement

LOOKED_BACK: Final = timedelta(days=1)
MOST_MOVEMENTS: Final = 1_000

ByCurrency = Mapping[str, Iterable[OnTheWay]]


class Knowing(Protocol):
    """What a room knows of a ramp's balance. All of it is asked of our own rows."""

    def coming(self, ramp: str, *, now: datetime) -> Mapping[str, int]:
        """Minor units by currency that the ramp holds and the books don't have in its account yet.

        Raises:
            RampBusy: it can't be known this minute.
        """
        ...

    def on_the_way(self, ramp: str) -> ByCurrency:
        """What the ramp and the books may not tell alike yet."""
        ...

    def known(self, ramp: str, names: Collection[str]) -> set[str]:
        """Those of the ramp's names, of changes or of what they were made for, that are ours."""
        ...


_rooms: dict[str, Knowing] = {}


def knowing_register(name: str, room: Knowing) -> None:
    """Ask this room, too, from now on; again under the same name replaces it."""
    _rooms[name] = room


@dataclass(frozen=True, slots=True)
class RampSource:
    """The house's balance at a ramp; see ``gateway.ledger.outside_balances.BalanceSource``."""

    name: str

    @property
    def account(self) -> AccountName:
        return bank(self.name)

    @property
    def mode(self) -> str:
        return settings_of(self.name).mode

    @property
    def decimals(self) -> Mapping[str, int]:
        return {code: FIAT[code].decimals for code in settings_of(self.name).currencies}

    def read(self, *, now: datetime) -> ToldBalances:
        """Ask it.

        Raises:
            RampDown, RampNotOffered, RampsUnreadable
            RampBusy: a card was charged just now, and it doesn't say yet what that brings.
        """
        ramp = configured_balances(self.name)
        held = ramp.held()
        units = {code: held.get(code, 0) for code in self.decimals}
        way: dict[str, list[OnTheWay]] = {code: [] for code in units}
        for room in _rooms.values():
            for code, coming in room.coming(self.name, now=now).items():
                units[code] = units.get(code, 0) - coming
            for code, items in room.on_the_way(self.name).items():
                way.setdefault(code, []).extend(items)
        return ToldBalances(
            units=units,
            at=now,
            source=self.name,
            on_the_way=way,
            unknown={} if self._is_booked(units) else self._unknown(ramp, now=now),
        )

    def _is_booked(self, units: Mapping[str, int]) -> bool:
        booked = balances_of(account=self.account)
        return all(booked.get(code, 0) == told for code, told in units.items())

    def _unknown(self, ramp: BalanceRamp, *, now: datetime) -> dict[str, list[OnTheWay]]:
        moved = ramp.movements(since=now - LOOKED_BACK, most=MOST_MOVEMENTS)
        names = {name for each in moved for name in (each.id, each.about) if name}
        ours = _instructed(self.name, names)
        for room in _rooms.values():
            ours |= room.known(self.name, names)
        return {
            code: [_of(each) for each in moved if each.currency == code and not _is(each, ours)]
            for code in self.decimals
        }


def ramp_sources() -> Iterable[RampSource]:
    """Every ramp of RAMPS that holds money for the house and says how much."""
    return [RampSource(entry.name) for entry in ramp_settings() if entry.kind == "stripe"]


def _instructed(ramp: str, names: Collection[str]) -> set[str]:
    rows = RampInstruction.objects.filter(ramp=ramp, remote_id__in=names)
    return set(rows.values_list("remote_id", flat=True))


def _is(moved: Movement, ours: Collection[str]) -> bool:
    return moved.id in ours or moved.about in ours


def _of(moved: Movement) -> OnTheWay:
    return OnTheWay(f"{moved.about or 'movement'}:{moved.id}", moved.units)
