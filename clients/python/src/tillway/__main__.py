"""``python -m tillway``."""

from tillway.commands import run

run()
