"""``manage.py counterparties``: the providers that we exchange with; agree with one, or end it."""

import getpass
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import load_pem_x509_certificate
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gateway.compliance.travelling.counterparties import counterparty_end, counterparty_put
from gateway.compliance.travelling.errors import TravelError
from gateway.compliance.travelling.selectors import counterparties


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file says of a provider. ``certificate``: a PEM file beside it."""

    name: str
    legal_name: str
    country: str
    hosts: list[str]
    certificate: str
    lei: str = ""
    ivms: str = "101.2023"
    amount_form: str = "text"


class Command(BaseCommand):
    help = "Providers that Travel Rule data is exchanged with: nobody else is heard or told."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--put", metavar="FILE", help="agree with the provider of a JSON file")
        parser.add_argument("--end", metavar="NAME", help="exchange with a provider no longer")
        parser.add_argument("--by", default=getpass.getuser(), help="who decided it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["put"]:
                self._put(Path(options["put"]), by=options["by"])
            if options["end"]:
                counterparty_end(name=options["end"], now=timezone.now())
        except (TravelError, OSError, ValueError, msgspec.ValidationError) as error:
            raise CommandError(str(error)) from error
        for one in counterparties():
            hosts = ", ".join(one.hosts)
            self.stdout.write(f"{one.name} #{one.number}: {one.legal_name}, {one.country}; {hosts}")

    def _put(self, file: Path, *, by: str) -> None:
        told = msgspec.json.decode(file.read_bytes(), type=Told)
        pem = (file.parent / told.certificate).read_bytes()
        counterparty_put(
            name=told.name,
            legal_name=told.legal_name,
            country=told.country,
            hosts=told.hosts,
            certificate=load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()),
            lei=told.lei,
            ivms=told.ivms,
            amount_form=told.amount_form,
            by=by,
            now=timezone.now(),
        )
