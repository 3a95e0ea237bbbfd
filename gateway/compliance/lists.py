"""What a list says about addresses that pay us, and when a list must not be taken. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.compliance.errors import ListEmpty, ListShrunken
from gateway.compliance.listed.entities import ListedEntity
from gateway.compliance.listed.wallets import address_bytes

BPS = 10_000
MAX_SHRINK_BPS = 2_000


@dataclass(frozen=True, slots=True)
class ListEntry:
    """An address on a list, with the names and programs of whoever it is listed for."""

    address: bytes
    name: str = ""
    program: str = ""


@dataclass(frozen=True, slots=True)
class Size:
    """How much a version of a list names."""

    entities: int
    addresses: int


def entries_of(entities: Iterable[ListedEntity]) -> tuple[ListEntry, ...]:
    """The EVM addresses that a list names, each once, sorted."""
    found: dict[bytes, tuple[set[str], set[str]]] = {}
    for entity in entities:
        for wallet in entity.wallets:
            address = address_bytes(wallet.text)
            if address is None:
                continue
            names, programs = found.setdefault(address, (set(), set()))
            names.update(name.full for name in entity.names[:1])
            programs.update(entity.programs)
    return tuple(
        ListEntry(
            address=address, name="; ".join(sorted(names)), program="; ".join(sorted(programs))
        )
        for address, (names, programs) in sorted(found.items())
    )


def check_feed(*, new: Size, before: Size | None, forced: bool) -> None:
    """Refuse what a broken feed looks like; ``before`` is the version now in force.

    Raises:
        ListEmpty: even if forced.
        ListShrunken: more than a fifth is gone, and nobody forced it.
    """
    if new.entities == 0:
        raise ListEmpty
    if before is None or forced:
        return
    for what, now, then in (
        ("entities", new.entities, before.entities),
        ("addresses", new.addresses, before.addresses),
    ):
        if (then - now) * BPS > then * MAX_SHRINK_BPS:
            raise ListShrunken(
                f"This list has {now} {what}; the one in force has {then}: "
                "more than a fifth is gone."
            )
