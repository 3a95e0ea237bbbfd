"""The model field that stores base units: ``numeric(78,0)`` in the database, ``int`` in Python.

The room's only module that knows Django.
"""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

# uint256 has 78 digits: whatever a chain tells fits.
UNITS_DIGITS = 78
_LIMIT = 10**UNITS_DIGITS


class UnitsField(models.Field):  # type: ignore[type-arg]
    """Base units of an asset, as an int. Refuses floats, decimals with a fraction, and bools."""

    description = "Base units of an asset"

    def db_type(self, connection: Any) -> str:
        return f"numeric({UNITS_DIGITS}, 0)"

    def get_internal_type(self) -> str:
        return "UnitsField"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)

    def to_python(self, value: Any) -> int | None:
        if value is None:
            return None
        if isinstance(value, bool | float):
            raise ValidationError("Base units are an integer.", code="units_invalid")
        if isinstance(value, Decimal) and value != value.to_integral_value():
            raise ValidationError("Base units have no fraction.", code="units_invalid")
        try:
            units = int(value)
        except (TypeError, ValueError, ArithmeticError):
            raise ValidationError("Base units are an integer.", code="units_invalid") from None
        if abs(units) >= _LIMIT:
            raise ValidationError("Base units beyond 78 digits.", code="units_invalid")
        return units

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        if value is None or hasattr(value, "resolve_expression"):
            return value
        try:
            return self.to_python(value)
        except ValidationError as wrong:
            raise TypeError(f"{self.name}: {wrong.messages[0]}") from None

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(form_class=forms.IntegerField, **kwargs)
