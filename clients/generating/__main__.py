"""Write the clients' files anew."""

import json
import sys
from pathlib import Path
from typing import Final

from clients.generating.description import described
from clients.generating.python_files import python_files
from clients.generating.typescript_files import typescript_files
from clients.generating.versions import (
    package_with,
    python_version,
    typescript_version,
    version_of,
)

ROOT: Final = Path(__file__).resolve().parents[2]
DESCRIPTION: Final = ROOT / "docs" / "openapi.json"
PYTHON: Final = Path("clients/python/src/tillway")
TYPESCRIPT: Final = Path("clients/typescript/src")
PACKAGE: Final = Path("clients/typescript/package.json")


def files() -> dict[Path, str]:
    """What each file must hold, by its path in the checkout."""
    document = json.loads(DESCRIPTION.read_text())
    description, version = described(document), version_of(document)
    python = python_files(description) | {"version.py": python_version(version)}
    typescript = typescript_files(description) | {"version.ts": typescript_version(version)}
    package = package_with((ROOT / PACKAGE).read_text(), version=version)
    return {
        **{PYTHON / name: text for name, text in python.items()},
        **{TYPESCRIPT / name: text for name, text in typescript.items()},
        PACKAGE: package,
    }


def main() -> None:
    for path, text in files().items():
        (ROOT / path).write_text(text)
        sys.stdout.write(f"wrote {path}\n")


if __name__ == "__main__":
    main()
