"""Settings from files: what `echo` and `openssl rand` write is read as it was meant."""

from pathlib import Path

import pytest

from gateway.settings.environment import Environment


def test_a_files_last_newline_is_no_part_of_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "field-key"
    file.write_text("ab" * 32 + "\n")
    monkeypatch.delenv("AUDITED", raising=False)
    monkeypatch.setenv("AUDITED_FILE", str(file))
    assert Environment().str("AUDITED") == "ab" * 32


def test_without_a_file_the_variable_itself_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALSO_AUDITED", "plain")
    assert Environment().str("ALSO_AUDITED") == "plain"
    assert Environment().str("NEVER_SET", default="other") == "other"
