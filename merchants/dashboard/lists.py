"""What lists by status share: the choice in the address, and the next page."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.utils.translation import gettext as _


def status_asked(query: Mapping[str, str], offered: Sequence[str]) -> str:
    """The status that the address names; empty for all. Raises Http404 for one that is none."""
    status = query.get("status", "")
    if status and status not in offered:
        raise Http404
    return status


def status_filters(
    here: str, offered: Sequence[str], *, chosen: str, word: Callable[[str], str]
) -> list[dict[str, Any]]:
    """All, and each status: its address, its word, whether it is chosen."""
    return [
        {
            "href": next_address(here, status=status, cursor=""),
            "word": word(status) if status else _("All"),
            "current": status == chosen,
        }
        for status in ("", *offered)
    ]


def next_address(here: str, *, status: str, cursor: str | None) -> str:
    """Where a list goes on, or begins with an empty cursor; empty where it ends."""
    if cursor is None:
        return ""
    told = {name: text for name, text in (("status", status), ("cursor", cursor)) if text}
    return f"{here}?{urlencode(told)}" if told else here
