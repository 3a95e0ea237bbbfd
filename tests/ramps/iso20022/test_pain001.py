"""The file that goes to the bank: by the schema, to the cent, in the bank's characters."""

import io
import re
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from uuid import UUID

import pytest
import xmlschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.ramps.iso20022.business_days import business_day_from, easter_sunday, is_business_day
from gateway.ramps.iso20022.charset import sepa_name, sepa_text
from gateway.ramps.iso20022.errors import BadBic, BadHolder, BadIban, BadMessage
from gateway.ramps.iso20022.iban import bic_of, iban_of
from gateway.ramps.iso20022.pain001 import MOST_UNITS, Party, Transfer, end_to_end_of, pain001

GOLDEN = Path(__file__).parent / "golden"
EUR = FIAT["EUR"]
HOUSE = Party("Tillway Häuser & Söhne", "DE89370400440532013000", "COBADEFFXXX")
SHOPS = (
    Party("Café Zażółć", "FR1420041010050500013M02606"),
    Party("Bäckerei «Krümel»", "AT611904300234573201", "BKAUATWW"),
)
MADE = datetime(2026, 12, 24, 9, 30, tzinfo=UTC)
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
SPACE = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


@pytest.fixture(scope="session")
def schema() -> xmlschema.XMLSchema:
    """As the library sepaxml has it; nothing is fetched."""
    return xmlschema.XMLSchema(str(files("sepaxml") / "schemas" / "pain.001.001.09.xsd"))


def _transfer(number: int, units: int, to: Party = SHOPS[0], code: str = "EUR") -> Transfer:
    name = end_to_end_of(UUID(int=number))
    return Transfer(name, Amount(units, FIAT[code]), to, f"Payout {number}")


def _message(*transfers: Transfer, payer: Party = HOUSE) -> bytes:
    return pain001(
        message_id="TW1", made_at=MADE, execute_on=date(2026, 12, 28), payer=payer,
        transfers=transfers,
    )  # fmt: skip


def test_the_file_is_byte_for_byte_the_one_that_was_checked(schema: xmlschema.XMLSchema) -> None:
    made = _message(_transfer(1, 1_234_56), _transfer(2, 5, SHOPS[1]))
    assert made == (GOLDEN / "two_payouts.xml").read_bytes()
    schema.validate(io.BytesIO(made))


def test_without_a_bic_the_bank_is_found_by_the_iban(schema: xmlschema.XMLSchema) -> None:
    made = _message(_transfer(1, 100), payer=Party("House", HOUSE.iban))
    assert b"<Id>NOTPROVIDED</Id>" in made
    schema.validate(io.BytesIO(made))


@pytest.mark.parametrize(("code", "said"), [("JPY", b">1234<"), ("KWD", b">1.234<")])
def test_amounts_have_their_currencys_decimals(
    code: str, said: bytes, schema: xmlschema.XMLSchema
) -> None:
    made = _message(_transfer(1, 1234, code=code))
    assert said in made and b"SEPA" not in made
    schema.validate(io.BytesIO(made))


@UNHURRIED
@given(
    units=st.lists(st.integers(1, MOST_UNITS), min_size=1, max_size=40),
    name=st.text(min_size=1, max_size=90),
    said=st.text(max_size=300),
)
def test_any_set_of_payouts_sums_to_what_the_file_says(
    schema: xmlschema.XMLSchema, units: list[int], name: str, said: str
) -> None:
    party = Party(f"N{name}", SHOPS[0].iban)
    made = _message(
        *(
            Transfer(end_to_end_of(UUID(int=n)), Amount(each, EUR), party, said)
            for n, each in enumerate(units)
        )
    )
    schema.validate(io.BytesIO(made))
    root = ET.fromstring(made)
    wanted = Decimal(sum(units)) / 100
    assert {Decimal(sums.text or "") for sums in root.iter(f"{SPACE}CtrlSum")} == {wanted}
    assert {count.text for count in root.iter(f"{SPACE}NbOfTxs")} == {str(len(units))}
    assert sum(Decimal(one.text or "") for one in root.iter(f"{SPACE}InstdAmt")) == wanted


@pytest.mark.parametrize(
    "transfers",
    [
        (),
        (_transfer(1, 0),),
        (_transfer(1, -5),),
        (_transfer(1, MOST_UNITS + 1),),
        (_transfer(1, 5), _transfer(1, 5)),
        (_transfer(1, 5), _transfer(2, 5, code="USD")),
        (Transfer("x" * 36, Amount(5, EUR), SHOPS[0]),),
        (Transfer("", Amount(5, EUR), SHOPS[0]),),
    ],
)
def test_what_can_not_be_paid_is_not_written(transfers: tuple[Transfer, ...]) -> None:
    with pytest.raises(BadMessage):
        _message(*transfers)


@pytest.mark.parametrize(
    "text",
    [
        "DE89 3704 0044 0532 0130 00",
        "gb82west12345698765432",
        "NL91ABNA0417164300",
        "NO9386011117947",
        "MT84MALT011000012345MTLCAST001S",
    ],
)
def test_ibans_of_the_registry_are_taken(text: str) -> None:
    assert iban_of(text) == text.replace(" ", "").upper()


@pytest.mark.parametrize(
    "text",
    [
        *("", "DE89", "DE88370400440532013000", "DE8937040044053201300"),
        *("US00123456789012345678", "DE٨٩370400440532013000"),
        *("NL91ABNA0417164300<", "XX82WEST12345698765432"),
    ],
)
def test_what_is_no_iban_is_refused(text: str) -> None:
    with pytest.raises(BadIban):
        iban_of(text)


@UNHURRIED
@given(place=st.integers(4, 21), by=st.integers(1, 9))
def test_any_one_digit_changed_is_seen(place: int, by: int) -> None:
    right = "DE89370400440532013000"
    wrong = right[:place] + str((int(right[place]) + by) % 10) + right[place + 1 :]
    with pytest.raises(BadIban):
        iban_of(wrong)


def test_a_bic_may_be_left_out_but_not_wrong() -> None:
    assert (bic_of(""), bic_of("cobadeff")) == ("", "COBADEFF")
    with pytest.raises(BadBic):
        bic_of("COBADEF")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Müller & Söhne", "Mueller + Soehne"),
        ("ÄÖÜ Straße", "AeOeUe Strasse"),
        ("Ærø Łódź Þór", "Aero Lodz Thor"),
        ("“a” [b] – c_d", "'a' (b) - c-d"),
        ("//x//y/", "x/y"),
        ("a\u0000\n<b>", "a. (b)"),
        ("ﬁne ①", "fine 1"),
    ],
)
def test_names_are_written_in_the_banks_characters(text: str, said: str) -> None:
    assert sepa_text(text, limit=70) == said


@UNHURRIED
@given(st.text())
def test_nothing_else_gets_into_a_file(text: str) -> None:
    assert re.fullmatch(r"[a-zA-Z0-9/\-?:().,'+ ]{0,70}", sepa_text(text, limit=70))


def test_a_name_of_which_nothing_can_be_read_is_refused() -> None:
    with pytest.raises(BadHolder):
        sepa_name("小店")


@pytest.mark.parametrize(
    ("year", "day"),
    [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)),
     (2027, date(2027, 3, 28)), (2038, date(2038, 4, 25))],
)  # fmt: skip
def test_easter(year: int, day: date) -> None:
    assert easter_sunday(year) == day


def test_banks_are_closed_at_easter_and_christmas() -> None:
    assert business_day_from(date(2026, 4, 3)) == date(2026, 4, 7)
    assert business_day_from(date(2026, 12, 25)) == date(2026, 12, 28)
    assert not is_business_day(date(2026, 5, 1))
    assert business_day_from(date(2026, 12, 24)) == date(2026, 12, 24)
