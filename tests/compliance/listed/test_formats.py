"""What is read from each publisher's files, and what refuses them."""

import pytest

from gateway.compliance.listed.content import canonical
from gateway.compliance.listed.entities import (
    ListedEntity,
    ListedId,
    ListedName,
    ListedWallet,
    PartialDate,
)
from gateway.compliance.listed.errors import FormatUnknown, ListTruncated, ListUnreadable
from gateway.compliance.listed.formats import FORMATS, format_named
from tests.compliance.listed import files
from tests.compliance.listed.files import BECH32, EVM, FILES, GENESIS, opened

IVAN_CYRILLIC = "\u0418\u0432\u0430\u043d"


def read(name: str, source: str = "s", **parts: str | bytes) -> list[ListedEntity]:
    given = opened({**FILES[name], **parts})
    return [canonical(one) for one in format_named(name).read(given, source=source)]


def test_the_legacy_csv_says_everything_of_a_person() -> None:
    aero, ivan, ship = read("ofac-csv", "ofac")
    assert ivan == ListedEntity(
        source="ofac",
        id="7157",
        kind="person",
        names=(
            ListedName("MADEUP, Ivan Ivanovich"),
            ListedName("MADEAPP, Ivan", "strong"),
            ListedName("IVAN", "weak"),
            ListedName("IVASHKA", "weak"),
            ListedName("VANYA", "weak"),
        ),
        birth_dates=(
            PartialDate(1970, 5, 7),
            PartialDate(1971, circa=True),
            PartialDate(1973, circa=True),
            PartialDate(1974, circa=True),
        ),
        countries=("KP", "RU"),
        ids=(ListedId("Passport", "4103 889900", "RU"),),
        wallets=(ListedWallet("ETH", EVM), ListedWallet("XBT", GENESIS)),
        programs=("CYBER2", "RUSSIA-EO14024"),
        remarks=ivan.remarks,
    )
    assert "POB Perm, Russia" in ivan.remarks
    assert (aero.kind, aero.names, aero.countries) == (
        "organisation",
        (ListedName("AERO MADE-UP"), ListedName("AERO-MADE-UP", "strong")),
        ("CU",),
    )
    assert (ship.kind, ship.countries) == ("vessel", ("PA",))
    assert ship.names == (ListedName("ARTAMADE"), ListedName("ALPHAMADE", "strong"))
    assert ship.ids == (ListedId("Vessel Registration Identification", "IMO 9187629"),)


def test_remarks_that_are_cut_off_go_on_in_the_comments() -> None:
    address = f"alt. Digital Currency Address - ETH {EVM}."
    filler = "x" * (1_000 - len("Linked To: ; ") - 10)
    whole = f"Linked To: {filler}; {address}"
    line = '9,"CUT, Al","individual","CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"{}"\r\n'
    sdn = line.format(whole[:1_000]) + files.END
    nothing = files.END
    with pytest.raises(ListUnreadable, match="cut off"):
        read("ofac-csv", sdn=sdn, alt=nothing, add=nothing)
    comments = f'9,"{whole[1_000:]}"\r\n' + files.END
    (found,) = read("ofac-csv", sdn=sdn, alt=nothing, add=nothing, comments=comments)
    assert found.wallets == (ListedWallet("ETH", EVM),)


@pytest.mark.parametrize(
    ("part", "text", "said"),
    [
        ("sdn", files.SDN, "end mark"),
        ("alt", files.ALT, "end mark"),
        ("add", files.ADD + files.END + files.ADD, "after the end mark"),
        ("sdn", files.SDN[:60], "sdn line 1 has"),
        ("sdn", files.SDN.replace("individual", "ghost") + files.END, "sdn line 2: 'ghost'"),
        ("alt", files.ALT.replace("7157,57", "7158,57") + files.END, "alt line 2 is of entry 7158"),
        ("sdn", files.SDN.replace(f"XBT {GENESIS}", "XBT") + files.END, "sdn line 2: 'Digital"),
        ("sdn", b"\xff\xfe" + files.SDN.encode(), "UTF-8"),
    ],
)
def test_a_line_of_the_legacy_csv_that_cannot_be_read_is_named(
    part: str, text: str | bytes, said: str
) -> None:
    with pytest.raises(ListUnreadable, match=said):
        read("ofac-csv", **{part: text})


def test_the_advanced_xml_says_the_same_of_the_same_person() -> None:
    ivan, aero = read("ofac-xml", "ofac")
    assert ivan == ListedEntity(
        source="ofac",
        id="7157",
        kind="person",
        names=(
            ListedName("Ivan MADEUP"),
            ListedName(IVAN_CYRILLIC, "strong"),
            ListedName("VANYA", "weak"),
        ),
        birth_dates=(PartialDate(1970, 5, 7), PartialDate(1971, circa=True)),
        countries=("RU",),
        ids=(ListedId("Passport", "4103889900", "RU"),),
        wallets=(ListedWallet("XBT", GENESIS),),
        programs=("CYBER2",),
        remarks="Gender: Male",
    )
    assert (aero.kind, aero.programs, aero.countries) == ("organisation", ("CUBA",), ("PA",))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('<FeatureType ID="10">', '<FeatureType ID="99">', "no FeatureType '10'"),
        ('<Location ID="500">', '<Location ID="599">', "no place '500'"),
        ('ProfileID="36"', 'ProfileID="37"', "about the party 36"),
        ("<PartyType ID=\"1\">Individual", "<PartyType ID=\"1\">Ghost", "'Ghost'"),
        (f">{GENESIS}<", "><", "without an address"),
    ],
)  # fmt: skip
def test_what_the_advanced_xml_does_not_explain_refuses_it(old: str, new: str, said: str) -> None:
    with pytest.raises(ListUnreadable, match=said):
        read("ofac-xml", list=files.ADVANCED.replace(old, new))


def test_the_eu_says_which_alias_is_weak_and_where_somebody_is_from() -> None:
    ivan, bank = read("eu-xml", "eu")
    assert ivan == ListedEntity(
        source="eu",
        id="13",
        kind="person",
        names=(
            ListedName("Ivan Madeup"),
            ListedName(IVAN_CYRILLIC, "strong"),
            ListedName("Vania", "weak"),
            ListedName("Vanya", "weak"),
        ),
        birth_dates=(PartialDate(1970, 5, 7), PartialDate(1971, circa=True)),
        countries=("RU",),
        ids=(ListedId("National passport", "4103889900", "RU"),),
        wallets=(ListedWallet("XBT", BECH32),),
        programs=("UKR",),
        remarks=ivan.remarks,
    )
    assert "DOB: MCMLXX" in ivan.remarks
    assert (bank.kind, bank.countries) == ("organisation", ("BY",))


def test_the_un_says_how_good_an_alias_is() -> None:
    erik, house = read("un-xml", "un")
    assert erik == ListedEntity(
        source="un",
        id="6907993",
        kind="person",
        names=(
            ListedName("ERIK MADEUP"),
            ListedName("E. Madup", "strong"),
            ListedName("Eric Madup", "strong"),
            ListedName("\u042d\u0440\u0438\u043a", "strong"),
            ListedName("Erik", "weak"),
        ),
        birth_dates=(
            PartialDate(1971, circa=True),
            PartialDate(1972, 5, 3),
            PartialDate(1973, circa=True),
            PartialDate(1974, circa=True),
        ),
        countries=("CD", "RW"),
        ids=(ListedId("Passport", "AB187304", "TZ"),),
        wallets=(ListedWallet("ETH", EVM),),
        programs=("DRC",),
        remarks=f"Paid from {EVM}.; DOB: 30-35 years old",
    )
    assert (house.kind, house.countries) == ("organisation", ("HK",))
    assert house.names == (ListedName("MADEUP TRADING HOUSE"), ListedName("MADEUP GOLD", "strong"))


@pytest.mark.parametrize("name", ["uk-csv", "uk-xml", "uk-conlist-csv", "uk-conlist-xml"])
def test_both_lists_of_the_uk_say_the_same_in_csv_and_xml(name: str) -> None:
    ivan, ship = read(name, "uk")
    assert ivan == ListedEntity(
        source="uk",
        id="RUS9001",
        kind="person",
        names=(
            ListedName("Ivan MADEUP"),
            ListedName("Ivan MADEAP", "strong"),
            ListedName(IVAN_CYRILLIC, "strong"),
            ListedName("VANYA", "weak"),
        ),
        birth_dates=(PartialDate(1970, 5, 7), PartialDate(1971)),
        countries=("CY", "RU"),
        ids=(ListedId("Passport", "4103889900"),),
        wallets=(ListedWallet("ETH", EVM),),
        programs=("Russia",),
        remarks=f"Said to use {EVM}",
    )
    assert (ship.kind, ship.countries, ship.names) == (
        "vessel",
        ("PA",),
        (ListedName("MADEUP STAR"),),
    )


def test_a_plain_list_may_name_people_without_addresses() -> None:
    text = (
        "id,name,aliases,weak_aliases,kind,birth_dates,countries,documents,address\n"
        "1,Ivan Madeup,I. Madeup;Ivan M.,Vanya,person,1970-05-07;1971,Russia;CY,"
        f"Passport|41|RU,{EVM}\n"
        f"1,,,,,,,,{GENESIS}\n"
    )
    (found,) = read("plain", "house", list=text)
    assert found == ListedEntity(
        source="house",
        id="1",
        kind="person",
        names=(
            ListedName("Ivan Madeup"),
            ListedName("I. Madeup", "strong"),
            ListedName("Ivan M.", "strong"),
            ListedName("Vanya", "weak"),
        ),
        birth_dates=(PartialDate(1970, 5, 7), PartialDate(1971)),
        countries=("CY", "RU"),
        ids=(ListedId("Passport", "41", "RU"),),
        wallets=(ListedWallet("", GENESIS), ListedWallet("ETH", EVM)),
    )


@pytest.mark.parametrize(
    "row",
    ["Ivan,ghost,,", "Ivan,person,1970-13-01,", ",person,,", "Ivan,person,,Passport"],
)
def test_a_plain_line_that_cannot_be_read_whole_refuses_the_list(row: str) -> None:
    with pytest.raises(ListUnreadable, match="entry 2"):
        read("plain", list=f"name,kind,birth_dates,documents\n{row}\n")


@pytest.mark.parametrize("name", [name for name in FORMATS if name.endswith("xml")])
@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.995])
def test_a_truncated_xml_is_refused_wherever_it_was_cut(name: str, cut: float) -> None:
    text = FILES[name]["list"]
    with pytest.raises(ListTruncated):
        read(name, list=text.encode()[: int(len(text.encode()) * cut)])


@pytest.mark.parametrize("name", list(FORMATS))
def test_an_error_page_is_no_list_in_any_format(name: str) -> None:
    page = "<html><body>502 Bad Gateway</body></html>"
    with pytest.raises(ListUnreadable):
        read(name, **dict.fromkeys(FILES[name], page))


@pytest.mark.parametrize("name", [name for name in FORMATS if name.endswith("xml")])
def test_a_document_type_is_refused_so_that_no_entity_is_ever_expanded(name: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    text = FILES[name]["list"].replace("?>\n", f"?>\n{bomb}", 1)
    with pytest.raises(ListUnreadable, match="document type"):
        read(name, list=text)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("eu-xml", 'code="person"', 'code="ghost"'),
        ("eu-xml", ' logicalId="13"', ""),
        ("un-xml", "<QUALITY>Low", "<QUALITY>Doubtful"),
        ("un-xml", "<DATAID>6907993</DATAID>", ""),
        ("uk-csv", "Primary name,,,,,,Russia,Ship", "Primary name,,,,,,Russia,Ghost"),
        ("uk-csv", "VANYA,,,,,,Alias", "VANYA,,,,,,Nickname"),
        ("uk-csv", "Unique ID", "Some ID"),
        ("uk-csv", ",9187629,Panama\r\n", ",9187629"),
        ("uk-xml", "<UniqueID>RUS9002</UniqueID>", ""),
        ("uk-conlist-csv", "RUS9002", ""),
        ("uk-conlist-xml", "<GroupID>RUS9002</GroupID>", ""),
    ],
)
def test_an_entry_without_what_an_entry_needs_refuses_its_list(
    name: str, old: str, new: str
) -> None:
    text = FILES[name]["list"]
    assert old in text
    with pytest.raises(ListUnreadable):
        read(name, list=text.replace(old, new))


def test_a_format_and_its_files_are_asked_for_by_name() -> None:
    with pytest.raises(FormatUnknown):
        format_named("ofac-pdf")
    ofac = format_named("ofac-csv")
    ofac.check_parts({"sdn": 1, "alt": 1, "add": 1, "comments": 1})
    with pytest.raises(ListUnreadable, match="'add' too"):
        ofac.check_parts({"sdn": 1, "alt": 1})
    with pytest.raises(ListUnreadable, match="no file 'list'"):
        ofac.check_parts({"sdn": 1, "alt": 1, "add": 1, "list": 1})
