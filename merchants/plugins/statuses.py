"""An invoice's standing in the words of the plugins' protocol. Pure.

Settled means: hand the goods over. So it is said of what is paid only once the shop's own policy
for the amount and the chain lets the goods go; until then it is Processing. What was taken back by
a reorganisation is Processing until its monitoring ends.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

Status = Literal["New", "Processing", "Settled", "Expired", "Invalid"]
Additional = Literal["None", "PaidPartial", "PaidOver", "PaidLate", "Marked"]

STATUSES: Final[tuple[Status, ...]] = ("New", "Processing", "Settled", "Expired", "Invalid")
STILL_OPEN: Final = ("waiting", "partial", "processing", "expired")


@dataclass(frozen=True, slots=True)
class Shown:
    status: Status
    additional: Additional


def shown(*, status: str, exceptions: Collection[str], release_goods: str) -> Shown:
    """The two words for an invoice's standing, which are our own three put together."""
    over: Additional = "PaidOver" if "overpaid" in exceptions else "None"
    if "reverted" in exceptions and status in STILL_OPEN:
        return Shown("Processing", "None")
    match status:
        case "waiting":
            return Shown("New", "None")
        case "partial":
            return Shown("New", "PaidPartial")
        case "processing":
            return Shown("Processing", over)
        case "paid" if "marked" in exceptions:
            return Shown("Settled", "Marked")
        case "paid" if "late" in exceptions:
            return Shown("Expired", "PaidLate")
        case "paid" if release_goods == "yes":
            return Shown("Settled", over)
        case "paid":
            return Shown("Processing", over)
        case "expired":
            return Shown("Expired", "PaidPartial" if "underpaid" in exceptions else "None")
        case "cancelled":
            return Shown("Invalid", "Marked")
        case _:
            return Shown("Invalid", "Marked" if "marked" in exceptions else over)


def markable(now: Shown, *, open_marks: Collection[str]) -> list[Status]:
    """As what a person may mark it: of what its invoice allows, what isn't said already."""
    found: list[Status] = []
    if "settled" in open_marks and now.status != "Settled":
        found.append("Settled")
    if "invalid" in open_marks and now.status != "Invalid":
        found.append("Invalid")
    return found
