"""The publisher's own files, where somebody put them: ``TILLWAY_OFAC`` or beside the checkout."""

import io
import os
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.compliance import services
from gateway.compliance.errors import ListShrunken
from gateway.compliance.listed.content import content_of
from gateway.compliance.listed.entities import ListedEntity
from gateway.compliance.listed.errors import ListUnreadable
from gateway.compliance.listed.models import Entry
from gateway.compliance.listed.ofac_csv import (
    Sdn,
    read_add,
    read_alt,
    read_ofac_csv,
    read_sdn,
)
from gateway.compliance.listed.plain import read_plain
from gateway.compliance.listed.selectors import entities_in_force, entities_with_wallet
from gateway.compliance.lists import entries_of
from tests.compliance.listed.files import END, GENESIS

CHECKOUT = Path(__file__).resolve().parents[3]
FOLDERS = [Path(os.environ[name]) for name in ["TILLWAY_OFAC"] if name in os.environ] + [
    parent / "shared" / "data" / "ofac" for parent in (CHECKOUT.parent, CHECKOUT.parents[1])
]
FOLDER = next((folder for folder in FOLDERS if folder.is_dir()), None)
pytestmark = pytest.mark.skipif(
    FOLDER is None, reason="OFAC's files are not here: name their folder in TILLWAY_OFAC"
)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def content(name: str) -> bytes:
    assert FOLDER is not None
    return (FOLDER / name).read_bytes()


def sdn() -> list[Sdn]:
    return list(read_sdn(io.BytesIO(content("ofac_sdn_2024-05-03.csv"))))


def whole(entries: list[Sdn]) -> list[ListedEntity]:
    """The files at hand are of different days, and the comments are missing: keep what the entries
    know, and end what is cut off."""
    known = {entry.id.encode() for entry in entries}

    def kept(name: str) -> io.BytesIO:
        lines = content(name).splitlines(keepends=True)
        ours = [line for line in lines if line.partition(b",")[0] in known]
        return io.BytesIO(b"".join(ours) + END.encode())

    word = "Digital Currency Address - XBT "
    comments = ""
    for entry in entries:
        if len(entry.remarks) >= 1_000 and not entry.remarks.endswith("."):
            last = entry.remarks.rpartition("; ")[2].removeprefix("alt. ")
            rest = word.removeprefix(last) + GENESIS if word.startswith(last) else ""
            comments += f'{entry.id},"{rest}."\r\n'
    parts = {
        "sdn": io.BytesIO(content("ofac_sdn_2024-05-03.csv")),
        "alt": kept("ofac_alt_2025-12.csv"),
        "add": kept("ofac_add_2025-12.csv"),
        "comments": io.BytesIO((comments + END).encode()),
    }
    return list(read_ofac_csv(parts, source="ofac"))  # type: ignore[arg-type]


def test_every_line_of_the_files_is_read() -> None:
    entries = sdn()
    assert len(entries) == 14_965
    kinds = Counter(entry.kind for entry in entries)
    assert kinds == {"organisation": 6_884, "person": 6_854, "vessel": 851, "aircraft": 376}
    assert len(list(read_alt(io.BytesIO(content("ofac_alt_2025-12.csv"))))) == 20_107
    assert len(list(read_add(io.BytesIO(content("ofac_add_2025-12.csv"))))) == 24_244


def test_files_of_different_days_are_not_taken_together() -> None:
    parts = {
        "sdn": io.BytesIO(content("ofac_sdn_2024-05-03.csv")),
        "alt": io.BytesIO(content("ofac_alt_2025-12.csv")),
        "add": io.BytesIO(content("ofac_add_2025-12.csv")),
    }
    with pytest.raises(ListUnreadable, match="not of one day"):
        list(read_ofac_csv(parts, source="ofac"))  # type: ignore[arg-type]


def test_every_digital_currency_address_is_found_with_its_currency() -> None:
    entities = whole(sdn())
    found = Counter(wallet.chain for entity in entities for wallet in entity.wallets)
    written = content("ofac_sdn_2024-05-03.csv").decode()
    for chain in ("ETH", "USDT", "USDC", "LTC", "XMR", "DASH", "ARB", "BSC", "ETC"):
        assert found[chain] == written.count(f"Digital Currency Address - {chain} "), chain
    assert (found["ETH"], found["USDT"], found["ARB"], found["BSC"]) == (49, 17, 1, 1)
    # Two entries' remarks are cut off earlier in these words, and go on with one each.
    assert sum(found.values()) == written.count("Digital Currency Addres") + 2
    evm = {entry.address for entry in entries_of(entities)}
    assert bytes.fromhex("098b716b8aaf21512996dc57eb0615e2383e2f96") in evm


def test_most_people_have_a_date_of_birth_and_every_one_a_name() -> None:
    people = [entity for entity in whole(sdn()) if entity.kind == "person"]
    assert sum(1 for one in people if one.birth_dates) > 0.95 * len(people)
    assert sum(1 for one in people if one.countries) > 0.85 * len(people)
    assert all(one.names[0].full for one in people)


def test_the_list_of_addresses_is_read_as_it_is() -> None:
    text = content("evm_addresses_2026-06.csv").decode()
    entries = entries_of(read_plain(text.splitlines(), source="evm"))
    assert len(entries) == 97
    assert any(entry.name == "LAZARUS GROUP" for entry in entries)


@pytest.mark.django_db
def test_the_whole_list_is_in_force_within_seconds_and_a_daily_change_in_less() -> None:
    entities = whole(sdn())
    began = time.monotonic()
    loaded = services.list_take(entities=entities, source="ofac", loaded_by="test", now=NOW)
    first = time.monotonic() - began
    assert loaded.version.entities == 14_965
    began = time.monotonic()
    services.list_take(entities=entities[20:], source="ofac", loaded_by="test", now=NOW)
    second = time.monotonic() - began
    print(f"{len(entities)} entities in {first:.2f} s, a change of 20 in {second:.2f} s")
    assert first < 30
    assert Entry.objects.count() == 14_965
    assert sum(1 for _ in entities_in_force()) == 14_945
    with pytest.raises(ListShrunken):
        services.list_take(entities=entities[4_000:], source="ofac", loaded_by="test", now=NOW)
    named = entities_with_wallet("0X098B716B8AAF21512996DC57EB0615E2383E2F96")
    assert [entity.names[0].full for entity in named] == ["LAZARUS GROUP"]
    assert content_of(named[0]).id == named[0].id
