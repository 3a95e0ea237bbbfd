"""Transfers that are no evidence: dust, and look-alike addresses that want to be mistaken. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.compliance.tracing.policy import BPS, TracePolicy
from gateway.compliance.tracing.transfers import Holding, Transfer

_Pair = tuple[bytes, bytes, str]
"""Sender, recipient, asset."""


@dataclass(frozen=True, slots=True)
class Poisoning:
    """An address that sent dust or nothing, and looks like one that was really dealt with."""

    fake: bytes
    imitated: bytes
    transfers: int
    first_block: int


def split_dust(
    transfers: Sequence[Transfer], *, policy: TracePolicy
) -> tuple[tuple[Transfer, ...], tuple[Transfer, ...]]:
    """The transfers that count, and those that are dust, each in their order. O(n).

    What one address gave another of one asset is judged together: a thousand crumbs are no crumb.
    Without a price it is dust if it is less than ``dust_share_bps`` of all that its recipient was
    given of that asset. Nothing at all is always dust.
    """
    given: dict[_Pair, int] = {}
    worth: dict[_Pair, int | None] = {}
    received: dict[Holding, int] = {}
    for one in transfers:
        pair = (one.sender, one.recipient, one.asset)
        given[pair] = given.get(pair, 0) + one.units
        known = worth.get(pair, 0)
        worth[pair] = (
            None if known is None or one.value_micros is None else known + one.value_micros
        )
        holding = (one.recipient, one.asset)
        received[holding] = received.get(holding, 0) + one.units

    def is_dust(pair: _Pair) -> bool:
        value = worth[pair]
        if given[pair] == 0:
            return True
        if value is not None:
            return value < policy.dust_micros
        return given[pair] * BPS < received[(pair[1], pair[2])] * policy.dust_share_bps

    dusty = {pair for pair in given if is_dust(pair)}
    kept: list[Transfer] = []
    dust: list[Transfer] = []
    for one in transfers:
        is_nothing = one.units == 0 or (one.sender, one.recipient, one.asset) in dusty
        (dust if is_nothing else kept).append(one)
    return tuple(kept), tuple(dust)


def poisonings(
    address: bytes, *, kept: Iterable[Transfer], dust: Iterable[Transfer], policy: TracePolicy
) -> tuple[Poisoning, ...]:
    """Who imitates those that ``address`` deals with: by dust or nothing, either way. O(n).

    A token lets anybody write a transfer of nothing from a stranger's address, so what seems to
    have left the address counts as well as what came.
    """
    digits = policy.look_alike_digits
    dealt_with = {_other(address, one) for one in kept if address in (one.sender, one.recipient)}
    alike: dict[tuple[str, str], list[bytes]] = {}
    for real in sorted(dealt_with):
        alike.setdefault(_face(real, digits), []).append(real)
    found: dict[tuple[bytes, bytes], tuple[int, int]] = {}
    for one in dust:
        if address not in (one.sender, one.recipient):
            continue
        fake = _other(address, one)
        if fake in dealt_with or fake == address:
            continue
        for real in alike.get(_face(fake, digits), []):
            count, first = found.get((fake, real), (0, one.block))
            found[(fake, real)] = (count + 1, min(first, one.block))
    return tuple(
        Poisoning(fake=fake, imitated=real, transfers=count, first_block=first)
        for (fake, real), (count, first) in sorted(found.items())
    )


def _other(address: bytes, transfer: Transfer) -> bytes:
    return transfer.recipient if transfer.sender == address else transfer.sender


def _face(address: bytes, digits: int) -> tuple[str, str]:
    text = address.hex()
    return text[:digits], text[-digits:]
