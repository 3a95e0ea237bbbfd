from tests.settlement.conftest import world  # noqa: F401 (a fixture)
