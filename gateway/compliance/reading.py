"""Read a list from files that somebody has at hand."""

import io
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from gateway.compliance.listed.formats import format_named
from gateway.compliance.loading import Loaded, list_take
from gateway.compliance.models import ListSource


def list_read(
    *,
    files: Mapping[str, Path],
    format_name: str,
    source: str,
    by: str,
    now: datetime,
    forced: bool = False,
) -> Loaded:
    """Put in force what files say, each named by its part of the format.

    Where it is one file, it is looked at again from then on, unless the settings name a feed.

    Raises:
        ListError: refused; the version before stays in force.
        OSError: a file can't be read.
    """
    form = format_named(format_name)
    form.check_parts(files)
    with ExitStack() as stack:
        parts: dict[str, BinaryIO] = {
            part: io.BytesIO(path.read_bytes()) for part, path in files.items()
        }
        for stream in parts.values():
            stack.enter_context(stream)
        return list_take(
            entities=form.read(parts, source=source),
            source=source,
            loaded_by=by,
            now=now,
            forced=forced,
            location=str(next(iter(files.values()))) if len(files) == 1 else "",
            format_name=format_name,
        )


def list_read_again(*, source: ListSource, by: str, now: datetime) -> Loaded:
    """Look at the file that a list was loaded from. Raises as ``list_read``."""
    form = format_named(source.format)
    return list_read(
        files={form.parts[0]: Path(source.location)},
        format_name=source.format,
        source=source.name,
        by=by,
        now=now,
    )
