"""Compare the books with the chains and with whoever else holds our money, now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import Asset
from gateway.settlement.reconciling.models import ReconciliationLine
from gateway.settlement.reconciling.running import reconcile, run_lines


class Command(BaseCommand):
    help = "Compare the journal with chains, exchanges and banks; exit code 1 unless all agree."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--chain", type=int, help="only this chain, by its id")
        parser.add_argument(
            "--to-the-unit",
            action="store_true",
            help="also exit with 1 where they agree only with what is under way",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        run = reconcile(asked_by="manage.py", now=timezone.now(), chain_id=options["chain"])
        lines = run_lines(run.id)
        for line in lines:
            self.stdout.write(_sentence(line))
        wanted = {"agrees"} if options["to_the_unit"] else {"agrees", "under_way"}
        bad = [line for line in lines if line.state not in wanted]
        if bad or not lines:
            told = "\n".join(_sentence(line) for line in bad)
            raise CommandError(f"{len(bad)} of {len(lines)} accounts don't agree.\n{told}")
        self.stdout.write(f"{len(lines)} accounts agree.")


def _sentence(line: ReconciliationLine) -> str:
    def amount(units: int) -> str:
        return format_amount(Amount(int(units), Asset(line.asset, line.decimals)))

    where = f"{line.account} {line.asset}"
    if line.state == "not_compared":
        return f"{where}: not compared ({line.reason})"
    block = f" at block {line.block_number}" if line.block_number is not None else ""
    said = f"{where}: {line.state}{block}, books {amount(line.booked_units)}, "
    said += f"told {amount(line.told_units)}"
    if line.state == "differs":
        said += f", {amount(line.difference_units)} off"
    for item in line.items:
        said += f"\n    {item['kind']} {item['reference']} {amount(int(item['units']))}"
    return said
