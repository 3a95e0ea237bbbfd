"""Write the clients' files anew."""

import json
import sys
from pathlib import Path
from typing import Final

from clients.generating.description import described
from clients.generating.python_files import python_files
from clients.generating.typescript_files import typescript_files

ROOT: Final = Path(__file__).resolve().parents[2]
DESCRIPTION: Final = ROOT / "docs" / "openapi.json"
PYTHON: Final = Path("clients/python/src/tillway")
TYPESCRIPT: Final = Path("clients/typescript/src")


def files() -> dict[Path, str]:
    """What each file must hold, by its path in the checkout."""
    description = described(json.loads(DESCRIPTION.read_text()))
    written = {PYTHON / name: text for name, text in python_files(description).items()}
    return written | {
        TYPESCRIPT / name: text for name, text in typescript_files(description).items()
    }


def main() -> None:
    for path, text in files().items():
        (ROOT / path).write_text(text)
        sys.stdout.write(f"wrote {path}\n")


if __name__ == "__main__":
    main()
