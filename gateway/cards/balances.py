"""What cards bring to, and take from, a ramp's balance; see ``gateway.ramps.balances.Knowing``."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Sum

from gateway.cards.models import CardDispute, CardTender
from gateway.ledger.outside_balances import OnTheWay
from gateway.ledger.selectors import keys_booked
from gateway.ramps.errors import RampBusy

SAID_WITHIN: Final = timedelta(minutes=15)
"""A ramp says soon after a charge what it brings; if it never does, that is a difference."""


class CardsKnow:
    def coming(self, ramp: str, *, now: datetime) -> Mapping[str, int]:
        rows = CardTender.objects.filter(ramp=ramp, status="paid", settled_at=None)
        if rows.filter(coming_reference="", paid_at__gt=now - SAID_WITHIN).exists():
            raise RampBusy
        back = CardDispute.objects.filter(ramp=ramp, coming_units__gt=0)
        sums: Counter[str] = Counter()
        for currency, units in (
            *rows.values_list("currency").annotate(Sum("coming_units")),
            *back.values_list("tender__currency").annotate(Sum("coming_units")),
        ):
            sums[currency] += int(units or 0)
        return sums

    def on_the_way(self, ramp: str) -> Mapping[str, Iterable[OnTheWay]]:
        return {}

    def known(self, ramp: str, names: Collection[str]) -> set[str]:
        tenders = CardTender.objects.filter(ramp=ramp, coming_reference__in=names)
        disputes = CardDispute.objects.filter(ramp=ramp, remote_id__in=names)
        settled = {f"card_settled:{ramp}:{name}": name for name in names}
        return {
            *tenders.values_list("coming_reference", flat=True),
            *disputes.values_list("remote_id", flat=True),
            *(settled[key] for key in keys_booked(settled)),
        }
