"""Whatever is sent: an answer of the contract's shape, never a failure of ours."""

from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.merchants.api.conftest import Api
from tests.merchants.api.test_keys import ENDPOINTS, ID

pytestmark = pytest.mark.django_db

quick = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
NAMES = st.sampled_from(
    [
        *("amount", "currency", "order_id", "metadata", "lock_seconds", "asset"),
        *("url", "events", "description", "enabled", "id", "shop_id", "__proto__", ""),
        *("title", "minimum", "maximum", "ends_at", "sales_limit", "paused"),
    ]
)
TEXTS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            *("12.50", "-1", "NaN", "1e400", "0" * 200, "EUR", "USDC@31337", "@", "USDC@-1"),
            *("https://example.com/", "https://[::1", "http://0/", "//", "\u0000", "'; --", "*"),
        ]
    ),
)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(min_value=-(2**63), max_value=2**64 - 1),
        st.floats(),
        TEXTS,
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=8,
)
WRITES = [(method, path) for method, path, _ in ENDPOINTS if method != "GET"]
READS = [path for method, path, _ in ENDPOINTS if method == "GET"]


def _check(answer: Any) -> None:
    assert answer.status_code < 500 or answer.json()["code"] == "market_unavailable", answer.content
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"]


@pytest.fixture
def paths(api: Api) -> dict[str, str]:
    """Ids that are there, so that a body gets past the look-up."""
    endpoint = api.post("webhook_endpoints", {"url": "https://example.com/"}).json()
    return {"invoices": api.invoice()["id"], "webhook_endpoints": endpoint["id"]}


def _found(path: str, paths: dict[str, str]) -> str:
    kind = path.split("/", maxsplit=1)[0]
    return path.replace("{id}", paths.get(kind, ID), 1).replace("{id}", ID)


@quick
@given(where=st.sampled_from(WRITES), body=st.dictionaries(NAMES, VALUES, max_size=4))
def test_any_json_object(api: Api, paths: dict[str, str], where: Any, body: Any) -> None:
    method, path = where
    found = _found(path, paths)
    if method == "DELETE":
        found = found.replace(paths["webhook_endpoints"], ID)
    raw = orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS)
    _check(api.send(method, found, raw=raw, Idempotency_Key=str(hash(raw))))


@quick
@given(where=st.sampled_from(WRITES), raw=st.binary(max_size=60))
def test_any_bytes(api: Api, where: Any, raw: bytes) -> None:
    method, path = where
    _check(api.send(method, path.replace("{id}", ID), raw=raw))


@quick
@given(
    path=st.sampled_from(READS),
    query=st.dictionaries(
        st.sampled_from(["cursor", "limit", "status", "since", "type", "amount", "asset", "x"]),
        st.one_of(TEXTS, st.binary(max_size=20)),
        max_size=3,
    ),
)
def test_any_query(api: Api, paths: dict[str, str], path: str, query: Any) -> None:
    found = _found(path, paths)
    asked = "&".join(f"{name}={quote(value)}" for name, value in query.items())
    _check(api.get(f"{found}?{asked}"))


@quick
@given(path=st.one_of(TEXTS, st.binary(max_size=40)))
def test_any_address(api: Api, path: Any) -> None:
    _check(api.get(f"invoices/{quote(path)}"))


@quick
@given(key=st.text(max_size=60), header=st.text(max_size=60))
def test_any_header(api: Api, key: str, header: str) -> None:
    _check(api.post("invoices", {}, Idempotency_Key=key))
    _check(Api(None).get("invoices", Authorization=header))
