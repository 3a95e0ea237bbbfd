"""Find a browser for the tests, or install one: `python -m tests.browser` (make test runs it).

The one found, else Debian's chromium when root, else Playwright's own.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

CANDIDATES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str | None:
    """The path of a browser to drive; None if there is none."""
    configured = os.environ.get("TILLWAY_BROWSER")
    if configured:
        return configured
    for name in CANDIDATES:
        path = shutil.which(name)
        if path:
            return path
    return _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _run(*command: str, **environment: str) -> bool:
    print("──", " ".join(command), flush=True)
    return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode == 0


def install() -> bool:
    """Bring a browser; True if one is there afterwards."""
    if find_browser():
        return True
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        _run("apt-get", "update", "-qq", **quiet)
        _run(
            "apt-get", "install", "-y", "-qq", "--no-install-recommends",
            "chromium", "fonts-noto-cjk", **quiet,
        )  # fmt: skip
        if find_browser():
            return True
    _run(sys.executable, "-m", "playwright", "install", "chromium")
    return find_browser() is not None


if __name__ == "__main__":
    if not install():
        print("No browser could be installed: the browser tests will be skipped.", flush=True)
