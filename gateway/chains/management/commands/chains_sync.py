"""`manage.py chains_sync`: the chains of the settings, checked, into the tables."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gateway.chains.configuration import configured_chains
from gateway.chains.syncing import chain_store, chains_disable_others, check_chain
from gateway.events.errors import TillwayError


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # the pages are none of its business
    help = "Check the chains of the CHAINS setting against their nodes and store them."

    def handle(self, *args: Any, **options: Any) -> None:
        refused = []
        try:
            entries = configured_chains()
        except TillwayError as error:
            raise CommandError(str(error)) from error
        for entry in entries:
            try:
                check = check_chain(entry)
                chain_store(entry=entry, check=check)
            except TillwayError as error:
                refused.append(f"{entry.key}: {error}")
            else:
                if options["verbosity"] > 0:
                    self.stdout.write(f"{entry.key} ({entry.chain_id}): ok")
                for symbol, problem in check.refused.items():
                    self.stderr.write(f"{symbol} of {entry.key} is not offered: {problem}.")
        chains_disable_others(chain_ids=[entry.chain_id for entry in entries])
        if refused:
            raise CommandError("; ".join(refused))
