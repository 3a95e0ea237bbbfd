import pytest

from tests.ledger.books import Books


@pytest.fixture
def committed(transactional_db: None) -> None:
    """For tests with threads."""


@pytest.fixture
def books(db: None) -> Books:
    return Books()
