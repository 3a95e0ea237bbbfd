from tests.market.execution.conftest import desk  # noqa: F401 (a fixture)
from tests.settlement.conftest import world  # noqa: F401 (a fixture)
from tests.settlement.house_kit import house  # noqa: F401 (a fixture)
from tests.settlement.reconciling.auditor import auditor  # noqa: F401 (a fixture)
