"""What is in a report, as it is sealed: answers with their sources, rows of the books, and which
evidence they were drafted from. Pure."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from gateway.compliance.alerts.canonical import canonical
from gateway.compliance.reporting.answers import Answer
from gateway.compliance.reporting.money_lines import MoneyLine


@dataclass(frozen=True, slots=True)
class Content:
    """Attributes:
    snapshot: id and SHA-256 of the evidence, empty where there is none.
    """

    answers: Mapping[str, Answer]
    money: tuple[MoneyLine, ...] = ()
    snapshot: Mapping[str, str] = field(default_factory=dict)


def content_bytes(content: Content) -> bytes:
    """Its one spelling."""
    told = {
        "answers": {name: asdict(answer) for name, answer in content.answers.items()},
        "money": [asdict(line) for line in content.money],
        "snapshot": dict(content.snapshot),
    }
    return canonical(told).encode()


def content_read(written: bytes) -> Content:
    """What ``content_bytes`` wrote."""
    told: dict[str, Any] = json.loads(written)
    return Content(
        answers={name: Answer(**answer) for name, answer in told["answers"].items()},
        money=tuple(MoneyLine(**(line | {"units": int(line["units"])})) for line in told["money"]),
        snapshot=told["snapshot"],
    )
