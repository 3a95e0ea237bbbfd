"""Fields that take what they say and nothing that merely looks like it.

DRF's own would read the number 12.5 as the text "12.5" and the text "true" as true: that is how
an amount loses a digit and a switch changes sides.
"""

from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

_AMOUNT_SCHEMA: Final = {
    "type": "string",
    "pattern": r"^[0-9]+(\.[0-9]+)?$",
    "example": "12.50",
    "description": "A plain decimal as text, with no more decimals than the currency has.",
}


class Strict(serializers.Serializer[Any]):
    """A serializer that refuses fields it doesn't know."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = [name for name in data if name not in self.fields] if data else []
        if unknown:
            raise serializers.ValidationError(
                {
                    str(name)[:80]: [
                        serializers.ErrorDetail(
                            "There is no such field here.", code="unknown_field"
                        )
                    ]
                    for name in unknown[:10]
                }
            )
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """Text, as it is: nothing is trimmed, no number becomes text."""

    default_error_messages: Final = {  # type: ignore[misc]
        "not_text": "This must be text.",
        "not_unicode": "This holds characters that can't be stored.",
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("trim_whitespace", False)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("not_text")
        if "\0" in data or any("\ud800" <= character <= "\udfff" for character in data):
            self.fail("not_unicode")
        return str(super().to_internal_value(data))


class WebAddress(Text):
    """An address that a page may link to; what is called from here is checked by who calls."""

    default_error_messages: Final = {  # type: ignore[misc]
        "not_a_web_address": "This must be a web address, with its https:// (or http://)."
    }

    def to_internal_value(self, data: Any) -> str:
        url = super().to_internal_value(data)
        try:
            parts = urlsplit(url)
        except ValueError:
            self.fail("not_a_web_address")
        if parts.scheme not in ("http", "https") or not parts.hostname or not url.isprintable():
            self.fail("not_a_web_address")
        return url


@extend_schema_field(_AMOUNT_SCHEMA)
class AmountText(serializers.Field[str, Any, str, Any]):
    """An amount as text; the money room reads it, once its currency is known."""

    default_error_messages: Final = {  # type: ignore[misc]
        "amount_not_text": 'An amount is text, such as "12.50", so that no digit of it is lost.'
    }

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("amount_not_text")
        return str(data)

    def to_representation(self, value: str) -> str:
        return value


class Whole(serializers.IntegerField):
    """A whole number; text of digits, true and 3.0 are none."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Switch(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return bool(data)


class Moment(serializers.DateTimeField):
    """A moment as text with its offset; without one nobody could say which moment is meant."""

    default_error_messages: Final = {  # type: ignore[misc]
        "not_a_moment": 'A moment is text such as "2026-12-24T18:00:00Z", with its offset.'
    }

    def to_internal_value(self, value: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
            in_utc = moment.astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            self.fail("not_a_moment")
        if moment.tzinfo is None:
            self.fail("not_a_moment")
        return in_utc


class JsonObject(serializers.DictField):
    """Any JSON object."""
