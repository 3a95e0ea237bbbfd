"""What goes back to cards out of a ramp's balance; see ``gateway.ramps.balances.Knowing``."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from gateway.ledger.outside_balances import OnTheWay
from gateway.refunds.cards.models import CardRefund

MAY_BE_TAKEN = ("asked", "left", "unclear")


class CardRefundsKnow:
    def coming(self, ramp: str, *, now: datetime) -> Mapping[str, int]:
        return {}

    def on_the_way(self, ramp: str) -> Mapping[str, Iterable[OnTheWay]]:
        """Those that the ramp may have taken out already, or may take out any moment."""
        found: defaultdict[str, list[OnTheWay]] = defaultdict(list)
        for row in CardRefund.objects.filter(ramp=ramp, status__in=MAY_BE_TAKEN, is_taken=False):
            found[row.currency].append(OnTheWay(f"card_refund:{row.id}", -int(row.units)))
        return found

    def known(self, ramp: str, names: Collection[str]) -> set[str]:
        rows = CardRefund.objects.filter(ramp=ramp, remote_id__in=names)
        return set(rows.values_list("remote_id", flat=True))
