"""What the signer has granted, on its own disk: a restart forgets no limit and no request.

One JSON line per grant in one file per UTC day, fsynced before the signature leaves. Each line
carries the MAC of the line before it and a MAC of its own under a key derived from the master
key, so that a changed, removed or inserted line is noticed. A torn last line is cut off: its
signature never left. (A tail cut off cleanly can't be told from a younger journal: whoever may
write the signer's files is the signer.)
"""

import fcntl
import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import FileIO
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.custody.errors import JournalDamaged, JournalInUse
from gateway.custody.keystore import sync_folder
from gateway.custody.newcomer_bounds import Noted, note_id, noted_in

REMEMBER_DAYS = 35
"""Requests and nonces older than this are forgotten; asking again then counts again."""
START = "0" * 64


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One grant. Units are decimal text: ``units`` in all, ``added`` to the day."""

    at: str
    request_id: str
    digest: str
    chain_id: int
    account: str
    nonce: int
    purpose: str
    units: dict[str, str]
    added: dict[str, str]
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A grant to be written down."""

    request_id: str
    digest: bytes
    chain_id: int
    account: bytes
    nonce: int
    purpose: str
    units: Mapping[str, int]
    added: Mapping[str, int]


NonceKey = tuple[int, bytes, int]


@dataclass(slots=True)
class Memory:
    """What the lines add up to."""

    digests: dict[str, bytes] = field(default_factory=dict)
    nonces: dict[NonceKey, dict[str, int]] = field(default_factory=dict)
    days: dict[date, dict[str, int]] = field(default_factory=dict)
    remembered: dict[date, list[tuple[str, NonceKey]]] = field(default_factory=dict)
    destinations: dict[tuple[int, bytes], Noted] = field(default_factory=dict)

    def take(self, day: date, granted: Granted) -> None:
        noted = noted_in(granted.request_id)
        if noted is not None:
            place, first = noted
            self.destinations[place] = Noted(first=first, last=day)
            return
        self.digests[granted.request_id] = granted.digest
        key = (granted.chain_id, granted.account, granted.nonce)
        if day not in self.remembered:
            self._forget_before(day - timedelta(days=REMEMBER_DAYS))
        self.remembered.setdefault(day, []).append((granted.request_id, key))
        largest = self.nonces.setdefault(key, {})
        for asset, units in granted.units.items():
            largest[asset] = max(units, largest.get(asset, 0))
        sums = self.days.setdefault(day, {})
        for asset, units in granted.added.items():
            sums[asset] = sums.get(asset, 0) + units

    def _forget_before(self, first: date) -> None:
        for day in [day for day in self.remembered if day < first]:
            for request_id, key in self.remembered.pop(day):
                self.digests.pop(request_id, None)
                self.nonces.pop(key, None)
            self.days.pop(day, None)
        for place in [place for place, note in self.destinations.items() if note.last < first]:
            del self.destinations[place]


class Journal:
    """The append-only record of one signer. One process holds it at a time."""

    def __init__(self, folder: Path, *, master_key: bytes, now: datetime) -> None:
        self._folder = folder
        self._mac_key = HKDF(SHA256(), 32, None, b"tillway signer journal v1").derive(master_key)
        self._memory = Memory()
        self._last_mac = START
        self._last_day = date.min
        self._file: FileIO | None = None
        self._file_day = date.min
        self._failed = False
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise JournalInUse(f"Another signer writes {folder}.") from None
        try:
            self._load(now)
        except BaseException:
            os.close(self._lock)
            raise

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        os.close(self._lock)

    def digest_of(self, request_id: str) -> bytes | None:
        """What was granted under this request id, if anything was."""
        return self._memory.digests.get(request_id)

    def granted_for_nonce(self, *, chain_id: int, account: bytes, nonce: int) -> Mapping[str, int]:
        """The largest base units per asset that one transaction with this nonce may move."""
        return self._memory.nonces.get((chain_id, account, nonce), {})

    def spent(self, now: datetime) -> Mapping[str, int]:
        """Base units per asset granted on the UTC day of ``now``."""
        return self._memory.days.get(self._day(now), {})

    def is_known(self, *, chain_id: int, to: bytes, after_days: int, now: datetime) -> bool:
        """Whether payments to this address were first asked for so many UTC days ago."""
        note = self._memory.destinations.get((chain_id, to))
        return note is not None and note.is_known(today=self._day(now), after_days=after_days)

    def note_destination(self, *, chain_id: int, account: bytes, to: bytes, now: datetime) -> None:
        """Remember that a payment to this address was asked for; durable when this returns."""
        today = self._day(now)
        note = self._memory.destinations.get((chain_id, to))
        if note is not None and not note.is_due_again(today=today):
            return
        first = note.first if note is not None else today
        self.write(
            Granted(
                request_id=note_id(chain_id=chain_id, to=to, first=first),
                digest=b"",
                chain_id=chain_id,
                account=account,
                nonce=0,
                purpose="",
                units={},
                added={},
            ),
            now=now,
        )

    def write(self, granted: Granted, *, now: datetime) -> None:
        """Append the grant; durable when this returns."""
        day = self._day(now)
        line = Line(
            at=now.astimezone(UTC).isoformat(timespec="milliseconds"),
            request_id=granted.request_id,
            digest=granted.digest.hex(),
            chain_id=granted.chain_id,
            account=granted.account.hex(),
            nonce=granted.nonce,
            purpose=granted.purpose,
            units=_texts(granted.units),
            added=_texts(granted.added),
            before=self._last_mac,
        )
        body = msgspec.json.encode(line)
        mac = self._mac(body)
        self._append(day, mac.encode() + b" " + body + b"\n")
        self._last_mac, self._last_day = mac, day
        self._memory.take(day, granted)

    def _append(self, day: date, text: bytes) -> None:
        if self._failed:
            raise JournalDamaged("A line could not be written; the signer must be restarted.")
        try:
            file = self._open_day(day)
            if file.write(text) != len(text):
                raise OSError("the disk took only a part of the line")
            os.fsync(file.fileno())
        except OSError:
            # What lies on the disk now is not known; loading it anew finds out.
            self._failed = True
            raise

    def _day(self, now: datetime) -> date:
        # A clock set back must not open a day anew.
        return max(now.astimezone(UTC).date(), self._last_day)

    def _mac(self, body: bytes) -> str:
        return hmac.new(self._mac_key, body, hashlib.sha256).hexdigest()

    def _open_day(self, day: date) -> FileIO:
        if self._file is None or self._file_day != day:
            if self._file is not None:
                self._file.close()
            path = self._folder / f"{day.isoformat()}.jsonl"
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            self._file = FileIO(descriptor, "ab")
            self._file_day = day
            sync_folder(self._folder)
        return self._file

    def _load(self, now: datetime) -> None:
        days = sorted(
            date.fromisoformat(path.stem) for path in self._folder.glob("????-??-??.jsonl")
        )
        if not days:
            return
        first = min(days[-1], now.astimezone(UTC).date()) - timedelta(days=REMEMBER_DAYS)
        remembered = [day for day in days if day >= first]
        expected = START if remembered == days else None
        for day in remembered:
            expected = self._load_day(day, expected=expected, is_last=day == days[-1])
        self._last_mac, self._last_day = expected or START, days[-1]

    def _load_day(self, day: date, *, expected: str | None, is_last: bool) -> str | None:
        path = self._folder / f"{day.isoformat()}.jsonl"
        content = path.read_bytes()
        whole, newline, torn = content.rpartition(b"\n")
        if torn:
            if not is_last:
                raise JournalDamaged(f"{path} ends in the middle of a line.")
            os.truncate(path, len(whole) + len(newline))
        for number, text in enumerate(whole.splitlines(), start=1):
            mac, _, body = text.partition(b" ")
            if not hmac.compare_digest(mac, self._mac(body).encode()):
                raise JournalDamaged(f"Line {number} of {path} does not match its seal.")
            line = msgspec.json.decode(body, type=Line)
            if expected is not None and line.before != expected:
                raise JournalDamaged(f"A line is missing before line {number} of {path}.")
            expected = mac.decode()
            self._memory.take(day, _granted(line))
        return expected


def _granted(line: Line) -> Granted:
    return Granted(
        request_id=line.request_id,
        digest=bytes.fromhex(line.digest),
        chain_id=line.chain_id,
        account=bytes.fromhex(line.account),
        nonce=line.nonce,
        purpose=line.purpose,
        units={asset: int(units) for asset, units in line.units.items()},
        added={asset: int(units) for asset, units in line.added.items()},
    )


def _texts(units: Mapping[str, int]) -> dict[str, str]:
    return {asset: str(count) for asset, count in units.items()}
