"""A block's logs bloom: whether its logs may name an address and a topic, without asking for them.

Nodes have been seen to answer ``eth_getLogs`` for a fresh block with an empty list because the
logs weren't indexed yet. The bloom stands in the header: it can say "maybe" too often, but never
"no" for a log that is there.
"""

from functools import lru_cache

from eth_hash.auto import keccak

BLOOM_BYTES = 256


@lru_cache(maxsize=4096)
def bloom_mask(item: bytes) -> int:
    """The three bits (yellow paper, section 4.3.1) that a log with this item sets."""
    digest = keccak(item)
    mask = 0
    for offset in (0, 2, 4):
        mask |= 1 << (int.from_bytes(digest[offset : offset + 2], "big") & 2047)
    return mask


def may_contain(bloom: int, *items: bytes) -> bool:
    """False: surely no log of the block has all these items. True: one may."""
    return all(bloom & mask == mask for mask in map(bloom_mask, items))
