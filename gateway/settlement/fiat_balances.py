"""What payouts to banks take from a ramp's balance, and fetch back; see
``gateway.ramps.balances.Knowing``."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from gateway.ledger.outside_balances import OnTheWay
from gateway.settlement.fiat_life import FETCHING, PROMISED
from gateway.settlement.fiat_models import FiatWay
from gateway.settlement.fiat_sending import way_to_fetch


class PayoutsKnow:
    def coming(self, ramp: str, *, now: datetime) -> Mapping[str, int]:
        return {}

    def on_the_way(self, ramp: str) -> Mapping[str, Iterable[OnTheWay]]:
        """Transfers that may have left, and what may have come back of those that failed."""
        found: defaultdict[str, list[OnTheWay]] = defaultdict(list)
        ways = FiatWay.objects.select_related("payout").filter(ramp=ramp)
        for way in ways.filter(state__in=(*PROMISED, *FETCHING)):
            units = -int(way.transfer_units) if way.state in PROMISED else way_to_fetch(way)
            found[way.payout.asset].append(OnTheWay(f"payout:{way.payout_id}", units))
        return found

    def known(self, ramp: str, names: Collection[str]) -> set[str]:
        return set()
