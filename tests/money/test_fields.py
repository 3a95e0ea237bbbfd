from decimal import Decimal

import pytest

from gateway.money.fields import UnitsField


@pytest.fixture
def field():
    field = UnitsField()
    field.set_attributes_from_name("units")
    return field


def test_the_column_holds_a_uint256_exactly(field):
    assert field.db_type(None) == "numeric(78, 0)"
    assert field.get_prep_value(2**256 - 1) == 2**256 - 1
    value = field.from_db_value(Decimal(2**256 - 1), None, None)
    assert value == 2**256 - 1
    assert type(value) is int
    assert field.from_db_value(None, None, None) is None


@pytest.mark.parametrize("value", [1.5, 1.0, True, Decimal("1.5"), "x", 10**78, Decimal("NaN")])
def test_what_is_not_a_count_of_units_is_not_written(field, value):
    with pytest.raises(TypeError):
        field.get_prep_value(value)


def test_a_whole_decimal_from_a_sum_is_an_int(field):
    assert field.to_python(Decimal("120")) == 120
    assert field.to_python("12") == 12
