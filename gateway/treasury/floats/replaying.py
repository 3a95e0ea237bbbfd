"""A decision about a float as JSON, and decided again from it. Pure."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from gateway.treasury.floats.deciding import (
    FloatPolicy,
    Refill,
    Rest,
    Sight,
    Source,
    Way,
    decide_refill,
)


def parts_of(sight: Sight, policy: FloatPolicy) -> dict[str, Any]:
    """All that the decision was made of."""
    return {"sight": asdict(sight), "policy": asdict(policy)}


def decided_again(parts: Mapping[str, Any]) -> Refill | Rest:
    """What is decided from the same parts: the same."""
    told = dict(parts["sight"])
    sources = tuple(
        Source(
            Way(each["way"]), each["name"], each["units"], each["gives"], each.get("differs", False)
        )
        for each in told.pop("sources")
    )
    return decide_refill(Sight(**told, sources=sources), FloatPolicy(**parts["policy"]))
