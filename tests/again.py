"""The few tests that failed in a whole run, once more and alone: ``python -m tests.again``.

Ten thousand tests on a busy machine fail now and then by one that was overtaken by the others. A
test that passes alone is named as flaky, which is a defect to mend, but no reason to refuse what
it says nothing about. More than ``MOST`` are no accident, and a run that ended in another way than
by failed tests is not looked at again.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

FAILED: Final = Path(__file__).parents[1] / ".pytest_cache" / "v" / "cache" / "lastfailed"
MOST: Final = 3
GROUP: Final = re.compile(r"@[^@\]\s]+$")
"""What xdist puts behind the name of a test that belongs to a group."""


def failed(record: str) -> list[str]:
    """The names in pytest's record of what failed, as pytest takes them. Pure."""
    return [GROUP.sub("", name) for name in json.loads(record)]


def main() -> int:
    names = failed(FAILED.read_text()) if FAILED.exists() else []
    if not 0 < len(names) <= MOST or not all("::" in name for name in names):
        print(f"── {len(names)} failed: not asked again (that is for 1 to {MOST} tests)")
        return 1
    print("── once more, alone: " + ", ".join(names))
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *names]
    code = subprocess.run(command, check=False).returncode
    if code == 0:
        print("── FLAKY, to be mended: " + ", ".join(names))
    return code


if __name__ == "__main__":
    sys.exit(main())
