"""Take in a key that exists already. It is read from standard input, never from an argument."""

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gateway.custody.addresses import address_text
from gateway.custody.configuration import signer_files
from gateway.custody.errors import CustodyError
from gateway.custody.keystore import add_key, key_from_secret, read_master_key


class Command(BaseCommand):
    help = "Import a private key (64 hex digits on standard input) and print its address."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--label", required=True, help="what the account is for")
        parser.add_argument("--demo", action="store_true", help="live mode will refuse this key")

    def handle(self, *args: Any, **options: Any) -> None:
        files = signer_files(os.environ)
        # Arguments show in the list of processes and in shell histories.
        text = getpass.getpass("Private key: ") if sys.stdin.isatty() else sys.stdin.readline()
        try:
            secret = bytes.fromhex(text.strip().removeprefix("0x"))
        except ValueError:
            raise CommandError("A private key is 64 hex digits.") from None
        try:
            master_key = read_master_key(environment=os.environ, default_file=files.master_key)
            key = key_from_secret(secret, label=options["label"], demo=options["demo"])
            add_key(files.keystore, key, master_key=master_key)
        except CustodyError as error:
            raise CommandError(f"{error} {error.hint}".strip()) from error
        self.stdout.write(address_text(key.address))
