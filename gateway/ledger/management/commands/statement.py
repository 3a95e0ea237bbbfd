"""`manage.py statement ACCOUNT ASSET`: an account's statement as CSV, with both its balances."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gateway.ledger.account_statement import statement_csv, statement_of
from gateway.ledger.accounts import AccountName
from gateway.ledger.models import Account
from gateway.money.assets import FIAT, Asset


class Command(BaseCommand):
    help = "Write an account's statement as CSV: opening, every posting as booked, closing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", help="fees, bank:ramp, shop:ID:available, …")
        parser.add_argument("asset", help="USDC@8453, EUR, …")
        parser.add_argument("--first", type=date.fromisoformat, required=True, help="UTC day")
        parser.add_argument("--last", type=date.fromisoformat, required=True, help="UTC day")
        parser.add_argument(
            "--decimals", type=int, help="of a token; without it amounts are in base units"
        )

    def handle(self, *_: Any, **options: Any) -> None:
        name, code = options["account"], options["asset"]
        if options["last"] < options["first"]:
            raise CommandError("The last day is before the first.")
        if not Account.objects.filter(name=name, asset=code).exists():
            raise CommandError(f"Nothing was ever booked on {name} {code}.")
        start, end = (
            datetime.combine(day, time(), tzinfo=UTC)
            for day in (options["first"], options["last"] + timedelta(days=1))
        )
        statement = statement_of(account=AccountName(name), asset=code, start=start, end=end)
        asset = FIAT.get(code) or Asset(code, options["decimals"] or 0)
        for line in statement_csv(statement, asset=asset):
            self.stdout.write(line, ending="")
