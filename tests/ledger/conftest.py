from collections.abc import Iterator

import pytest

from tests.ledger.wiping import wipe_journal


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """For tests with threads: what they commit is gone after them."""
    yield
    wipe_journal()
