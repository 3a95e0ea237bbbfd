"""Which tests of a run that failed are asked once more."""

import json

import pytest

from tests import again


def test_names_lose_the_group_and_keep_what_they_were_given():
    record = json.dumps(
        {
            "tests/e2e/test_till.py::test_a@browser-2": True,
            "tests/money/test_b.py::test_c[USDC@31337]": True,
            "tests/money/test_b.py::test_d[USDC@31337]@slow": True,
        }
    )
    assert again.failed(record) == [
        "tests/e2e/test_till.py::test_a",
        "tests/money/test_b.py::test_c[USDC@31337]",
        "tests/money/test_b.py::test_d[USDC@31337]",
    ]


@pytest.mark.parametrize(
    "names", [[], ["tests/a.py"], [f"tests/a.py::test_{number}" for number in range(4)]]
)
def test_nothing_many_or_what_could_not_be_read_is_not_asked_again(tmp_path, monkeypatch, names):
    record = tmp_path / "lastfailed"
    record.write_text(json.dumps(dict.fromkeys(names, True)))
    monkeypatch.setattr(again, "FAILED", record)
    assert again.main() == 1


def test_no_record_is_no_reason_to_pass(tmp_path, monkeypatch):
    monkeypatch.setattr(again, "FAILED", tmp_path / "lastfailed")
    assert again.main() == 1


@pytest.mark.parametrize(("body", "code"), [("assert True", 0), ("assert False", 1)])
def test_it_passes_only_if_they_do(tmp_path, monkeypatch, body, code):
    asked = tmp_path / "test_asked.py"
    asked.write_text(f"def test_one():\n    {body}\n")
    record = tmp_path / "lastfailed"
    record.write_text(json.dumps({f"{asked}::test_one@group": True}))
    monkeypatch.setattr(again, "FAILED", record)
    assert again.main() == code
