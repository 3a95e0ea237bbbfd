"""Make a new key that nobody has ever seen, in a new or an existing keystore."""

import os
import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gateway.custody.addresses import address_text
from gateway.custody.configuration import signer_files
from gateway.custody.errors import CustodyError
from gateway.custody.keystore import (
    add_key,
    create_master_key,
    key_from_secret,
    read_master_key,
)


class Command(BaseCommand):
    help = "Create a key in the sealed keystore and print its address."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--label", required=True, help="what the account is for")
        parser.add_argument("--demo", action="store_true", help="live mode will refuse this key")
        parser.add_argument(
            "--new-master-key",
            action="store_true",
            help="first make a master key in KEYSTORE_KEY_FILE (mode 0600)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        files = signer_files(os.environ)
        try:
            if options["new_master_key"]:
                create_master_key(files.master_key)
                self.stderr.write(f"Master key written to {files.master_key}: back it up.")
            master_key = read_master_key(environment=os.environ, default_file=files.master_key)
            key = key_from_secret(
                secrets.token_bytes(32), label=options["label"], demo=options["demo"]
            )
            add_key(files.keystore, key, master_key=master_key)
        except FileExistsError as error:
            raise CommandError(f"{error.filename} is there already.") from error
        except CustodyError as error:
            raise CommandError(f"{error} {error.hint}".strip()) from error
        self.stdout.write(address_text(key.address))
