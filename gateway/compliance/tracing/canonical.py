"""A trace's inputs and answer as bytes, the same bytes every time; and the inputs back. Pure.

JSON with sorted keys and nothing between them; integers that may be large are decimal text,
addresses and hashes hexadecimal. Inputs are put in order before, so whoever saw the same gets the
same hash.
"""

from collections.abc import Iterable
from dataclasses import asdict, fields
from hashlib import sha256
from typing import Any, Final

import msgspec

from gateway.compliance.tracing.categories import AddressBook, Label
from gateway.compliance.tracing.exposure import (
    Origin,
    Part,
    Payment,
    Question,
    Reason,
    Trace,
)
from gateway.compliance.tracing.flows import TraceInputs
from gateway.compliance.tracing.judging import Judgement
from gateway.compliance.tracing.policy import TracePolicy
from gateway.compliance.tracing.transfers import Transfer, in_order

FORMAT: Final = 1
"""Of the stored inputs; another way to write them gets another number."""


def canonical(body: object) -> bytes:
    """JSON in its one spelling."""
    return msgspec.json.encode(body, order="sorted")


def hash_of(body: bytes) -> bytes:
    return sha256(body).digest()


def inputs_bytes(inputs: TraceInputs) -> bytes:
    """The inputs, in order: the same whatever order they were given in."""
    book = AddressBook(inputs.labels)
    question, payment = inputs.question, inputs.question.payment
    return canonical(
        {
            "format": FORMAT,
            "question": {
                "chain_id": question.chain_id,
                "address": question.address.hex(),
                "asset": question.asset,
                "payment": None
                if payment is None
                else {
                    "asset": payment.asset,
                    "units": str(payment.units),
                    "value_micros": _number(payment.value_micros),
                    "position": _position(payment.position),
                },
            },
            "transfers": [_transfer(one) for one in in_order(inputs.transfers)],
            "labels": [
                [one.address.hex(), one.category, one.status, one.name, one.source]
                for one in book.labels()
            ],
            "openings": [
                [address.hex(), asset, str(units)]
                for (address, asset), units in sorted(inputs.openings.items())
            ],
            "gaps": [[address.hex(), reason] for address, reason in sorted(inputs.gaps.items())],
            "policy": asdict(inputs.policy),
        }
    )


def inputs_from(body: bytes) -> TraceInputs:
    """The inputs that were written; with the policy's numbers of then.

    Raises:
        ValueError: they were written in a format that this version doesn't read.
    """
    told: dict[str, Any] = msgspec.json.decode(body)
    if told["format"] != FORMAT:
        raise ValueError(f"inputs of format {told['format']}, not {FORMAT}")
    question, payment = told["question"], told["question"]["payment"]
    known = {one.name for one in fields(TracePolicy)}
    if set(told["policy"]) != known:
        raise ValueError("the policy has other numbers than this version knows")
    gaps: dict[bytes, Reason] = {bytes.fromhex(address): reason for address, reason in told["gaps"]}
    return TraceInputs(
        question=Question(
            chain_id=question["chain_id"],
            address=bytes.fromhex(question["address"]),
            asset=question["asset"],
            payment=None
            if payment is None
            else Payment(
                asset=payment["asset"],
                units=int(payment["units"]),
                position=_position_from(payment["position"]),
                value_micros=_number_from(payment["value_micros"]),
            ),
        ),
        transfers=tuple(
            _transfer_from(one, chain_id=question["chain_id"]) for one in told["transfers"]
        ),
        labels=tuple(
            Label(bytes.fromhex(address), category, status, name, source)
            for address, category, status, name, source in told["labels"]
        ),
        policy=TracePolicy(**told["policy"]),
        openings={
            (bytes.fromhex(address), asset): int(units)
            for address, asset, units in told["openings"]
        },
        gaps=gaps,
    )


def answer_of(found: Trace, judgement: Judgement) -> dict[str, Any]:
    """The answer as JSON: what is stored, shown and compared when it is given again."""
    return {
        "state": judgement.state,
        "band": judgement.band,
        "reasons": list(judgement.reasons),
        "asks_hold": judgement.asks_hold,
        "own": None if found.own is None else _origin(found.own),
        "received": [
            {
                "asset": one.asset,
                "units": str(one.units),
                "value_micros": _number(one.value_micros),
                "parts": _parts(one.parts),
            }
            for one in found.received
        ],
        "payment": _parts(found.payment),
        "fifo": [{**_origin(origin), "units": str(units)} for origin, units in found.fifo.items()],
        "lots": [
            {
                **_origin(lot.origin),
                "source": "0x" + lot.source.hex(),
                "units": str(lot.units),
                "path": [_transfer(step) for step in lot.path],
            }
            for lot in found.lots
        ],
        "poisonings": [
            {
                "fake": "0x" + one.fake.hex(),
                "imitated": "0x" + one.imitated.hex(),
                "transfers": one.transfers,
                "first_block": one.first_block,
            }
            for one in found.poisonings
        ],
        "dusted_by": ["0x" + address.hex() for address in found.dusted_by],
        "transfers": found.transfers,
    }


def _parts(parts: Iterable[Part]) -> list[dict[str, Any]]:
    return [
        {
            **_origin(part.origin),
            "units": str(part.units),
            "value_micros": _number(part.value_micros),
            "path": [_transfer(step) for step in part.path],
        }
        for part in parts
    ]


def _origin(origin: Origin) -> dict[str, Any]:
    return {
        "category": origin.category,
        "status": origin.status,
        "hops": origin.hops,
        "reason": origin.reason,
    }


def _transfer(one: Transfer) -> dict[str, Any]:
    return {
        "asset": one.asset,
        "from": one.sender.hex(),
        "to": one.recipient.hex(),
        "units": str(one.units),
        "value_micros": _number(one.value_micros),
        "at": _position(one.position),
    }


def _transfer_from(told: dict[str, Any], *, chain_id: int) -> Transfer:
    block, log_index, tx_hash, path = _position_from(told["at"])
    return Transfer(
        chain_id=chain_id,
        asset=told["asset"],
        sender=bytes.fromhex(told["from"]),
        recipient=bytes.fromhex(told["to"]),
        units=int(told["units"]),
        block=block,
        log_index=log_index,
        tx_hash=tx_hash,
        path=path,
        value_micros=_number_from(told["value_micros"]),
    )


def _position(position: tuple[int, int, bytes, str]) -> list[Any]:
    block, log_index, tx_hash, path = position
    return [block, log_index, tx_hash.hex(), path]


def _position_from(told: list[Any]) -> tuple[int, int, bytes, str]:
    return int(told[0]), int(told[1]), bytes.fromhex(told[2]), str(told[3])


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)


def _number_from(told: str | None) -> int | None:
    return None if told is None else int(told)
