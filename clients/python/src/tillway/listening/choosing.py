"""Which events are forwarded: types, groups (``invoice.*``) or all (``*``). Pure."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final, get_args

from tillway.errors import Misconfigured
from tillway.shapes import EventsListType

TYPES: Final[tuple[str, ...]] = get_args(EventsListType)
GROUPS: Final = tuple(sorted({f"{each.partition('.')[0]}.*" for each in TYPES}))


def filters_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The filters of some texts that each hold one or, with commas, more; all without any.

    Raises:
        Misconfigured: one is known to no event.
    """
    filters = tuple(part.strip() for text in texts for part in text.split(",") if part.strip())
    known = ("*", *GROUPS, *TYPES)
    for each in filters:
        if each not in known:
            near = get_close_matches(each, known, n=3) or GROUPS
            raise Misconfigured(
                f"There are no events {each!r}.", hint=f"Try one of {', '.join(near)}."
            )
    return filters or ("*",)


def wants(filters: Iterable[str], event_type: str) -> bool:
    """Whether an event of this type is forwarded; as an endpoint's filters choose."""
    return any(
        chosen in (event_type, "*")
        or (chosen.endswith(".*") and event_type.startswith(chosen[:-1]))
        for chosen in filters
    )
