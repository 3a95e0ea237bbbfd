"""What a wallet is judged anew for, in short: ``list:ofac#4``, ``labels:exchanges#2``. Pure."""

from dataclasses import dataclass
from typing import Literal, cast

CauseKind = Literal["list", "labels"]


@dataclass(frozen=True, slots=True)
class Cause:
    """A version of a list, or of a source's labels."""

    kind: CauseKind
    source: str
    number: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.source}#{self.number}"


def cause_of(text: str) -> Cause:
    """Read it. Raises ValueError: it is none."""
    kind, _, rest = text.partition(":")
    source, _, number = rest.rpartition("#")
    if kind not in ("list", "labels") or not source:
        raise ValueError(f"{text[:80]!r} is no version of a list or of labels")
    return Cause(kind=cast(CauseKind, kind), source=source, number=int(number))
