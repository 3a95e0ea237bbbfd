from collections.abc import Iterator

import pytest

from tests.compliance.presenting.place import Place, placed


@pytest.fixture(autouse=True)
def _nobody_was_here_before(request: pytest.FixtureRequest) -> None:
    """Every test's wallet has the same address: what others used up of the brake is given back."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("valkey")


@pytest.fixture
def place(db: None) -> Iterator[Place]:
    """A shop, somebody behind it, and an issuer that is trusted."""
    with placed() as found:
        yield found
