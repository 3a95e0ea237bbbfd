"""`python -m gateway.compliance.cases.verify FILE [--root DAY=ROOT …]`: check an export.

It runs on its own, on any machine: neither this house's database nor its settings are asked. With
roots that were published on their days, it also says whether the export's days are still those.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from gateway.compliance.cases.verifying import Checked, export_check


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if all of it is as it should be, 1 if not, 2 if it can't be read."""
    parser = argparse.ArgumentParser(prog="python -m gateway.compliance.cases.verify")
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--root", action="append", default=[], metavar="DAY=ROOT", help="as it was published"
    )
    told = parser.parse_args(arguments)
    try:
        with told.file.open(encoding="utf-8") as lines:
            kept = list(lines)
    except (OSError, UnicodeDecodeError) as error:
        sys.stderr.write(f"{told.file} can't be read: {error}\n")
        return 2
    checked = export_check(kept)
    _compare_roots(checked, kept, told.root)
    for problem in checked.problems:
        sys.stdout.write(f"WRONG  {problem}\n")
    sys.stdout.write(
        f"{checked.entries} entries, {checked.days} days, {checked.proven} proven,"
        f" {checked.openings} openings, {checked.snapshots} snapshots:"
        f" {'good' if checked.is_good else 'NOT GOOD'}\n"
    )
    return 0 if checked.is_good else 1


def _compare_roots(checked: Checked, lines: Sequence[str], published: Sequence[str]) -> None:
    roots = {}
    for text in lines:
        line = json.loads(text) if '"type":"day"' in text else {}
        roots[line.get("day")] = line.get("root")
    for one in published:
        day, _, root = one.partition("=")
        if roots.get(day) != root:
            checked.problems.append(f"{day} was published with another root")


if __name__ == "__main__":
    sys.exit(main())
