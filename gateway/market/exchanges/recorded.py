"""An exchange that is a JSON file: a recording, made up, for tests and dry runs. Never for money.

What it "says" is written by a person or a test; what it is asked for is appended to the same file::

    {"addresses": {"USDC@31337": "0x…"},
     "deposits": {"0x<transaction>": {"progress": "done", "units": "1000000"}},
     "withdrawals": {"<client id>": {"progress": "done", "units": "1000000", "tx_hash": "0x…"}},
     "asked": {"<client id>": {"asset": "USDC@31337", "units": "1000000", "to": "0x…"}}}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from gateway.chains.addresses import checksum, parse_address
from gateway.market.exchanges.places import ExchangeDown, Progress, Told


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """The recording in a file, read anew at each question."""

    name: str
    path: Path

    @property
    def simulated(self) -> bool:
        return True

    def deposit_address(self, *, asset: str) -> bytes:
        try:
            return parse_address(self._read()["addresses"][asset])
        except (KeyError, TypeError, ValueError) as error:
            raise ExchangeDown(f"The recording has no address for {asset}.") from error

    def deposit(self, *, asset: str, tx_hash: str) -> Told:
        return _told(self._read().get("deposits", {}).get(tx_hash))

    def withdraw(self, *, client_id: str, asset: str, units: int, to: bytes) -> None:
        content = self._read()
        asked = content.setdefault("asked", {})
        if client_id in asked:
            return
        asked[client_id] = {"asset": asset, "units": str(units), "to": checksum(to)}
        draft = self.path.with_suffix(".part")
        draft.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))
        draft.replace(self.path)

    def withdrawal(self, *, client_id: str) -> Told:
        content = self._read()
        told = content.get("withdrawals", {}).get(client_id)
        if told is None and client_id in content.get("asked", {}):
            return Told(Progress.PENDING)
        return _told(told)

    def _read(self) -> dict[str, Any]:
        try:
            content = orjson.loads(self.path.read_bytes())
        except (OSError, orjson.JSONDecodeError) as error:
            raise ExchangeDown(f"The recording of {self.name} can't be read.") from error
        if not isinstance(content, dict):
            raise ExchangeDown(f"The recording of {self.name} is no object.")
        return content


def _told(entry: Mapping[str, str] | None) -> Told:
    if entry is None:
        return Told(Progress.UNKNOWN)
    try:
        return Told(
            Progress(entry["progress"]), int(entry.get("units", "0")), entry.get("tx_hash", "")
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ExchangeDown("The recording has an entry that can't be read.") from error
