import pytest

from tests.compliance.issuing.place import Approved, house_approved


@pytest.fixture(autouse=True)
def _nobody_was_here_before(request: pytest.FixtureRequest) -> None:
    """Every test's wallet has the same address: what others used up of the brake is given back."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("valkey")


@pytest.fixture
def shop(db: None) -> Approved:
    """A shop that two officers approved, with Ann behind it."""
    return house_approved()
