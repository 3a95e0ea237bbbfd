"""When a deposit counts: by how deep its block lies, and by what the token says it holds."""

from collections.abc import Sequence
from dataclasses import dataclass

USD_E8_PER_CENT = 10**6


@dataclass(frozen=True, slots=True)
class Tier:
    """Values up to ``max_usd_cents`` (None: any) need ``blocks`` confirmations."""

    max_usd_cents: int | None
    blocks: int


def parse_tiers(rows: Sequence[Sequence[int | None]]) -> tuple[Tier, ...]:
    """Tiers from their stored form, ``[[max_usd_cents | null, blocks], …]``, ascending.

    Raises:
        ValueError: a tier asks for no block, they don't ascend, or the last one has an end.
    """
    tiers = []
    for row in rows:
        if len(row) != 2 or row[1] is None or row[1] < 1:
            raise ValueError(f"{list(row)} isn't [largest value in US cents or null, blocks ≥ 1]")
        tiers.append(Tier(max_usd_cents=row[0], blocks=row[1]))
    if not tiers or tiers[-1].max_usd_cents is not None:
        raise ValueError("the last tier must be open: [null, blocks]")
    ends = [tier.max_usd_cents for tier in tiers[:-1]]
    if None in ends or ends != sorted(set(ends), key=int):  # type: ignore[arg-type]
        raise ValueError("the tiers' values must ascend")
    return tuple(tiers)


def confirmations_needed(*, tiers: Sequence[Tier], value_usd_cents: int | None) -> int:
    """Blocks, its own included, that a deposit of this value needs. Unknown value: the most."""
    if value_usd_cents is None:
        return max(tier.blocks for tier in tiers)
    for tier in tiers:
        if tier.max_usd_cents is None or value_usd_cents <= tier.max_usd_cents:
            return tier.blocks
    return max(tier.blocks for tier in tiers)


def value_usd_cents(*, units: int, decimals: int, value_usd_e8: int | None) -> int | None:
    """US cents that ``units`` of a token are worth, rounded up; None without a value."""
    if value_usd_e8 is None:
        return None
    one_cent: int = 10**decimals * USD_E8_PER_CENT
    return -(-units * value_usd_e8 // one_cent)


def confirmations(*, block_number: int, head_number: int) -> int:
    """Blocks that confirm a block: 1 for the head itself."""
    return max(0, head_number - block_number + 1)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a transfer says it brought to an address."""

    key: object
    units: int


def confirmed_units(*, claims: Sequence[Claim], proven_units: int) -> dict[object, int]:
    """How much of each claim, oldest first, a balance bears out.

    Args:
        proven_units: the address's balance, plus all that left it, less what earlier deposits
            already count for; may be negative.
    """
    left = max(0, proven_units)
    counted = {}
    for claim in claims:
        counted[claim.key] = min(claim.units, left)
        left -= counted[claim.key]
    return counted
