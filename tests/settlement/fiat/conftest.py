"""A shop with a ramp to its bank."""

from tests.ramps.conftest import place  # noqa: F401 (a fixture)
from tests.settlement.fiat.kit import clock, till  # noqa: F401 (fixtures)
