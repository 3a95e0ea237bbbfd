import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.custody.errors import (
    FileTooOpen,
    KeyRefused,
    KeystoreFormatUnknown,
    KeystoreLocked,
    KeystoreMissing,
    KeystoreTampered,
    WrongMasterKey,
)
from gateway.custody.keystore import (
    add_key,
    create_master_key,
    key_from_secret,
    open_keystore,
    parse_file,
    read_master_key,
    seal,
    unseal,
)
from tests.custody.conftest import MASTER_KEY, OPERATOR

ANVIL_KEY = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
CHECKOUT = Path(__file__).resolve().parents[2]


def counting() -> object:
    state = iter(range(1, 1000))
    return lambda count: bytes([next(state)]) * count


def test_a_sealed_key_comes_back_and_its_secret_does_not_show(tmp_path: Path) -> None:
    path = tmp_path / "keystore.json"
    add_key(path, OPERATOR, master_key=MASTER_KEY)
    assert path.stat().st_mode & 0o777 == 0o600
    assert OPERATOR.private_key.secret.hex() not in path.read_text()
    assert OPERATOR.private_key.secret.hex() not in repr(OPERATOR)
    [key] = open_keystore(path, master_key=MASTER_KEY).values()
    assert (key.address, key.label, key.demo) == (OPERATOR.address, "operator", True)
    assert key.private_key.secret == OPERATOR.private_key.secret


def test_a_second_key_joins_and_the_same_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keystore.json"
    add_key(path, OPERATOR, master_key=MASTER_KEY)
    other = key_from_secret(b"\x22" * 32, label="Kasse ✓", demo=False)
    add_key(path, other, master_key=MASTER_KEY)
    assert set(open_keystore(path, master_key=MASTER_KEY)) == {OPERATOR.address, other.address}
    with pytest.raises(KeyRefused):
        add_key(path, other, master_key=MASTER_KEY)


def test_another_master_key_is_told_from_a_changed_file() -> None:
    content = seal([OPERATOR], master_key=MASTER_KEY)
    with pytest.raises(WrongMasterKey):
        unseal(content, master_key=bytes(32))


@pytest.mark.parametrize("field", ["address", "label", "demo", "nonce", "sealed"])
def test_a_changed_entry_is_noticed(field: str) -> None:
    content = json.loads(seal([OPERATOR], master_key=MASTER_KEY))
    entry = content["keys"][0]
    other = json.loads(
        seal([key_from_secret(b"\x33" * 32, label="x", demo=False)], master_key=MASTER_KEY)
    )["keys"][0]
    entry[field] = other[field]
    with pytest.raises(KeystoreTampered):
        unseal(json.dumps(content).encode(), master_key=MASTER_KEY)


def test_a_removed_entry_is_noticed() -> None:
    other = key_from_secret(b"\x33" * 32, label="x", demo=False)
    content = json.loads(seal([OPERATOR, other], master_key=MASTER_KEY))
    del content["keys"][1]
    with pytest.raises(KeystoreTampered):
        unseal(json.dumps(content).encode(), master_key=MASTER_KEY)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"format": "tillway-keystore", "version": 2}']
)
def test_what_is_no_keystore_of_ours_is_called_so(content: bytes) -> None:
    with pytest.raises(KeystoreFormatUnknown):
        unseal(content, master_key=MASTER_KEY)


def test_the_format_stays_readable() -> None:
    """A file written by the first release: if this fails, no keystore in the field opens."""
    content = (Path(__file__).parent / "keystore-v1.json").read_bytes()
    assert content == seal([OPERATOR], master_key=MASTER_KEY, random_bytes=counting())  # type: ignore[arg-type]
    [key] = unseal(content, master_key=MASTER_KEY).values()
    assert key.private_key.secret == b"\x11" * 32


def test_a_keystore_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keystore.json"
    add_key(path, OPERATOR, master_key=MASTER_KEY)
    path.chmod(0o640)
    with pytest.raises(FileTooOpen):
        open_keystore(path, master_key=MASTER_KEY)


def test_a_key_that_everybody_knows_is_a_demo_key_or_refused() -> None:
    with pytest.raises(KeyRefused):
        key_from_secret(ANVIL_KEY, label="hot", demo=False)
    assert key_from_secret(ANVIL_KEY, label="hot", demo=True).demo
    for secret in (bytes(32), b"\xff" * 32, b"short", b""):
        with pytest.raises(KeyRefused):
            key_from_secret(secret, label="hot", demo=True)


def test_addresses_and_demo_marks_can_be_listed_without_the_master_key() -> None:
    [entry] = parse_file(seal([OPERATOR], master_key=MASTER_KEY)).keys
    assert entry.demo
    assert bytes.fromhex(entry.address[2:]) == OPERATOR.address


def test_the_master_key_comes_from_the_environment_or_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "custody" / "master.key"
    with pytest.raises(KeystoreLocked):
        read_master_key(environment={}, default_file=path)
    made = create_master_key(path)
    assert read_master_key(environment={}, default_file=path) == made
    assert (
        read_master_key(environment={"KEYSTORE_KEY": "ab" * 32}, default_file=path) == b"\xab" * 32
    )
    with pytest.raises(FileExistsError):
        create_master_key(path)
    path.chmod(0o644)
    with pytest.raises(FileTooOpen):
        read_master_key(environment={}, default_file=path)
    with pytest.raises(KeystoreLocked):
        read_master_key(environment={"KEYSTORE_KEY": "abc"}, default_file=path)


def test_there_is_no_keystore_until_one_is_made(tmp_path: Path) -> None:
    with pytest.raises(KeystoreMissing):
        open_keystore(tmp_path / "none.json", master_key=MASTER_KEY)


def manage(
    *arguments: str, state: Path, given: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=CHECKOUT,
        env={**os.environ, "TILLWAY_STATE_DIR": str(state), **environment},
        input=given,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_the_commands_make_and_import_keys(tmp_path: Path) -> None:
    made = manage("keystore_create", "--label", "hot", "--new-master-key", state=tmp_path)
    assert made.returncode == 0, made.stderr
    refused = manage("keystore_import", "--label", "dev", state=tmp_path, given=ANVIL_KEY.hex())
    assert refused.returncode != 0
    assert "key_refused" in refused.stderr
    imported = manage(
        "keystore_import", "--label", "dev", "--demo", state=tmp_path, given="0x" + ANVIL_KEY.hex()
    )
    assert imported.stdout.strip() == "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    entries = parse_file((tmp_path / "keystore.json").read_bytes()).keys
    assert [(entry.label, entry.demo) for entry in entries] == [("hot", False), ("dev", True)]
    assert entries[0].address == made.stdout.strip()


def test_the_web_process_has_no_way_to_a_key(tmp_path: Path) -> None:
    """It imports no code that unseals, holds no master key, and is refused the keystore."""
    path = tmp_path / "keystore.json"
    add_key(path, OPERATOR, master_key=MASTER_KEY)
    environment = {name: text for name, text in os.environ.items() if "KEYSTORE" not in name}
    probe = (
        "import os, sys, pathlib\n"
        "import gateway.wsgi\n"
        "from django.conf import settings\n"
        "from django.urls import get_resolver\n"
        "get_resolver().url_patterns\n"
        "assert 'gateway.custody.signer' not in sys.modules, 'signer imported'\n"
        "assert not [n for n in dir(settings) if n == 'KEYSTORE_KEY'], 'key in settings'\n"
        "from gateway.custody.keystore import open_keystore, read_master_key\n"
        "from gateway.custody.errors import KeystoreLocked\n"
        "try:\n"
        "    missing = pathlib.Path(os.environ['TILLWAY_STATE_DIR']) / 'missing.key'\n"
        "    read_master_key(environment=os.environ, default_file=missing)\n"
        "except KeystoreLocked:\n"
        "    print('locked')\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=CHECKOUT,
        env={**environment, "KEYSTORE_FILE": str(path), "TILLWAY_STATE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.stdout.strip() == "locked", result.stderr
