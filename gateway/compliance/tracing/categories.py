"""What an address is known for, and what the law says of it: two fields, never one. Pure.

A mixer may be on a list, or have been taken off one: it stays a mixer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Category = Literal[
    "sanctioned",
    "theft",
    "darknet",
    "scam",
    "mixer",
    "bridge",
    "exchange",
    "merchant",
    "mint",
    "house",
    "unknown",
]
LegalStatus = Literal["listed", "delisted", "none"]

GRAVITY: Final[tuple[Category, ...]] = (
    "sanctioned",
    "theft",
    "darknet",
    "scam",
    "mixer",
    "bridge",
    "exchange",
    "merchant",
    "mint",
    "house",
    "unknown",
)
"""The gravest first. ``sanctioned`` is a listed address of which nothing better is known,
``unknown`` what no label explains."""
STATUSES: Final[tuple[LegalStatus, ...]] = ("listed", "delisted", "none")
RISKY: Final[frozenset[Category]] = frozenset({"theft", "darknet", "scam", "mixer"})
"""High risk whatever their legal status."""

ZERO_ADDRESS: Final = bytes(20)
"""Whom a token's contract names as the sender of what it makes (EIP-20)."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a source says of an address; a trace ends there.

    Attributes:
        source: who says so, with the version: ``ofac#3``, ``officer#1``, ``house``.
    """

    address: bytes
    category: Category
    status: LegalStatus = "none"
    name: str = ""
    source: str = ""


def best_label(labels: Iterable[Label]) -> Label:
    """One label out of what several sources say of one address.

    The category is the gravest that says more than ``sanctioned``; the legal status the gravest of
    all: a listed mixer is a mixer, and listed. Names and sources are kept together.
    """
    ordered = sorted(
        set(labels), key=lambda one: (GRAVITY.index(one.category), one.source, one.name, one.status)
    )
    told = [one for one in ordered if one.category != "sanctioned"] or ordered
    status = min((one.status for one in ordered), key=STATUSES.index)
    return Label(
        address=told[0].address,
        category=told[0].category,
        status=status,
        name="; ".join(dict.fromkeys(one.name for one in ordered if one.name)),
        source=", ".join(dict.fromkeys(one.source for one in ordered if one.source)),
    )


class AddressBook:
    """The labels of a trace, one an address. The zero address is where tokens are made."""

    def __init__(self, labels: Iterable[Label] = ()) -> None:
        found: dict[bytes, list[Label]] = {}
        for label in labels:
            found.setdefault(label.address, []).append(label)
        found.setdefault(
            ZERO_ADDRESS, [Label(ZERO_ADDRESS, "mint", name="newly made", source="EIP-20")]
        )
        self._labels: Mapping[bytes, Label] = {
            address: best_label(same) for address, same in found.items()
        }

    def of(self, address: bytes) -> Label | None:
        return self._labels.get(address)

    def labels(self) -> tuple[Label, ...]:
        """All of them, by address."""
        return tuple(self._labels[address] for address in sorted(self._labels))
