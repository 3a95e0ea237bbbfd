"""`manage.py credential_issuers`: whose credentials prove who somebody is. Nobody's by default."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway.compliance.presenting.errors import PresentingError
from gateway.compliance.presenting.trusting import (
    issuer_distrust,
    issuer_trust,
    issuers_trusted,
)


class Command(BaseCommand):
    help = "Trust an issuer of credentials, end that, or list those that are trusted."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="who is trusted, for what")
        trust = verbs.add_parser("trust", help="a further version of the trust in an issuer")
        trust.add_argument("issuer", help="what its credentials say in iss")
        trust.add_argument("--vct", action="append", required=True, help="a kind of credential")
        known = trust.add_mutually_exclusive_group(required=True)
        known.add_argument("--jwks", type=Path, help="a file with its public keys")
        known.add_argument("--roots", type=Path, help="a PEM file with the roots of its keys")
        trust.add_argument("--country", default="", help="whose identities these are, as in DE")
        trust.add_argument(
            "--without-status",
            action="store_true",
            help="count credentials without a status list, if they end by themselves",
        )
        trust.add_argument("--by", required=True, help="who decided it")
        trust.add_argument("--reason", required=True)
        end = verbs.add_parser("end", help="trust an issuer no longer")
        end.add_argument("issuer")
        end.add_argument("--by", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['verb']}")(options)
        except PresentingError as refused:
            raise CommandError(f"{refused.code}: {refused.message} {refused.hint}") from refused
        except (OSError, ValueError) as error:
            raise CommandError(f"The file can't be read: {error}") from error

    def _list(self, options: dict[str, Any]) -> None:
        for row in issuers_trusted():
            by = f"{len(row.keys)} keys" if row.keys else "roots"
            kinds = ", ".join(row.vcts)
            status = ", also without a status" if row.without_status else ""
            self.stdout.write(f"{row.issuer}  version {row.version}, by {by}: {kinds}{status}")

    def _trust(self, options: dict[str, Any]) -> None:
        keys = json.loads(options["jwks"].read_text())["keys"] if options["jwks"] else []
        row = issuer_trust(
            issuer=options["issuer"],
            vcts=options["vct"],
            keys=keys,
            roots=options["roots"].read_text() if options["roots"] else "",
            country=options["country"].upper(),
            without_status=options["without_status"],
            by=options["by"],
            reason=options["reason"],
            now=timezone.now(),
        )
        self.stdout.write(f"{row.issuer} is trusted, version {row.version}.")

    def _end(self, options: dict[str, Any]) -> None:
        if not issuer_distrust(issuer=options["issuer"], by=options["by"], now=timezone.now()):
            raise CommandError("Nobody of that name is trusted.")
        self.stdout.write(f"{options['issuer']} is no longer trusted.")
