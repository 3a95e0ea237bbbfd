"""Fair values second by second, as the market process published them, for as long as markouts and
locks ask for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection

from gateway.market.measures.models import FairValues
from gateway.market.measures.valuing import Prices
from gateway.market.snapshots import MarketSnapshot

KEEP_VALUES = timedelta(days=2)
"""A lock of an hour, its grace, and a weekday's outage of whoever reads them."""
SPOKEN_FOR = timedelta(seconds=5)
"""A value stands for the time after it for so long: twice what lies between two snapshots."""

AT_SQL = """
SELECT w.at, f.assets, f.prices
  FROM unnest(%s::timestamptz[]) AS w (at)
 CROSS JOIN LATERAL (
       SELECT assets, prices FROM measures_fairvalues f
        WHERE f.at <= w.at AND f.at > w.at - %s * interval '1 millisecond'
        ORDER BY f.at DESC LIMIT 1) f
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """The fair values of one snapshot: e18 US dollars for a whole token, by asset code."""

    at: datetime
    version: int
    prices: Mapping[str, int]


def moment_of(snapshot: MarketSnapshot) -> Moment:
    """What a snapshot agreed on; assets without an agreed value are not in it. Pure."""
    return Moment(
        at=datetime.fromtimestamp(snapshot.at_ms / 1000, UTC),
        version=snapshot.version,
        prices={
            code: state.value.price
            for code, state in sorted(snapshot.assets.items())
            if state.value is not None
        },
    )


def fair_values_keep(*, moments: Sequence[Moment]) -> None:
    """Remember what was published; a moment that is known stays as it is. One statement."""
    FairValues.objects.bulk_create(
        [
            FairValues(
                at=moment.at,
                version=moment.version,
                assets=list(moment.prices),
                prices=list(moment.prices.values()),
            )
            for moment in moments
        ],
        ignore_conflicts=True,
    )


def fair_values_prune(*, now: datetime) -> int:
    """Drop values older than ``KEEP_VALUES``; how many moments were dropped."""
    dropped, _ = FairValues.objects.filter(at__lt=now - KEEP_VALUES).delete()
    return dropped


def fair_values_at(times: Iterable[datetime]) -> dict[datetime, Prices]:
    """What was known at each of these times: the last values published before, if no older than
    ``SPOKEN_FOR``. A time that nobody spoke for is missing, and so is an asset within one.
    One query."""
    wanted = sorted(set(times))
    with connection.cursor() as cursor:
        cursor.execute(AT_SQL, [wanted, SPOKEN_FOR // timedelta(milliseconds=1)])
        return {
            at: dict(zip(assets, map(int, prices), strict=True))
            for at, assets, prices in cursor.fetchall()
        }
