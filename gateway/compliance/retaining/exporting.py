"""All that is held about somebody, as a zip of JSON and one readable page, written as it is read:
memory does not grow with what there is.

Left out is what the law forbids to tell: whether anybody is suspected, screened, looked into or
reported (31 U.S.C. 5318(g)(2); Regulation (EU) 2024/1624, articles 73 and 76(3)).
"""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape
from typing import Any, Final

from django.db import transaction

from gateway.compliance.alerts.canonical import plain
from gateway.compliance.cases.recording import record_apart
from gateway.compliance.knowing.models import Subject
from gateway.compliance.retaining.collecting import (
    Whom,
    collectors,
    file_collectors,
)
from gateway.compliance.retaining.errors import NobodyToExport
from gateway.shops.selectors import shop_views

SHOWN: Final = 1_000
"""Rows of a kind that the readable page shows; the JSON has all of them."""
PAGE: Final = "index.html"
STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "dl{border-top:1px solid #999;padding-top:.5rem;display:grid;"
    "grid-template-columns:12rem 1fr;gap:.25rem 1rem}dt{color:#444}dd{margin:0;"
    "overflow-wrap:anywhere}"
)


@transaction.atomic
def export_begin(*, whom: Whom, by: str, reason: str, now: datetime) -> None:
    """Write down who takes what is held about whom, and why; before the first byte leaves.

    Raises:
        NobodyToExport
    """
    there = (
        Subject.objects.filter(id=whom.id).exists()
        if whom.kind == "subject"
        else bool(shop_views(shop_ids={whom.id}))
    )
    if not there:
        raise NobodyToExport
    record_apart(
        "exported",
        actor=by,
        now=now,
        facts={"kind": whom.kind},
        personal={"about": str(whom), "reason": reason},
    )


def export_chunks(whom: Whom, *, now: datetime) -> Iterator[bytes]:
    """The zip, piece by piece. Some queries for each kind, twice."""
    out = _Pipe()
    names: list[str] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, collect in collectors():
            rows = collect(whom)
            if rows is None:
                continue
            names.append(name)
            with archive.open(_entry(f"{name}.json", now), "w") as entry:
                for text in _json(rows):
                    entry.write(text.encode())
                    yield from out.taken()
        for folder, collect_files in file_collectors():
            for file in collect_files(whom):
                archive.writestr(_entry(f"{folder}/{file.name}", now), file.content)
                yield from out.taken()
        with archive.open(_entry(PAGE, now), "w") as entry:
            for text in _page(whom, names, now=now):
                entry.write(text.encode())
                yield from out.taken()
    yield from out.taken()


def _json(rows: Iterator[Mapping[str, Any]]) -> Iterator[str]:
    lead = "[\n"
    for row in rows:
        yield lead + json.dumps(plain(row), ensure_ascii=False, indent=1)
        lead = ",\n"
    yield "[]\n" if lead == "[\n" else "\n]\n"


def _page(whom: Whom, names: list[str], *, now: datetime) -> Iterator[str]:
    yield (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>What is held'
        f"</title><style>{STYLE}</style></head><body><h1>What is held</h1>"
        f"<p>About {escape(str(whom))}, as of {now.isoformat(timespec='minutes')}. What the law"
        " does not let us tell is not in it.</p>"
    )
    told = dict(collectors())
    for name in names:
        yield f"<h2>{escape(name.replace('_', ' ').capitalize())}</h2>"
        count = 0
        for row in told[name](whom) or ():
            count += 1
            if count > SHOWN:
                yield f"<p>The rest stands in {escape(name)}.json.</p>"
                break
            yield f"<dl>{''.join(_pairs(plain(row)))}</dl>"
        if not count:
            yield "<p>Nothing.</p>"
    yield "</body></html>\n"


def _pairs(row: Mapping[str, Any], path: str = "") -> Iterator[str]:
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from _pairs(value, f"{path}{name} ")
            continue
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        if value not in (None, ""):
            yield f"<dt>{escape((path + name).replace('_', ' '))}</dt><dd>{escape(text)}</dd>"


def _entry(name: str, now: datetime) -> zipfile.ZipInfo:
    moment = (now.year, now.month, now.day, now.hour, now.minute, now.second)
    info = zipfile.ZipInfo(name, date_time=moment)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


class _Pipe(io.RawIOBase):
    """What the archive writes, until it is taken: it never seeks."""

    def __init__(self) -> None:
        super().__init__()
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._written.append(bytes(data))
        return len(data)

    def taken(self) -> Iterator[bytes]:
        while self._written:
            yield self._written.pop(0)
