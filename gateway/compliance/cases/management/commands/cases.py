"""`manage.py cases replay ID`, `cases export FILE [--case ID]`: look at what was decided, again."""

import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gateway.compliance.cases.exporting import record_lines
from gateway.compliance.cases.models import Case, CaseDecision
from gateway.compliance.cases.replaying import decision_replay, overall


class Command(BaseCommand):
    help = "Replay the decisions of a case, or write the record of cases out to be checked."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        replay = verbs.add_parser("replay", help="decide again from what was kept, and compare")
        replay.add_argument("id", type=UUID, help="of a case, or of one decision")
        export = verbs.add_parser("export", help="for `python -m gateway.compliance.cases.verify`")
        export.add_argument("file", type=Path)
        export.add_argument("--case", type=UUID, help="only this one, with proofs and openings")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "replay":
            self._replay(options["id"])
        else:
            self._export(options["file"], options["case"])

    def _replay(self, named: UUID) -> None:
        decisions = CaseDecision.objects.select_related("snapshot")
        found = list(decisions.filter(case_id=named).order_by("id"))
        found = found or list(decisions.filter(id=named))
        if not found:
            raise CommandError(f"Nothing was decided about a case {named}.")
        worst = "equal"
        for decision in found:
            findings = decision_replay(decision)
            result = overall(findings)
            worst = result if result != "equal" and worst != "differs" else worst
            for finding in findings:
                more = f": {finding.difference}" if finding.difference else ""
                self.stdout.write(f"  {finding.result:<8} {finding.what}{more}")
            self.stdout.write(
                f"decision {decision.id} ({decision.disposition}): {result.upper()},"
                f" evidence {bytes(decision.snapshot.content_hash).hex()},"
                f" outcome {bytes(decision.outcome_hash).hex()}"
            )
        if worst != "equal":
            sys.exit(1)

    def _export(self, file: Path, case_id: UUID | None) -> None:
        if case_id and not Case.objects.filter(id=case_id).exists():
            raise CommandError(f"There is no case {case_id}.")
        try:
            with file.open("w", encoding="utf-8") as out:
                count = sum(out.write(f"{line}\n") > 0 for line in record_lines(case_id=case_id))
        except OSError as error:
            raise CommandError(f"{file} can't be written: {error}") from error
        self.stdout.write(f"{count} lines written to {file}")
