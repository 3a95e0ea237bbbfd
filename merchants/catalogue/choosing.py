"""Modifiers that go with an item: how many of a group may be chosen, what they add. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from merchants.catalogue.errors import ChoiceInvalid, GroupInvalid

MOST_MODIFIERS: Final = 50
MAX_NAME: Final = 80
MAX_DELTA_UNITS: Final = 10**9


@dataclass(frozen=True, slots=True)
class Modifier:
    """Something that can be chosen: what it adds to the price of one, in minor units."""

    name: str
    delta_units: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Modifiers of which at least ``least`` and at most ``most`` are chosen."""

    id: str
    name: str
    least: int
    most: int
    modifiers: tuple[Modifier, ...]


def checked_group(group: Group) -> Group:
    """The group, if it can be one.

    Raises:
        GroupInvalid
    """
    names = [modifier.name for modifier in group.modifiers]
    fits = 1 <= len(names) <= MOST_MODIFIERS and len(set(names)) == len(names)
    fits = fits and 0 <= group.least <= group.most and 1 <= group.most <= len(names)
    for name in (group.name, *names):
        fits = fits and 1 <= len(name) <= MAX_NAME and name.strip() == name and name.isprintable()
    if not fits or any(abs(modifier.delta_units) > MAX_DELTA_UNITS for modifier in group.modifiers):
        raise GroupInvalid
    return group


def chosen(
    groups: Sequence[Group], choices: Sequence[tuple[str, str]]
) -> tuple[tuple[str, Modifier], ...]:
    """The modifiers behind ``choices`` (group's id, modifier's name), each with its group's id, in
    the order of the groups.

    Raises:
        ChoiceInvalid: one there is not, or one twice, or too few or too many of a group.
    """
    if any(times > 1 for times in Counter(choices).values()):
        raise ChoiceInvalid
    left = set(choices)
    found: list[tuple[str, Modifier]] = []
    for group in groups:
        taken = [modifier for modifier in group.modifiers if (group.id, modifier.name) in left]
        if not group.least <= len(taken) <= group.most:
            raise ChoiceInvalid(
                f"Of “{group.name}” {group.least} to {group.most} have to be chosen."
            )
        left -= {(group.id, modifier.name) for modifier in taken}
        found += [(group.id, modifier) for modifier in taken]
    if left:
        raise ChoiceInvalid
    return tuple(found)
