"""The auditor's bundle, opened and recomputed."""

import csv
import hashlib
import io
import json
import tracemalloc
import zipfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from gateway.compliance.models import ListVersion, Verdict
from gateway.invoices.models import Payment
from gateway.ledger.moments import trial_balance_at
from gateway.settlement.auditing.bundle import MANIFEST, audit_bundle
from gateway.settlement.auditing.errors import BooksUnproved, PeriodNotOver
from gateway.settlement.auditing.tables import TABLES
from gateway.settlement.fee_schedule import fee_propose

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class Bundle:
    """A bundle as its reader sees it."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.zip = zipfile.ZipFile(io.BytesIO(content))

    @property
    def manifest(self) -> dict[str, Any]:
        return dict(json.loads(self.zip.read(MANIFEST)))

    def rows(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.zip.read(name).decode())))


def taken(days_before: int = 1) -> Bundle:
    today = timezone.now().date()
    out = io.BytesIO()
    audit_bundle(first=today - days_before * DAY, last=today, out=out, now=timezone.now() + 2 * DAY)
    return Bundle(out.getvalue())


@pytest.fixture
def sold(open_shop: Any) -> Any:
    for cents in (1_250, 420):
        open_shop.confirmed(open_shop.issue(cents))
    deposit = open_shop.confirmed(open_shop.issue(5_000))
    open_shop.hear(deposit, "orphaned")
    return open_shop


def test_every_file_is_as_the_manifest_says(sold: Any) -> None:
    bundle = taken()
    assert bundle.zip.testzip() is None
    assert bundle.manifest["is_closed"] is False
    listed = bundle.manifest["files"]
    assert [file["name"] for file in listed] == [table.name for table in TABLES]
    assert bundle.zip.namelist() == [*(file["name"] for file in listed), MANIFEST]
    for file in listed:
        content = bundle.zip.read(file["name"])
        assert hashlib.sha256(content).hexdigest() == file["sha256"], file["name"]
        assert len(bundle.rows(file["name"])) == file["rows"], file["name"]


def test_the_journal_leads_from_one_trial_balance_to_the_other(sold: Any) -> None:
    bundle = taken()
    balances: Counter[tuple[str, str]] = Counter()
    for row in bundle.rows("trial_balance_first.csv"):
        balances[row["account"], row["asset"]] += int(row["units"])
    by_entry: Counter[tuple[str, str]] = Counter()
    for row in bundle.rows("journal.csv"):
        balances[row["account"], row["asset"]] += int(row["units"])
        by_entry[row["entry_id"], row["asset"]] += int(row["units"])
    assert by_entry and not any(by_entry.values()), "each entry sums to zero in each asset"
    closing = {
        (row["account"], row["asset"]): int(row["units"])
        for row in bundle.rows("trial_balance_last.csv")
    }
    assert {key: units for key, units in balances.items() if units} == closing
    told = trial_balance_at(at=timezone.now() + DAY)
    assert closing == {(line.account, line.asset): line.units for line in told}
    shop = f"shop:{sold.shop_id}:available"
    paid = sum(int(p.credited_units) for p in Payment.objects.filter(reversed_at=None))
    assert sum(units for (name, _asset), units in closing.items() if name == shop) == -paid < 0
    for row in bundle.rows("proof.csv"):
        assert int(row["opening"]) + int(row["moved"]) == int(row["closing"])


def test_verdicts_name_their_lists_by_hash(sold: Any) -> None:
    bundle = taken()
    hashes = {row["hash"].removeprefix("0x") for row in bundle.rows("list_versions.csv")}
    assert hashes == {bytes(version.hash).hex() for version in ListVersion.objects.all()}
    verdicts = bundle.rows("verdicts.csv")
    assert len(verdicts) == Verdict.objects.count() > 0
    for verdict in verdicts:
        assert verdict["found"] == "clear"
        assert {version["hash"] for version in json.loads(verdict["versions"])} <= hashes


def test_an_act_is_told_as_it_was_proposed(sold: Any) -> None:
    from uuid import uuid4

    act = fee_propose(shop_id=sold.shop_id, fee_bps=30, reason='said "yes",\nthen', by=uuid4())
    [row] = taken().rows("approvals_open.csv")
    assert row["id"] == str(act.id) and row["reason"] == 'said "yes",\nthen'
    assert hashlib.sha256(row["payload"].encode()).hexdigest() == row["payload_hash"][2:]
    assert [version["fee_bps"] for version in taken().rows("fee_versions.csv")] == ["50"]


def test_the_same_period_is_the_same_bytes(sold: Any) -> None:
    assert taken().content == taken().content


def test_an_empty_period_holds_headings_alone(sold: Any) -> None:
    today, out = timezone.now().date(), io.BytesIO()
    audit_bundle(first=today - 9 * DAY, last=today - 5 * DAY, out=out, now=timezone.now())
    bundle = Bundle(out.getvalue())
    assert bundle.rows("journal.csv") == bundle.rows("trial_balance_last.csv") == []
    assert bundle.zip.read("journal.csv").startswith(b"booked_at,happened_at,entry_id")


def test_days_that_are_not_over_are_refused(sold: Any) -> None:
    today = timezone.now().date()
    for first, last in ((today, today), (today - DAY, today - 2 * DAY)):
        with pytest.raises(PeriodNotOver):
            audit_bundle(first=first, last=last, out=io.BytesIO(), now=timezone.now())


def test_books_that_prove_nothing_are_not_given_out(
    sold: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from gateway.settlement.auditing import bundle
    from gateway.settlement.auditing.tables import PROOF

    forged = replace(
        PROOF, sql=PROOF.sql.replace("coalesce(m.units, 0)", "coalesce(m.units, 0) + 1")
    )
    monkeypatch.setattr(bundle, "PROOF", forged)
    monkeypatch.setattr(bundle, "TABLES", (forged,))
    with pytest.raises(BooksUnproved):
        taken()


def test_from_a_shell_a_file_is_whole_or_not_there(
    sold: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "audit.zip"
    today = timezone.now().date()
    with pytest.raises(CommandError, match="not over"):
        call_command("audit_bundle", first=today, last=today, out=out)
    assert list(tmp_path.iterdir()) == []
    yesterday = today - 2 * DAY
    call_command("audit_bundle", first=yesterday, last=yesterday, out=out)
    assert "journal.csv" in capsys.readouterr().out
    assert zipfile.is_zipfile(out) and list(tmp_path.iterdir()) == [out]
    with pytest.raises(CommandError, match="already"):
        call_command("audit_bundle", first=yesterday, last=yesterday, out=out)


@pytest.mark.django_db(transaction=True)
def test_memory_does_not_grow_with_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of a hundred thousand rows, read from the database page by page."""
    from gateway.settlement.auditing import bundle
    from gateway.settlement.auditing.tables import AuditTable

    with connection.cursor() as cursor:  # a request of an earlier test may have left a scope to set
        cursor.execute("SELECT 1")
    peaks = []
    for rows in (20_000, 100_000):
        sql = f"SELECT n, repeat('x', 200) AS filling FROM generate_series(1, {rows}) n ORDER BY n"
        monkeypatch.setattr(bundle, "TABLES", (AuditTable("many.csv", "", sql),))
        tracemalloc.start()
        taken_rows = _size_of_many()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert taken_rows == rows
    assert peaks[1] < peaks[0] * 1.5


def _size_of_many() -> int:
    today = timezone.now().date()
    with open("/dev/null", "wb") as nowhere:
        [file] = audit_bundle(
            first=today, last=today, out=_Unseekable(nowhere), now=timezone.now() + 2 * DAY
        )
    return file.rows


class _Unseekable(io.RawIOBase):
    """Where bytes can only go by."""

    def __init__(self, out: Any) -> None:
        self.out = out

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return int(self.out.write(data))
