"""What goes along with a report: the case's transfers as a table, and all of it as one zip. Pure.

FinCEN takes one attachment with a SAR, a comma-separated file of at most one megabyte, which the
report names (XML schema 2.0 user guide, version 1.6: ``OriginalAttachmentFileName``). goAML's web
takes a zip with the report and whatever goes along with it.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from gateway.compliance.reporting.money_lines import MoneyLine
from gateway.compliance.reporting.spreadsheet import table_bytes
from gateway.money.amounts import Amount, format_amount
from gateway.money.assets import Asset

CSV: Final = "text/csv; charset=utf-8"
ZIP: Final = "application/zip"
MOST_BYTES: Final = 1_000_000
"""Of FinCEN's attachment: one megabyte, counted so that no reading of the word is exceeded."""
COLUMNS: Final = (
    *("number", "time_utc", "chain", "transaction", "log_index", "from", "signed_by", "to"),
    *("asset", "amount", "base_units", "state", "book_entries"),
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A table beside a report.

    Attributes:
        rows: of as many texts as there are ``COLUMNS``.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]

    @property
    def content(self) -> bytes:
        return table_bytes(COLUMNS, self.rows)


def transfers_attached(
    deposits: Sequence[Mapping[str, Any]], money: Sequence[MoneyLine], *, reference: str
) -> Attachment | None:
    """The transfers that a case's evidence names, oldest first; None if it names none.

    An amount is told where the books know the token's decimals; the base units stand beside it.

    Args:
        deposits: as the evidence has them.
        reference: how the house calls the report: the file is named after it.
    """
    decimals = {line.asset: line.decimals for line in money}
    entries: dict[str, list[str]] = {}
    for line in money:
        entries.setdefault(line.deposit_id, []).append(line.entry)
    ordered = sorted(deposits, key=lambda one: (one["first_block_time"], one["id"]))
    rows = tuple(
        (
            str(number),
            one["first_block_time"][:19].replace("T", " "),
            str(one["chain"]),
            one["tx_hash"],
            str(one["log_index"]) if one["log_index"] is not None else "",
            one["sender"],
            one["tx_sender"],
            one["address"],
            one["asset"],
            _amount(one, decimals),
            one["units"],
            one["state"],
            "; ".join(entries.get(one["id"], ())),
        )
        for number, one in enumerate(ordered, start=1)
    )
    return Attachment(name=f"transfers-{reference}.csv", rows=rows) if rows else None


def attachment_flaws(attachment: Attachment) -> list[str]:
    """What FinCEN would not take it for."""
    size = len(attachment.content)
    if size > MOST_BYTES:
        return [f"the attachment has {size} bytes, not at most {MOST_BYTES}"]
    return []


def zipped(files: Sequence[tuple[str, bytes]], *, dated: date) -> bytes:
    """Files by their names as one zip; the same files of the same day are the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name, date_time=(dated.year, dated.month, dated.day, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, content)
    return out.getvalue()


def _amount(deposit: Mapping[str, Any], decimals: Mapping[str, int]) -> str:
    if deposit["asset"] not in decimals:
        return ""
    asset = Asset(deposit["asset"], decimals[deposit["asset"]])
    return format_amount(Amount(int(deposit["units"]), asset), trim=True)
