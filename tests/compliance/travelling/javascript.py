"""The JavaScript library ``ivms101``, asked one question a line."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[3]
SCRIPT = Path(__file__).with_name("judge.mjs")


def answers(*questions: dict[str, Any]) -> list[Any]:
    """Its answers, in order. It is found from the checkout's ``node_modules``."""
    node = shutil.which("node") or str(CHECKOUT / ".venv/bin/node")
    done = subprocess.run(
        [node, str(SCRIPT)],
        input="".join(json.dumps(each) + "\n" for each in questions),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=CHECKOUT,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]
