"""What we know addresses for: the labels in force, the house's own, the shops', the lists'."""

import csv
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, get_args

from django.db import transaction
from django.db.models import Max

from gateway.chains.models import Chain, DepositAddress, NonceSequence
from gateway.compliance.tracing.categories import Category, Label, LegalStatus
from gateway.compliance.tracing.errors import LabelsEmpty, LabelsUnreadable
from gateway.compliance.tracing.listings import listed_among
from gateway.compliance.tracing.models import AddressLabel
from gateway.compliance.tracing.spelling import spelled
from gateway.custody.approvals.configuration import house_mode
from gateway.events.services import emit
from gateway.shops.models import Shop

LOADABLE: Final = frozenset(get_args(Category)) - {"sanctioned", "house", "mint", "unknown"}
"""Categories that a file may give: who is listed the lists say, and who is ours we know."""
MAX_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Known:
    """Labels of some addresses; ``lists`` is None while a list is missing."""

    labels: tuple[Label, ...]
    lists: str | None


def labels_among(addresses: Collection[bytes], *, chain: Chain) -> Known:
    """All labels of these addresses. Five queries and the lists'."""
    wanted = list(addresses)
    labels = [
        Label(
            address=bytes(row.address),
            category=row.category,  # type: ignore[arg-type]  # the database knows no other
            status=row.status,  # type: ignore[arg-type]
            name=row.name,
            source=f"{row.source}#{row.version}",
        )
        for row in AddressLabel.objects.filter(address__in=wanted, retired_at__isnull=True)
    ]
    labels += [Label(address, "house", source="house") for address in _ours(wanted, chain=chain)]
    labels += [
        Label(bytes(address), "merchant", source="shops")
        for address in Shop.objects.filter(payout_address__in=wanted)
        .values_list("payout_address", flat=True)
        .distinct()
        if address is not None
    ]
    listed = listed_among(wanted)
    if listed is not None:
        labels += listed.labels
    return Known(labels=tuple(labels), lists=None if listed is None else listed.versions)


def _ours(wanted: list[bytes], *, chain: Chain) -> set[bytes]:
    found = {bytes(chain.treasury), bytes(chain.factory_address)} & set(wanted)
    found |= {
        bytes(address)
        for address in DepositAddress.objects.filter(address__in=wanted).values_list(
            "address", flat=True
        )
    }
    found |= {
        bytes(account)
        for account in NonceSequence.objects.filter(
            chain_id=chain.id, account__in=wanted
        ).values_list("account", flat=True)
    }
    return found


@transaction.atomic
def labels_load(*, lines: Iterable[str], source: str, now: datetime) -> int:
    """Put a source's file of labels in force, instead of the one before; how many it has.

    CSV with a header: ``address`` in any spelling, ``category``, and perhaps ``status`` and
    ``name``. A line that can't be read refuses the file.

    Raises:
        LabelsUnreadable, LabelsEmpty: what was in force stays.
    """
    labels = _parse(lines)
    if not labels:
        raise LabelsEmpty
    rows = AddressLabel.objects.filter(source=source)
    before = rows.aggregate(last=Max("version"))["last"] or 0
    # Whose money comes through them is judged anew (gateway.compliance.retracing).
    emit(
        type="labels.updated",
        subject=f"labels:{source}",
        body={"source": source, "number": str(before + 1)},
        mode=house_mode(),
        now=now,
    )
    rows.filter(retired_at__isnull=True).update(retired_at=now)
    AddressLabel.objects.bulk_create(
        [
            AddressLabel(
                address=label.address,
                category=label.category,
                status=label.status,
                name=label.name,
                source=source,
                version=before + 1,
                added_at=now,
            )
            for label in labels
        ],
        batch_size=5_000,
    )
    return len(labels)


def _parse(lines: Iterable[str]) -> list[Label]:
    reader = csv.DictReader(line for line in lines if line.strip() and line.lstrip()[0] != "#")
    found: dict[bytes, Label] = {}
    bad: list[str] = []
    for number, row in enumerate(reader, start=1):
        cells = {
            (name or "").strip().lower(): (cell or "").strip()
            for name, cell in row.items()
            if isinstance(cell, str | None)
        }
        address = spelled(cells.get("address", ""))
        category, status = cells.get("category", ""), cells.get("status", "") or "none"
        if address is None or category not in LOADABLE or status not in get_args(LegalStatus):
            bad.append(f"entry {number}: {cells.get('address', '')[:60]!r} {category[:20]!r}")
            continue
        if address.address in found:
            bad.append(f"entry {number}: {cells['address'][:60]!r} twice")
            continue
        found[address.address] = Label(
            address=address.address,
            category=category,  # type: ignore[arg-type]
            status=status,  # type: ignore[arg-type]
            name=cells.get("name", ""),
        )
    if bad:
        shown = "; ".join(bad[:MAX_SHOWN])
        raise LabelsUnreadable(f"{len(bad)} entries can't be used ({shown}).")
    return [found[address] for address in sorted(found)]
