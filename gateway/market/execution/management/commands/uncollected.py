"""`manage.py uncollected`: what still lies at deposit addresses, and why."""

from typing import Any

from django.core.management.base import BaseCommand

from gateway.chains.models import Chain
from gateway.market.execution.selectors import not_to_be_collected, uncollected


class Command(BaseCommand):
    help = "List what lies at deposit addresses, by asset and why: waiting, dust, under way, held."

    def handle(self, *args: Any, **options: Any) -> None:
        for row in uncollected():
            whose = "desk" if row.is_bought else "payers"
            self.stdout.write(
                f"{row.asset} {row.status} {row.reason or '-'} {whose}: {row.units} base units"
                f" in {row.deposits} deposits since {row.oldest:%Y-%m-%d %H:%M} UTC"
            )
        for chain_id in Chain.objects.order_by("id").values_list("id", flat=True):
            for asset, units in not_to_be_collected(chain_id=chain_id).items():
                self.stdout.write(
                    f"{asset} stays (held, blocked or not judged): {units} base units"
                )
