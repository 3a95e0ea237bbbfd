"""Real prices that are too large for the repository, where they are at hand."""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "market"


def market_file(name: str) -> Path:
    """A file of the folder that ``MARKET_DATA`` names; skips the test that hasn't got it."""
    file = Path(os.environ.get("MARKET_DATA") or BESIDE) / name
    if not file.exists():
        pytest.skip(f"{name} is not at hand (MARKET_DATA)")
    return file
