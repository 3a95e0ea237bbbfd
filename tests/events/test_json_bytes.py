"""JSON as bytes: equal to the quick way's, and there where that gives up."""

from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest

from gateway.events.json_bytes import json_bytes
from merchants.api.renderers import to_json

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
ID = UUID("01976b3c-0000-7000-8000-000000000000")
TOLD = {"id": ID, "at": AT, "note": "café\n", "share": 0.1, "lines": [None, True, -1]}


@pytest.mark.parametrize("option", [0, orjson.OPT_UTC_Z])
def test_beside_a_number_that_the_quick_way_refuses_all_else_is_written_the_same(
    option: int,
) -> None:
    quick = orjson.dumps(TOLD, option=option)
    assert json_bytes(TOLD, option=option) == quick
    slow = json_bytes({**TOLD, "x": 10**30}, option=option)
    assert slow == quick[:-1] + b',"x":1000000000000000000000000000000}'


def test_an_answer_of_the_api_can_be_written_whatever_a_shop_stored_once() -> None:
    assert to_json({"at": AT, "metadata": {"x": -(10**30)}}) == (
        b'{"at":"2026-11-30T12:00:00Z","metadata":{"x":-1000000000000000000000000000000}}'
    )


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError):
        json_bytes({"x": 10**30, "y": object()})
