"""Each house rule catches what it is for, and lets the honest line through."""

from pathlib import PurePosixPath
from textwrap import dedent

import pytest

from lint.rules import breaches

HERE = PurePosixPath("gateway/settlement/services.py")


def found(source: str, path: PurePosixPath = HERE) -> list[str]:
    return [breach.rule for breach in breaches(path, dedent(source))]


@pytest.mark.parametrize(
    "line",
    [
        "x = float(amount)",
        "x = float(row.fee_units)",
        "x = total / 2",
        "fee: float = 0",
        "rate = 1.5",
        "def f(balance: float): ...",
    ],
)
def test_money_as_a_float_is_caught(line: str) -> None:
    assert found(line) == ["TW1"]


@pytest.mark.parametrize(
    "line",
    ["x = float(elapsed)", "x = amount // 2", "fee_units: int = 0", "rate_seconds = 1.5"],
)
def test_honest_numbers_pass(line: str) -> None:
    assert found(line) == []


def test_an_outside_call_in_a_transaction_is_caught() -> None:
    assert found(
        """
        from gateway.outside.http import request
        @transaction.atomic
        def pay():
            request(method="POST", url="x")
        def later():
            with transaction.atomic():
                task.delay(1)
            request(method="POST", url="x")
        """
    ) == ["TW2", "TW2"]


def test_posting_outside_the_ledger_is_caught() -> None:
    assert found("from gateway.ledger.models import Posting") == ["TW3"]
    assert found("SQL = 'INSERT INTO ledger_posting VALUES (1)'") == ["TW3"]
    assert (
        found("from gateway.ledger.models import Posting", PurePosixPath("gateway/ledger/a.py"))
        == []
    )


def test_a_bare_http_client_is_caught_outside_its_room() -> None:
    assert found("import httpx") == ["TW4"]
    assert found("import httpx", PurePosixPath("gateway/outside/http.py")) == []


def test_a_library_that_calls_by_itself_is_caught_where_it_is_not_guarded() -> None:
    assert found("import ccxt") == ["TW4"]
    assert found("import ccxt", PurePosixPath("gateway/market/exchanges/guarded.py")) == []


def test_an_exception_needs_a_reason_on_its_line() -> None:
    assert found("import httpx  # house: TW4 (the node is the operator's own)") == []
    assert found("import httpx  # house: TW4") == ["TW4"]
