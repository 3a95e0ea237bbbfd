"""Labels of addresses: loaded, replaced, refused; and what the house knows by itself."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from gateway.chains.models import DepositAddress, NonceSequence
from gateway.compliance.tracing.categories import AddressBook
from gateway.compliance.tracing.errors import LabelsEmpty, LabelsUnreadable
from gateway.compliance.tracing.labelling import labels_among, labels_load
from gateway.compliance.tracing.models import AddressLabel
from gateway.shops.models import Shop
from tests.chain_rows import make_chain, unique_bytes
from tests.compliance.tracing.flow_kit import who
from tests.compliance.tracing.town import list_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def hex_of(name: str) -> str:
    return who(name).hex()


def book(*names: str) -> AddressBook:
    chain = make_chain(now=NOW)
    return AddressBook(labels_among([who(name) for name in names], chain=chain).labels)


def test_a_file_is_read_in_any_spelling_and_its_successor_takes_its_place() -> None:
    lines = [
        "address,category,status,name\n",
        "# known bridges\n",
        f"eip155:1:0x{hex_of('bridge')},bridge,,Hop\n",
        f"{hex_of('mixer').upper()},mixer,delisted,Tornado Cash\n",
    ]
    assert labels_load(lines=lines, source="officer", now=NOW) == 2
    found = book("bridge", "mixer", "stranger")
    mixer = found.of(who("mixer"))
    assert mixer is not None
    assert (mixer.category, mixer.status, mixer.name) == ("mixer", "delisted", "Tornado Cash")
    assert mixer.source == "officer#1"
    assert found.of(who("stranger")) is None
    labels_load(
        lines=["address,category\n", f"0x{hex_of('shop')},exchange\n"], source="officer", now=NOW
    )
    after = AddressBook(labels_among([who("mixer"), who("shop")], chain=_chain()).labels)
    assert after.of(who("mixer")) is None
    shop = after.of(who("shop"))
    assert shop is not None
    assert shop.source == "officer#2"
    assert AddressLabel.objects.count() == 3  # what was in force once stays readable


def _chain() -> Any:
    from gateway.chains.models import Chain

    return Chain.objects.get()


@pytest.mark.parametrize(
    "line",
    [
        "0x12,mixer",
        f"0x{hex_of('a')},sanctioned",
        f"0x{hex_of('a')},house",
        f"0x{hex_of('a')},casino",
        f"0x{hex_of('a')},",
        f"0x{hex_of('a')},mixer,perhaps",
    ],
)
def test_a_line_that_can_not_be_read_refuses_the_file(line: str) -> None:
    good = f"0x{hex_of('b')},bridge\n"
    labels_load(lines=["address,category\n", good], source="officer", now=NOW)
    with pytest.raises(LabelsUnreadable):
        labels_load(
            lines=["address,category,status\n", good, line + "\n"], source="officer", now=NOW
        )
    assert AddressLabel.objects.get().retired_at is None


def test_an_address_twice_or_an_empty_file_is_refused() -> None:
    twice = [f"0x{hex_of('a')},mixer\n", f"eth:0x{hex_of('a')},bridge\n"]
    with pytest.raises(LabelsUnreadable):
        labels_load(lines=["address,category\n", *twice], source="officer", now=NOW)
    with pytest.raises(LabelsEmpty):
        labels_load(lines=["address,category\n"], source="officer", now=NOW)


def test_a_listed_mixer_is_a_mixer_and_listed_and_delisted_it_stays_a_mixer() -> None:
    labels_load(
        lines=["address,category\n", f"0x{hex_of('mixer')},mixer\n"], source="officer", now=NOW
    )
    list_of(["mixer", "x1", "x2", "x3", "x4"])
    found = book("mixer").of(who("mixer"))
    assert found is not None
    assert (found.category, found.status, found.source) == ("mixer", "listed", "ofac#1, officer#1")
    list_of(["x1", "x2", "x3", "x4"])
    found = AddressBook(labels_among([who("mixer")], chain=_chain()).labels).of(who("mixer"))
    assert found is not None
    assert (found.category, found.status) == ("mixer", "delisted")


def test_the_house_and_the_shops_are_known_without_a_file(shop: Any) -> None:
    chain = make_chain(now=NOW)
    DepositAddress.objects.create(
        address=who("ours"),
        mode="test",
        salt=unique_bytes(),
        factory_address=bytes(chain.factory_address),
        factory_version="1",
        terms_hash=unique_bytes(),
        created_at=NOW,
        poll_until=NOW,
        watch_until=NOW,
    )
    NonceSequence.objects.create(chain=chain, account=who("sender"), next_nonce=0)
    payout = bytes(Shop.objects.get().payout_address)
    addresses = [who("ours"), who("sender"), bytes(chain.treasury), payout, who("stranger")]
    known = labels_among(addresses, chain=chain)
    found = AddressBook(known.labels)
    kinds = [found.of(address) for address in addresses]
    assert [label and label.category for label in kinds] == [
        "house",
        "house",
        "house",
        "merchant",
        None,
    ]
    assert known.lists is None  # no list is loaded


def test_the_command_says_what_is_in_force_and_what_is_wrong(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(f"address,category\n0x{hex_of('a')},scam\n")
    call_command("labels_load", str(file), source="officer")
    assert "officer: 1 labels in force" in capsys.readouterr().out
    file.write_text("address,category\nnobody,scam\n")
    with pytest.raises(CommandError, match="labels_unreadable"):
        call_command("labels_load", str(file), source="officer")
    with pytest.raises(CommandError, match="can't be read"):
        call_command("labels_load", str(tmp_path / "none.csv"), source="officer")
