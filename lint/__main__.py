"""Check the house rules over the product's own code."""

import sys
from pathlib import Path, PurePosixPath

from lint.rules import breaches

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("gateway", "merchants")


def main() -> int:
    count = files = 0
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" in file.parts:
                continue
            files += 1
            path = PurePosixPath(file.relative_to(ROOT).as_posix())
            for breach in breaches(path, file.read_text()):
                count += 1
                sys.stdout.write(f"{path}:{breach.line}: {breach.rule} {breach.message}\n")
    sys.stdout.write(f"House rules: {files} files, {count} breaches.\n")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
