"""Small made-up lists in each publisher's format. Nobody on them exists."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

GENESIS = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
BECH32 = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
EVM = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"
END = "\x1a\r\n"


def _sample(name: str) -> str:
    return (Path(__file__).parent / "samples" / name).read_text(encoding="utf-8")


SDN = (
    '36,"AERO MADE-UP",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'
    '7157,"MADEUP, Ivan Ivanovich","individual","RUSSIA-EO14024] [CYBER2",-0- ,-0- ,-0- ,-0- ,-0- ,'
    '-0- ,-0- ,"DOB 07 May 1970; alt. DOB circa 1971; alt. DOB 1973 to 1974; POB Perm, Russia; '
    "nationality Russia; citizen Korea, North; Gender Male; Passport 4103 889900 (Russia) issued "
    f"12 May 2001; Digital Currency Address - XBT {GENESIS}; "
    f"alt. Digital Currency Address - ETH {EVM}; "
    "a.k.a. 'IVASHKA'; Phone Number 79991112233; Linked To: AERO MADE-UP.\"\r\n"
    '15036,"ARTAMADE","vessel","IRAN",-0- ,"T2EU4","Tanker",-0- ,-0- ,"Panama",-0- ,'
    "\"Vessel Registration Identification IMO 9187629; f.k.a. 'ALPHAMADE'.\"\r\n"
)
ALT = (
    '36,12,"aka","AERO-MADE-UP",-0- \r\n'
    '7157,57,"aka","MADEAPP, Ivan",-0- \r\n'
    '7157,58,"aka","\'VANYA\'",-0- \r\n'
    '7157,59,"aka","IVAN",weak\r\n'
)
ADD = '36,25,-0- ,"Havana","Cuba",-0- \r\n7157,26,"Street 1","Perm","Russia",-0- \r\n'

UN = _sample("un_consolidated.xml")

EU = _sample("eu_fsf.xml")

UK_TITLES = (
    "Last Updated,Unique ID,OFSI Group ID,UN Reference Number,Name 6,Name 1,Name 2,Name 3,Name 4,"
    "Name 5,Name type,Alias strength,Title,Name non-latin script,Non-latin script type,"
    "Non-latin script language,Regime Name,Designation Type,Other Information,Address Country,"
    "D.O.B,Nationality(/ies),National Identifier number,Passport number,"
    "Business registration number (s),IMO number,Current believed flag of ship\r\n"
)
UK_CSV = (
    "Report Date: 24-Nov-2026,,,,,,,,,,,,,,,,,,,,,,,,,,\r\n" + UK_TITLES +
    "01/01/2026,RUS9001,15000,,MADEUP,Ivan,,,,,Primary name,,,\u0418\u0432\u0430\u043d,,,Russia,"
    f'Individual,"Said to use {EVM}",Russia,"(1) 07/05/1970 (2) dd/mm/1971",'
    "(1) Russia (2) Cyprus,,4103889900,,,\r\n"
    "01/01/2026,RUS9001,15000,,MADEAP,Ivan,,,,,Alias,Good quality,,,,,Russia,"
    "Individual,,Russia,,,,,,,\r\n"
    "01/01/2026,RUS9001,15000,,VANYA,,,,,,Alias,Low quality,,,,,Russia,Individual,,,,,,,,,\r\n"
    "01/01/2026,RUS9002,15001,,MADEUP STAR,,,,,,Primary name,,,,,,Russia,Ship,,,,,,,,"
    "9187629,Panama\r\n"
)  # fmt: skip
UK_XML = _sample("uk_sanctions.xml")

CONLIST_CSV = (
    "Last Updated,24/11/2026\r\n"
    "Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,Title,Name Non-Latin Script,DOB,Nationality,"
    "Passport Number,National Identification Number,Country,Other Information,Group Type,"
    "Alias Type,Alias Quality,Regime,Group ID\r\n"
    "MADEUP,Ivan,,,,,,\u0418\u0432\u0430\u043d,07/05/1970,Russia,4103889900,,Russia,"
    f'"Said to use {EVM}",Individual,Primary name,,Russia,RUS9001\r\n'
    "MADEAP,Ivan,,,,,,,00/00/1971,Cyprus,,,Russia,,Individual,AKA,Good quality,Russia,RUS9001\r\n"
    "VANYA,,,,,,,,,,,,,,Individual,AKA,Low quality,Russia,RUS9001\r\n"
    "MADEUP STAR,,,,,,,,,,,,Panama,,Ship,Primary name,,Russia,RUS9002\r\n"
)  # fmt: skip
CONLIST_XML = _sample("uk_conlist.xml")

ADVANCED = _sample("ofac_advanced.xml")

FILES: Mapping[str, Mapping[str, str]] = {
    "plain": {"list": f"address,name,program\n{EVM},LAZARUS MADE-UP,DPRK3\n"},
    "ofac-csv": {"sdn": SDN + END, "alt": ALT + END, "add": ADD + END},
    "ofac-xml": {"list": ADVANCED},
    "eu-xml": {"list": EU},
    "un-xml": {"list": UN},
    "uk-csv": {"list": UK_CSV},
    "uk-xml": {"list": UK_XML},
    "uk-conlist-csv": {"list": CONLIST_CSV},
    "uk-conlist-xml": {"list": CONLIST_XML},
}


def opened(parts: Mapping[str, str | bytes]) -> dict[str, BinaryIO]:
    return {
        name: io.BytesIO(text if isinstance(text, bytes) else text.encode())
        for name, text in parts.items()
    }
