"""Pieces of the OpenAPI description that endpoints share."""

from collections.abc import Sequence
from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from gateway.events.cursors import MAX_PAGE_SIZE, PAGE_SIZE
from merchants.api.answers import Problem


def parameter(
    name: str, description: str, *, enum: Sequence[str] | None = None, required: bool = False
) -> OpenApiParameter:
    return OpenApiParameter(
        name, OpenApiTypes.STR, description=description, enum=enum, required=required
    )


def flag(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, OpenApiTypes.BOOL, description=description)


CURSOR: Final = parameter("cursor", "Where the page before ended: its next_cursor.")
LIMIT: Final = OpenApiParameter(
    "limit",
    OpenApiTypes.INT,
    description=f"Items a page, 1 to {MAX_PAGE_SIZE}; {PAGE_SIZE} if unset.",
)
IDEMPOTENCY_KEY: Final = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The same request with the same key has one effect and one answer, for two days.",
)
IDEMPOTENCY_KEY_REQUIRED: Final = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description=IDEMPOTENCY_KEY.description,
)


def answers_with(
    answer: type[serializers.BaseSerializer[Any]] | OpenApiTypes | None,
    *,
    status: int = 200,
    media_type: str = "application/json",
) -> dict[Any, Any]:
    """The success of an endpoint beside the problem+json of every refusal."""
    success = OpenApiResponse(answer) if answer is not None else OpenApiResponse(None)
    return {
        (status, media_type) if answer is not None else status: success,
        ("4XX", "application/problem+json"): OpenApiResponse(Problem, description="Refused."),
        ("5XX", "application/problem+json"): OpenApiResponse(Problem, description="Try again."),
    }
