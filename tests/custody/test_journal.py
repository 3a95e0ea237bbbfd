from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.custody.errors import JournalDamaged, JournalInUse
from gateway.custody.journal import Granted, Journal
from tests.custody.conftest import CHAIN_ID, MASTER_KEY, OPERATOR

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def open_journal(folder: Path, now: datetime = NOON) -> Journal:
    return Journal(folder, master_key=MASTER_KEY, now=now)


def granted(request_id: str, units: int, *, nonce: int = 0, added: int | None = None) -> Granted:
    return Granted(
        request_id=request_id,
        digest=request_id.encode().ljust(32),
        chain_id=CHAIN_ID,
        account=OPERATOR.address,
        nonce=nonce,
        purpose="payout",
        units={"USDC@31337": units},
        added={"USDC@31337": units if added is None else added},
    )


def fill(folder: Path) -> None:
    journal = open_journal(folder)
    for number in range(3):
        journal.write(granted(f"r{number}", 10, nonce=number), now=NOON)
    journal.close()


def day_file(folder: Path) -> Path:
    [path] = folder.glob("*.jsonl")
    return path


def test_a_restart_remembers_sums_requests_and_nonces(tmp_path: Path) -> None:
    fill(tmp_path)
    journal = open_journal(tmp_path)
    assert journal.spent(NOON) == {"USDC@31337": 30}
    assert journal.digest_of("r1") == b"r1".ljust(32)
    assert journal.digest_of("r9") is None
    assert journal.granted_for_nonce(chain_id=CHAIN_ID, account=OPERATOR.address, nonce=2) == {
        "USDC@31337": 10
    }
    journal.write(granted("r3", 5, nonce=2, added=0), now=NOON)
    journal.close()
    journal = open_journal(tmp_path)
    assert journal.spent(NOON) == {"USDC@31337": 30}
    journal.close()
    assert day_file(tmp_path).stat().st_mode & 0o777 == 0o600


def test_a_new_day_starts_at_zero_and_a_clock_set_back_does_not(tmp_path: Path) -> None:
    fill(tmp_path)
    journal = open_journal(tmp_path)
    tomorrow = NOON + timedelta(days=1)
    assert journal.spent(tomorrow) == {}
    journal.write(granted("t", 7, nonce=9), now=tomorrow)
    assert journal.spent(NOON) == {"USDC@31337": 7}
    assert journal.spent(NOON - timedelta(days=300)) == {"USDC@31337": 7}
    journal.close()
    journal = open_journal(tmp_path, now=NOON - timedelta(days=300))
    assert journal.spent(NOON) == {"USDC@31337": 7}
    assert journal.digest_of("r0") is not None
    journal.close()


def test_a_line_torn_by_a_crash_was_never_granted(tmp_path: Path) -> None:
    fill(tmp_path)
    path = day_file(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    journal = open_journal(tmp_path)
    assert journal.spent(NOON) == {"USDC@31337": 20}
    journal.write(granted("again", 10, nonce=2), now=NOON)
    journal.close()
    journal = open_journal(tmp_path)
    assert journal.spent(NOON) == {"USDC@31337": 30}
    journal.close()


@pytest.mark.parametrize("damage", ["changed", "removed", "swapped", "invented"])
def test_a_journal_that_someone_touched_stops_the_signer(tmp_path: Path, damage: str) -> None:
    fill(tmp_path)
    path = day_file(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    if damage == "changed":
        lines[1] = lines[1].replace(b'"10"', b'"01"')
    elif damage == "removed":
        del lines[0]
    elif damage == "swapped":
        lines[0], lines[1] = lines[1], lines[0]
    else:
        lines.append(b"0" * 64 + b" {}\n")
    path.write_bytes(b"".join(lines))
    with pytest.raises(JournalDamaged):
        open_journal(tmp_path)


def test_two_signers_never_share_a_journal(tmp_path: Path) -> None:
    journal = open_journal(tmp_path)
    with pytest.raises(JournalInUse):
        open_journal(tmp_path)
    journal.close()
    open_journal(tmp_path).close()


def test_a_full_disk_grants_nothing_more_until_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = open_journal(tmp_path)

    def no_space(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    journal.write(granted("a", 1), now=NOON)
    with monkeypatch.context() as patched:
        patched.setattr("gateway.custody.journal.os.fsync", no_space)
        with pytest.raises(OSError):
            journal.write(granted("b", 1), now=NOON)
    with pytest.raises(JournalDamaged):
        journal.write(granted("c", 1), now=NOON)
    journal.close()
    journal = open_journal(tmp_path)
    journal.write(granted("c", 1), now=NOON)
    journal.close()


def test_what_is_older_than_the_memory_is_forgotten(tmp_path: Path) -> None:
    fill(tmp_path)
    later = NOON + timedelta(days=40)
    journal = open_journal(tmp_path, now=later)
    journal.write(granted("new", 1, nonce=9), now=later)
    assert journal.digest_of("r0") is None
    journal.close()
    journal = open_journal(tmp_path, now=later)
    assert journal.digest_of("r0") is None
    assert journal.digest_of("new") is not None
    journal.write(granted("newer", 1, nonce=10), now=later)
    journal.close()
    open_journal(tmp_path, now=later).close()
