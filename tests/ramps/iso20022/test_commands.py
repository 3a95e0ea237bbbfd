"""What whoever runs the house does by hand, and what the settings may say."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from gateway.events.ids import uuid7
from gateway.ledger.accounts import bank
from gateway.ledger.outside_balances import balance_sources
from gateway.money.amounts import Amount
from gateway.ramps.checks import ramps_have_keys
from gateway.ramps.configuration import configured_ramp, ramp_settings
from gateway.ramps.errors import RampNotOffered, RampRefused, RampsUnreadable
from gateway.ramps.instructing import instruction_plan
from gateway.ramps.iso20022.errors import BadHolder, BadIban, BankFileConflict, NoStatement
from gateway.ramps.iso20022.filing import file_leave, file_make, file_name
from gateway.ramps.iso20022.models import BankAccount, BankEntry, BankFile, BankOrder
from gateway.ramps.models import RampAccount, RampInstruction
from gateway.ramps.onboarding import accounts_refresh
from gateway.ramps.presenters import account_as_dict
from tests.ramps.contract import EUR
from tests.ramps.iso20022.banking import Line, rejection
from tests.ramps.iso20022.kit import RAMP, SHOP_IBAN, BankPlace, ramp_setting


def _run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out, stderr=out)
    return out.getvalue()


def _ordered(house: BankPlace, count: int = 1) -> list[BankOrder]:
    shop = uuid7()
    house.account(shop)
    for number in range(count):
        instruction_plan(
            ramp=RAMP,
            mode="test",
            kind="payout",
            reference=f"test:{uuid7()}",
            number=1,
            shop_id=shop,
            account=str(shop),
            amount=Amount(500 + number, EUR),
            now=house.now,
        )
    house.carry(seconds=1)
    return list(BankOrder.objects.order_by("units"))


def _load(tmp_path: Path, body: bytes, *more: str) -> str:
    path = tmp_path / f"{uuid7()}.in"
    path.write_bytes(body)
    return _run("bank_statement_load", str(path), "--by", "ana", *more)


def test_files_are_made_and_leave_once(house: BankPlace) -> None:
    _ordered(house, 3)
    said = _run("bank_file_make", RAMP, "--by", "ana")
    assert "3 payouts, 1503 minor units of EUR" in said
    (path,) = house.outbox.iterdir()
    assert path.read_bytes() == BankFile.objects.get().content.encode()
    assert "No payout waits" in _run("bank_file_make", RAMP, "--by", "ana")
    assert len(list(house.outbox.iterdir())) == 1
    house.carry()
    assert set(RampInstruction.objects.values_list("status", flat=True)) == {"sent"}


def test_more_than_one_file_holds_go_into_several(
    house: BankPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.ramps.iso20022.filing.MOST_TRANSFERS", 2)
    _ordered(house, 3)
    _run("bank_file_make", RAMP, "--by", "ana")
    assert sorted(BankFile.objects.values_list("transfers", "units")) == [(1, 502), (2, 1001)]
    assert not BankOrder.objects.filter(file=None).exists()


def test_a_file_is_fetched_into_a_folder_and_then_nowhere_else(
    house: BankPlace, settings: Any, tmp_path: Path
) -> None:
    settings.RAMPS = [ramp_setting()]
    _ordered(house)
    with pytest.raises(CommandError, match="folder"):
        _run("bank_file_make", RAMP, "--by", "ana")
    assert not BankFile.objects.exists()
    folder = tmp_path / "desk"
    folder.mkdir()
    _run("bank_file_make", RAMP, "--by", "ana", "--to", str(folder))
    row = BankFile.objects.get()
    assert (folder / file_name(row)).exists() and row.left_by == "ana"
    with pytest.raises(BankFileConflict):
        file_leave(file_id=row.id, folder=tmp_path, by="eve", now=house.now)


def test_a_file_that_is_not_what_was_made_never_leaves(house: BankPlace) -> None:
    _ordered(house)
    row = file_make(ramp=RAMP, by="ana", now=house.now)
    BankFile.objects.update(content=row.content.replace("5.00", "9.00"))
    with pytest.raises(BankFileConflict, match="hash"):
        file_leave(file_id=row.id, folder=house.outbox, by="ana", now=house.now)
    assert not list(house.outbox.iterdir())


def test_statements_are_loaded_and_strange_entries_listed(house: BankPlace, tmp_path: Path) -> None:
    body = house.bank.books(Line(100_000, text="who is this?"))
    assert "1 entries, 1 for people" in _load(tmp_path, body)
    assert "Nothing new" in _load(tmp_path, body)
    listed = _run("bank_entries", "list", RAMP)
    assert "100000 EUR" in listed and "who is this?" in listed
    entry = str(BankEntry.objects.get().id)
    with pytest.raises(CommandError):
        _run("bank_entries", "settle", entry, "--by", " ", "--because", "x")
    _run("bank_entries", "settle", entry, "--by", "ana", "--because", "the house's own")
    assert _run("bank_entries", "list", RAMP) == ""
    with pytest.raises(CommandError):
        _run("bank_entries", "settle", entry, "--by", "ana", "--because", "again")


def test_a_strangers_statement_is_refused(house: BankPlace, tmp_path: Path) -> None:
    body = house.bank.books(Line(5)).replace(b"DE89370400440532013000", SHOP_IBAN.encode())
    with pytest.raises(CommandError, match="no account of the house"):
        _load(tmp_path, body)
    with pytest.raises(CommandError, match="no XML"):
        _load(tmp_path, b"hello")


def test_a_report_rejects_what_is_not_paid(house: BankPlace, tmp_path: Path) -> None:
    first, second = _ordered(house, 2)
    house.file()
    house.carry()
    house.books(Line(-int(first.units), first.end_to_end_id))
    said = _load(tmp_path, rejection(house.message().message_id), "--status")
    assert "1 payouts rejected" in said
    assert f"{first.end_to_end_id}: rejected, but a statement has it paid" in said
    assert "0 payouts" in _load(tmp_path, rejection(house.message().message_id), "--status")
    assert "no order of ours" in _load(tmp_path, rejection("OTHER"), "--status")
    house.carry()
    found = {str(row.id): row.status for row in RampInstruction.objects.all()}
    assert found == {str(first.id): "done", str(second.id): "failed"}


def test_a_bank_that_pays_what_it_rejected_is_for_people(house: BankPlace) -> None:
    (order,) = _ordered(house)
    house.file()
    house.rejects(rejection(house.message().message_id))
    house.books(Line(-int(order.units), order.end_to_end_id))
    assert BankEntry.objects.get().kind == "unmatched"
    assert RampInstruction.objects.get().status == "failed"


def test_a_number_counts_after_its_rest_and_the_shop_sees_how_far_it_is(house: BankPlace) -> None:
    shop = uuid7()
    house.account(shop, usable_from=timezone.now() + timedelta(hours=24))
    row = RampAccount.objects.get()
    shown = account_as_dict(row)
    assert (shown["status"], shown["requirements"]["due"]) == ("checking", [])
    assert row.due_at == BankAccount.objects.get().usable_from
    BankAccount.objects.update(named_at=house.now, usable_from=house.now)
    accounts_refresh(now=row.due_at)
    row.refresh_from_db()
    assert (account_as_dict(row)["status"], row.banks) == ("ready", ["EUR"])


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"iban": "DE00370400440532013000"}, BadIban),
        ({"holder": "小店"}, BadHolder),
        ({"mode": "live"}, RampNotOffered),
    ],
)
def test_a_wrong_number_is_not_taken(
    changes: dict[str, Any], error: type[Exception], house: BankPlace
) -> None:
    with pytest.raises(error):
        house.account(uuid7(), **changes)
    assert not BankAccount.objects.exists()


def test_there_are_no_pages_to_lead_to(house: BankPlace) -> None:
    with pytest.raises(RampRefused):
        configured_ramp(RAMP).onboarding_link(account="x", return_url="", refresh_url="")


def test_reconciliation_is_told_the_last_statements_balance(house: BankPlace) -> None:
    (source,) = [each for each in balance_sources() if each.account == bank(RAMP)]
    with pytest.raises(NoStatement):
        source.read(now=house.now)
    (order,) = _ordered(house)
    house.file()
    house.books(Line(100_000))
    stranger = BankEntry.objects.get()
    told = source.read(now=house.now)
    assert (dict(told.units), source.mode, source.decimals) == (
        {"EUR": 100_000},
        "test",
        {"EUR": 2},
    )
    assert {each.reference: each.units for each in told.on_the_way["EUR"]} == {
        order.reference: 500,
        f"entry:{stranger.id}": 100_000,
    }
    assert configured_ramp(RAMP).balance() == {"EUR": Amount(100_000, EUR)}


@pytest.mark.parametrize(
    "changes",
    [
        {"iban": ""},
        {"iban": "DE00370400440532013000"},
        {"holder": ""},
        {"bic": "NOBIC"},
        {"currencies": {"EUR": {}, "USD": {}}},
        {"currencies": {"EUR": {"fee_fixed_units": 5}}},
        {"kind": "stripe"},
        {"odd": 1},
    ],
)
def test_settings_that_make_no_account_are_refused(changes: dict[str, Any], settings: Any) -> None:
    settings.RAMPS = [ramp_setting(**changes)]
    with pytest.raises(RampsUnreadable):
        ramp_settings()


def test_one_account_is_one_ramp_and_needs_no_key(settings: Any) -> None:
    settings.RAMPS = [ramp_setting(), ramp_setting(name="other")]
    with pytest.raises(RampsUnreadable):
        ramp_settings()
    settings.RAMPS = [ramp_setting()]
    assert ramps_have_keys(None) == []
