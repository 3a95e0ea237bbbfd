"""An index as one file that processes map into memory and share. No Django.

The file: ``MAGIC``, the length of its description, the description (msgpack: of each array its
type, place and length, and what it was built from), then the arrays, each on a 64-byte boundary.
It is written beside its place and renamed into it, so a reader finds a whole one or none; who
mapped an older one keeps it until it lets go.
"""

import mmap
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

MAGIC: Final = b"TWNAMES2"
ALIGNED: Final = 64


class ArtefactBroken(ValueError):
    """The file is none of ours, or not all of it."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """Arrays by name, and what they were built from."""

    arrays: Mapping[str, NDArray[Any]]
    built_from: Mapping[str, str]

    @property
    def size_bytes(self) -> int:
        return sum(array.nbytes for array in self.arrays.values())


class _Place(msgspec.Struct, array_like=True):
    name: str
    dtype: str
    offset: int
    count: int


class _Description(msgspec.Struct):
    arrays: list[_Place]
    built_from: dict[str, str]


def write(artefact: Artefact, path: Path) -> None:
    """Put it in its place, whole."""
    places, at = [], 0
    for name, array in artefact.arrays.items():
        at = -(-at // ALIGNED) * ALIGNED
        places.append(_Place(name, array.dtype.str, at, array.size))
        at += array.nbytes
    told = msgspec.msgpack.encode(_Description(places, dict(artefact.built_from)))
    start = _start(len(told))
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(MAGIC + len(told).to_bytes(8, "little") + told)
            for place, array in zip(places, artefact.arrays.values(), strict=True):
                file.seek(start + place.offset)
                file.write(array.tobytes())
            file.truncate(start + at)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def read(path: Path) -> Artefact:
    """Map it into memory, read-only; its pages are shared with whoever maps it too.

    Raises:
        FileNotFoundError: there is none.
        ArtefactBroken
    """
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    head = len(MAGIC) + 8
    if mapped[: len(MAGIC)] != MAGIC:
        raise ArtefactBroken(f"{path.name} is no index of names")
    length = int.from_bytes(mapped[len(MAGIC) : head], "little")
    start = _start(length)
    try:
        told = msgspec.msgpack.decode(mapped[head : head + length], type=_Description)
        arrays = {
            place.name: np.frombuffer(
                mapped, dtype=place.dtype, count=place.count, offset=start + place.offset
            )
            if place.count
            else np.empty(0, dtype=place.dtype)
            for place in told.arrays
        }
    except (msgspec.DecodeError, ValueError) as error:
        raise ArtefactBroken(f"{path.name} is cut short: {error}") from error
    return Artefact(arrays=arrays, built_from=told.built_from)


def _start(description: int) -> int:
    return -(-(len(MAGIC) + 8 + description) // ALIGNED) * ALIGNED
