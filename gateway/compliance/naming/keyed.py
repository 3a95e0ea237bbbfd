"""Values by 32-bit keys, of which there may be none or many, read where they lie. Pure.

Three arrays: the keys in order, their values beside them, and where the keys of each beginning
start, so that one looks among a few and not among millions.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

KEY_BITS: Final = 32


def keyed_arrays(name: str, keys: "array[int]", values: "array[int]") -> dict[str, NDArray[Any]]:
    """The arrays ``<name>_keys``, ``<name>_values`` and ``<name>_starts``; the values of one key
    stay in the order they came."""
    told_keys, told_values = np.array(keys, dtype=np.uint32), np.array(values, dtype=np.uint32)
    order = np.argsort(told_keys, kind="stable")
    told_keys, told_values = told_keys[order], told_values[order]
    bits = max(1, len(told_keys).bit_length() - 1)
    beginnings = np.arange(1 << bits, dtype=np.uint64) << np.uint64(KEY_BITS - bits)
    starts = np.searchsorted(told_keys, beginnings.astype(np.uint32))
    return {
        f"{name}_keys": told_keys,
        f"{name}_values": told_values,
        f"{name}_starts": np.append(starts, len(told_keys)).astype(np.uint32),
    }


class Keyed:
    """What ``keyed_arrays`` made, asked for one key at a time."""

    __slots__ = ("_keys", "_shift", "_starts", "_values")

    def __init__(self, arrays: Mapping[str, NDArray[Any]], name: str) -> None:
        # A few are read at a time, which is quicker without numpy.
        self._keys = arrays[f"{name}_keys"].data
        self._values = arrays[f"{name}_values"].data
        self._starts = arrays[f"{name}_starts"].data
        self._shift = KEY_BITS - (len(self._starts) - 1).bit_length() + 1

    def get(self, key: int) -> list[int]:
        at = key >> self._shift
        low, high = self._starts[at], self._starts[at + 1]
        if low == high:
            return []
        keys = self._keys
        start = bisect_left(keys, key, low, high)
        if start == high or keys[start] != key:
            return []
        end = bisect_right(keys, key, start, high)
        return self._values[start:end].tolist()
