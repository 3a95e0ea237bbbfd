"""Private keys at rest: a sealed file that only the signer process opens.

The file (JSON, mode 0600, version 1) holds for each key its address, label, whether it is a demo
key, a random 12-byte nonce and the AES-256-GCM sealing of the 32 secret bytes. The sealing's
associated data are the format, version, address, label and demo flag, so that no entry can be
relabelled or moved; a last seal over all of them makes a removed entry show. The file key is
HKDF-SHA256 of the master key with the file's own salt; a check value tells a wrong master key
from a damaged file.
"""

import hashlib
import hmac
import json
import os
import secrets
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from coincurve import PrivateKey
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from eth_utils.address import to_checksum_address

from gateway.custody.errors import (
    FileTooOpen,
    KeyRefused,
    KeystoreFormatUnknown,
    KeystoreLocked,
    KeystoreMissing,
    KeystoreTampered,
    WrongMasterKey,
)
from gateway.custody.recovery import address_of

FORMAT = "tillway-keystore"
VERSION = 1
MASTER_KEY_BYTES = 32
NONCE_BYTES = 12

RandomBytes = Callable[[int], bytes]

PUBLICLY_KNOWN_KEYS = frozenset(
    bytes.fromhex(text)
    for text in (
        # The ten accounts of the mnemonic that every development chain starts with.
        "f39fd6e51aad88f6f4ce6ab8827279cfffb92266",
        "70997970c51812dc3a010c7d01b50e0d17dc79c8",
        "3c44cdddb6a900fa2b585dd299e03d12fa4293bc",
        "90f79bf6eb2c4f870365e785982e1f101e93b906",
        "15d34aaf54267db7d7c367839aaf71a00a2c6a65",
        "9965507d1a55bcc2695c58ba16fb37d819b0a4dc",
        "976ea74026e726554db657fa54763abd0c3a0aa9",
        "14dc79964da2c08b23698b3d3cc7ca32193d9955",
        "23618e81e3f5cdf7f54c3d65f7fbc0abf5b21e8f",
        "a0ee7a142d267c1f36714e4a8f75612f20a79720",
    )
)


@dataclass(frozen=True, slots=True)
class Key:
    """One account's key, unsealed. Its representation never shows the secret."""

    address: bytes
    label: str
    demo: bool
    private_key: PrivateKey = field(repr=False)


class SealedKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key as it lies in the file; hex without 0x but for the address, which is for people."""

    address: str
    label: str
    demo: bool
    nonce: str
    sealed: str


class KeystoreFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    version: int
    salt: str
    check: str
    keys: tuple[SealedKey, ...]
    seal_nonce: str
    seal: str


# --- the master key --------------------------------------------------------------------------


def parse_master_key(text: str) -> bytes:
    """32 bytes from 64 hex digits."""
    try:
        master_key = bytes.fromhex(text.strip().removeprefix("0x"))
    except ValueError:
        master_key = b""
    if len(master_key) != MASTER_KEY_BYTES:
        raise KeystoreLocked("The master key must be 64 hex digits (32 bytes).")
    return master_key


def read_master_key(*, environment: Mapping[str, str], default_file: Path) -> bytes:
    """The master key: KEYSTORE_KEY, else the file KEYSTORE_KEY_FILE, else ``default_file``.

    Raises:
        KeystoreLocked: there is none, or it is malformed.
        FileTooOpen: others may read its file.
    """
    if text := environment.get("KEYSTORE_KEY"):
        return parse_master_key(text)
    path = Path(environment.get("KEYSTORE_KEY_FILE") or default_file)
    try:
        refuse_open_file(path)
        return parse_master_key(path.read_text())
    except (FileNotFoundError, PermissionError) as error:
        raise KeystoreLocked from error


def create_master_key(path: Path) -> bytes:
    """A new random master key in a file of mode 0600 that must not exist yet."""
    master_key = secrets.token_bytes(MASTER_KEY_BYTES)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(master_key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return master_key


def refuse_open_file(path: Path) -> None:
    """Raise FileTooOpen unless only this process's user may read and write ``path``."""
    status = path.stat()
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise FileTooOpen(f"{path} can be used by others than its owner.")
    if status.st_uid != os.geteuid():
        raise FileTooOpen(f"{path} belongs to another user.")


def refuse_file_of_others(path: Path) -> None:
    """Raise FileTooOpen if anybody but this process's user or root may change ``path``."""
    status = path.stat()
    if stat.S_IMODE(status.st_mode) & 0o022:
        raise FileTooOpen(f"{path} can be changed by others than its owner.")
    if status.st_uid not in (os.geteuid(), 0):
        raise FileTooOpen(f"{path} belongs to another user.")


# --- sealing ---------------------------------------------------------------------------------


def _file_key(master_key: bytes, salt: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, b"tillway keystore v1").derive(master_key)


def _check_value(file_key: bytes) -> str:
    return hmac.new(file_key, b"tillway keystore check", hashlib.sha256).hexdigest()[:16]


def _entry_data(*, address: str, label: str, demo: bool) -> bytes:
    return json.dumps(
        [FORMAT, VERSION, address, label, demo], separators=(",", ":"), ensure_ascii=True
    ).encode()


def _whole_data(keys: Iterable[SealedKey]) -> bytes:
    entries = [[key.address, key.label, key.demo, key.nonce, key.sealed] for key in keys]
    return json.dumps([FORMAT, VERSION, entries], separators=(",", ":"), ensure_ascii=True).encode()


def key_from_secret(secret: bytes, *, label: str, demo: bool) -> Key:
    """An account from its 32 secret bytes.

    Raises:
        KeyRefused: no secp256k1 secret, or one that everybody knows and is not marked as demo.
    """
    try:
        private_key = PrivateKey(secret)
    except ValueError:
        raise KeyRefused("This is not a secp256k1 private key.") from None
    if len(secret) != 32:
        raise KeyRefused("A private key has 32 bytes.")
    address = address_of(private_key.public_key)
    if address in PUBLICLY_KNOWN_KEYS and not demo:
        raise KeyRefused(
            "Everybody knows this key: development chains are born with it.",
            hint="Import it with --demo; live mode will refuse it.",
        )
    return Key(address=address, label=label, demo=demo, private_key=private_key)


def seal(
    keys: Iterable[Key], *, master_key: bytes, random_bytes: RandomBytes = secrets.token_bytes
) -> bytes:
    """The keystore's file content for these keys. Every call draws a new salt and new nonces."""
    salt = random_bytes(32)
    file_key = _file_key(master_key, salt)
    cipher = AESGCM(file_key)
    sealed = tuple(_seal_key(key, cipher=cipher, nonce=random_bytes(NONCE_BYTES)) for key in keys)
    seal_nonce = random_bytes(NONCE_BYTES)
    content = KeystoreFile(
        format=FORMAT,
        version=VERSION,
        salt=salt.hex(),
        check=_check_value(file_key),
        keys=sealed,
        seal_nonce=seal_nonce.hex(),
        seal=cipher.encrypt(seal_nonce, b"", _whole_data(sealed)).hex(),
    )
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def _seal_key(key: Key, *, cipher: AESGCM, nonce: bytes) -> SealedKey:
    address = to_checksum_address(key.address)
    data = _entry_data(address=address, label=key.label, demo=key.demo)
    return SealedKey(
        address=address,
        label=key.label,
        demo=key.demo,
        nonce=nonce.hex(),
        sealed=cipher.encrypt(nonce, key.private_key.secret, data).hex(),
    )


def parse_file(content: bytes) -> KeystoreFile:
    """The sealed content, unverified: good for a look at addresses and demo marks, no more."""
    try:
        head = msgspec.json.decode(content, type=dict)
        if head.get("format") != FORMAT or head.get("version") != VERSION:
            raise KeystoreFormatUnknown
        return msgspec.json.decode(content, type=KeystoreFile)
    except msgspec.MsgspecError as error:
        raise KeystoreFormatUnknown from error


def unseal(content: bytes, *, master_key: bytes) -> dict[bytes, Key]:
    """The keys by address.

    Raises:
        KeystoreFormatUnknown, WrongMasterKey, KeystoreTampered: what the name says.
    """
    sealed = parse_file(content)
    try:
        file_key = _file_key(master_key, bytes.fromhex(sealed.salt))
        if not hmac.compare_digest(_check_value(file_key), sealed.check):
            raise WrongMasterKey
        cipher = AESGCM(file_key)
        cipher.decrypt(
            bytes.fromhex(sealed.seal_nonce),
            bytes.fromhex(sealed.seal),
            _whole_data(sealed.keys),
        )
        keys = [_unseal_key(entry, cipher=cipher) for entry in sealed.keys]
    except (InvalidTag, ValueError) as error:
        raise KeystoreTampered from error
    return {key.address: key for key in keys}


def _unseal_key(entry: SealedKey, *, cipher: AESGCM) -> Key:
    data = _entry_data(address=entry.address, label=entry.label, demo=entry.demo)
    secret = cipher.decrypt(bytes.fromhex(entry.nonce), bytes.fromhex(entry.sealed), data)
    key = key_from_secret(secret, label=entry.label, demo=entry.demo)
    if to_checksum_address(key.address) != entry.address:
        raise KeystoreTampered(f"The key under {entry.address} is another one.")
    return key


# --- the file --------------------------------------------------------------------------------


def open_keystore(path: Path, *, master_key: bytes) -> dict[bytes, Key]:
    """The unsealed keys by address. Only the signer and the key commands call this."""
    try:
        refuse_open_file(path)
        content = path.read_bytes()
    except FileNotFoundError:
        raise KeystoreMissing(f"There is no keystore at {path}.") from None
    return unseal(content, master_key=master_key)


def write_keystore(path: Path, keys: Iterable[Key], *, master_key: bytes) -> None:
    """Replace the keystore in one step, durable before this returns."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(seal(keys, master_key=master_key))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def add_key(path: Path, key: Key, *, master_key: bytes) -> None:
    """Add a key to the keystore, or make the keystore with it.

    Raises:
        KeyRefused: the account is already there.
    """
    try:
        keys = open_keystore(path, master_key=master_key)
    except KeystoreMissing:
        keys = {}
    if key.address in keys:
        raise KeyRefused(f"{to_checksum_address(key.address)} is already in the keystore.")
    write_keystore(path, [*keys.values(), key], master_key=master_key)


def sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
