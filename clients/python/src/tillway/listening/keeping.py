"""Where a listening stands, in a file: one that was killed goes on there."""

import json
from datetime import datetime
from pathlib import Path

from tillway.errors import Misconfigured
from tillway.listening.following import Place


class Keeper:
    """A place in a file, for one gateway and one key's shop.

    It is written after each event: who is killed in between gets that one again.

    Args:
        whose: names the gateway and the shop. A file of another's is refused, since its place means
            nothing here.
    """

    def __init__(self, path: Path, *, whose: str) -> None:
        self._path = path
        self._whose = whose

    def read(self) -> Place | None:
        """What was kept; None where nothing was yet.

        Raises:
            Misconfigured: the file is something else's, or can't be read.
        """
        try:
            kept = json.loads(self._path.read_text())
            if kept["whose"] != self._whose:
                raise Misconfigured(
                    f"{self._path} keeps the place of another gateway or key.",
                    hint="Name another file, or remove it.",
                )
            return Place(
                since=datetime.fromisoformat(kept["since"]),
                after=kept["after"],
                cursor=kept["cursor"],
                passed=tuple(kept["passed"]),
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, LookupError) as wrong:
            raise self._unusable() from wrong

    def keep(self, place: Place) -> None:
        """Whole or not at all, however it ends.

        Raises:
            Misconfigured: it can't be written.
        """
        kept = {
            "whose": self._whose,
            "since": place.since.isoformat(),
            "after": place.after,
            "cursor": place.cursor,
            "passed": place.passed,
        }
        beside = self._path.with_name(f"{self._path.name}.new")
        try:
            beside.write_text(json.dumps(kept))
            beside.replace(self._path)
        except OSError as wrong:
            raise self._unusable() from wrong

    def _unusable(self) -> Misconfigured:
        return Misconfigured(
            f"{self._path} can't keep where it stands.",
            hint="Name a file that isn't there yet, in a folder that may be written.",
        )
