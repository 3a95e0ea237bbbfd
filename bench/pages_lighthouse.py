"""Lighthouse's scores of a page, as its phone gets it or as a desktop does."""

import json
import os
import subprocess
from pathlib import Path
from statistics import median
from typing import Any, Final

from tests.browser import find_browser

VERSION: Final = "12.8.2"
# Where `npm install --prefix bench/.work lighthouse@…` puts it: no dependency of ours.
PROGRAM: Final = (
    Path(__file__).parent / ".work" / "node_modules" / "lighthouse" / "cli" / "index.js"
)
KINDS: Final = ("performance", "accessibility", "best-practices", "seo")
TIMEOUT_SECONDS: Final = 180
LOAD_MS: Final = 15_000
"""A page with a stream never comes to rest: Lighthouse would wait 45 s for each."""
TRIES: Final = 2
BAR: Final = {"performance": 95, "accessibility": 100}
ROUNDS_BELOW: Final = 3
"""A score below the bar is taken again: the machine has slow moments, a page has none."""

Scores = dict[str, int | None]


def is_here() -> bool:
    return PROGRAM.exists()


def scores(url: str, cookies: Any, *, rounds: int, wide: bool = False) -> Scores:
    """From 0 to 100, the median of the rounds, of three at least where one misses the bar; None
    where it isn't installed."""
    if not is_here():
        return {_named(kind): None for kind in KINDS}
    found = [_once(url, cookies, wide=wide) for _ in range(rounds)]
    while len(found) < ROUNDS_BELOW and _misses(found):
        found.append(_once(url, cookies, wide=wide))
    return {_named(kind): _median([one[kind] for one in found]) for kind in KINDS}


def _misses(found: list[dict[str, float | None]]) -> bool:
    return any((one[kind] or 0) * 100 < least for one in found for kind, least in BAR.items())


def _median(shares: list[float | None]) -> int | None:
    """In percent; None where Lighthouse says nothing, as of a page whose stream stays open."""
    told = [share for share in shares if share is not None]
    return round(median(told) * 100) if told else None


def _once(url: str, cookies: Any, *, wide: bool) -> dict[str, float | None]:
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in cookies)
    headers = {"Cookie": cookie} if cookie else {}
    command = [
        *("node", str(PROGRAM), url, "--quiet", "--output=json", "--output-path=stdout"),
        *("--chrome-flags=--headless=new --no-sandbox", f"--extra-headers={json.dumps(headers)}"),
        *(f"--only-categories={','.join(KINDS)}", f"--max-wait-for-load={LOAD_MS}"),
        *(("--preset=desktop",) if wide else ()),
    ]
    environment = {**os.environ, "CHROME_PATH": find_browser() or ""}
    for last in (False,) * (TRIES - 1) + (True,):  # a loaded machine's browser may not come up
        done = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            check=last,
            timeout=TIMEOUT_SECONDS,
        )
        if done.returncode == 0:
            break
    told = json.loads(done.stdout)["categories"]
    return {kind: told[kind]["score"] for kind in KINDS}


def _named(kind: str) -> str:
    return kind.replace("-", "_")
