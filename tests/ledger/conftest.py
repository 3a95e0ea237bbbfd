import pytest


@pytest.fixture
def committed(transactional_db: None) -> None:
    """For tests with threads."""
