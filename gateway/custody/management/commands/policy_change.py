"""Have two approvers sign a change of the signer's policy. Runs on the signer's host."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError

from gateway.custody.addresses import address_text
from gateway.custody.configuration import signer_files
from gateway.custody.errors import CustodyError
from gateway.custody.keystore import read_master_key
from gateway.custody.policy_book import (
    Agreement,
    PolicyBook,
    agreement_beside,
    agreement_path,
    checked,
)
from gateway.custody.policy_changes import call_off_text, change_text, digest_of, recovered
from gateway.custody.policy_file import parse_policy


class Command(BaseCommand):
    help = "Show what approvers sign to change the signer's policy, and collect their signatures."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("status", help="the policy in force, and the one that waits")
        verbs.add_parser("text", help="what approvers sign for the file as it lies there")
        for verb in ("sign", "call-off"):
            one = verbs.add_parser(verb, help="add an approver's signature")
            one.add_argument("signature", help="65 bytes in hex, of personal_sign")

    def handle(self, *args: Any, **options: Any) -> None:
        files = signer_files(os.environ)
        try:
            master_key = read_master_key(environment=os.environ, default_file=files.master_key)
            book = PolicyBook(files.policy_book, master_key=master_key)
            content = files.policy.read_bytes()
            checked(parse_policy(content))
            self._do(options, book, files.policy, digest_of(content))
        except OSError as error:
            raise CommandError(f"{error.filename} can't be read.") from error
        except CustodyError as error:
            raise CommandError(f"{error} {error.hint}".strip()) from error

    def _do(self, options: dict[str, Any], book: PolicyBook, path: Path, digest: str) -> None:
        names = {"before": book.digest, "after": digest}
        if options["verb"] == "status":
            self.stdout.write(f"in force: {book.digest}\nin the file: {digest}")
            if book.offer is not None:
                self.stdout.write(
                    f"waits: {book.offer.digest} until {book.offer.effective.isoformat()},"
                    f" agreed by {', '.join(book.offer.agreed_by)}"
                )
            return
        if options["verb"] == "text":
            self.stdout.write(f"{change_text(**names)}\n{call_off_text(**names)}")
            return
        calls_off = options["verb"] == "call-off"
        text = call_off_text(**names) if calls_off else change_text(**names)
        signer = recovered(text, options["signature"])
        if signer is None:
            raise CommandError("This is no signature of that text.")
        _add(path, options["signature"], calls_off=calls_off)
        self.stdout.write(f"Signed by {address_text(signer)}. The signer looks when it starts.")


def _add(path: Path, signature: str, *, calls_off: bool) -> None:
    before = agreement_beside(path)
    after = Agreement(
        signatures=before.signatures if calls_off else (*before.signatures, signature),
        call_off=(*before.call_off, signature) if calls_off else before.call_off,
    )
    beside = agreement_path(path)
    part = beside.with_name(beside.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(after))
    part.replace(beside)
