"""What is committed is what the sources compile to, and forge's tests pass."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from eth_utils.crypto import keccak

from gateway.supervisor.devchain.anvil import REPOSITORY
from gateway.supervisor.devchain.calls import create2_address

CONTRACTS = REPOSITORY / "contracts"
VECTORS = orjson.loads((CONTRACTS / "vectors" / "deposits.json").read_bytes())


def stored(name: str) -> dict[str, object]:
    return orjson.loads((CONTRACTS / "artifacts" / f"{name}.json").read_bytes())


def npm() -> str | None:
    beside = Path(sys.executable).with_name("npm")
    return shutil.which("npm") or (str(beside) if beside.exists() else None)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources with their compiler, so that runs side by side don't meet."""
    found = npm()
    if found is None:
        pytest.skip("no npm: the committed artifacts cannot be rebuilt here")
    copy = tmp_path_factory.mktemp("contracts")
    shutil.copytree(
        CONTRACTS,
        copy,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("node_modules", "out", "cache"),
    )
    tools = CONTRACTS / "node_modules"
    if (tools / "solc").is_dir() and (tools / "@foundry-rs").is_dir():
        (copy / "node_modules").symlink_to(tools)
        return copy
    installed = run(copy, found, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    if installed.returncode:
        pytest.skip(f"the compiler cannot be installed: {installed.stderr[-400:]}")
    return copy


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"FOUNDRY_DISABLE_NIGHTLY_WARNING": "1", "NO_COLOR": "1"},
    )


def script(folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    found = npm()
    assert found is not None
    return run(folder, found, "run", "--silent", name)


@pytest.mark.slow
def test_the_committed_artifacts_are_what_the_sources_compile_to(workshop: Path) -> None:
    checked = script(workshop, "check")
    assert checked.returncode == 0, checked.stdout[-2000:] + checked.stderr[-2000:]


@pytest.mark.slow
def test_a_changed_artifact_is_noticed(workshop: Path) -> None:
    path = workshop / "artifacts" / "TestToken.json"
    honest = path.read_bytes()
    path.write_bytes(honest.replace(b'"bytecode": "0x60', b'"bytecode": "0x61', 1))
    try:
        assert script(workshop, "check").returncode != 0
    finally:
        path.write_bytes(honest)


@pytest.mark.slow
def test_forges_tests_pass(workshop: Path) -> None:
    tested = script(workshop, "test")
    assert tested.returncode == 0, tested.stdout[-4000:] + tested.stderr[-2000:]
    assert " 0 failed" in tested.stdout


def test_hashes_beside_the_bytecode_are_those_of_the_bytecode() -> None:
    for name in (
        "BatchPayer",
        "DepositFactory",
        "FirmOrders",
        "Sweeper",
        "TestToken",
        "WalletQuestion",
    ):
        artifact = stored(name)
        assert artifact["bytecodeHash"] == "0x" + keccak(hexstr=artifact["bytecode"]).hex()
    factory = stored("DepositFactory")
    assert factory["deployedBytecodeHash"] == (
        "0x" + keccak(hexstr=factory["deployedBytecode"]).hex()
    )
    assert factory["sweeperInitCodeHash"] == stored("Sweeper")["bytecodeHash"]


def test_the_sweepers_init_code_is_the_one_in_the_golden_vectors() -> None:
    assert stored("DepositFactory")["sweeperInitCodeHash"] == VECTORS["sweeperInitCodeHash"]


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_golden_deposit_addresses(vector: dict[str, str]) -> None:
    address = create2_address(
        deployer=VECTORS["factory"],
        salt=bytes.fromhex(vector["salt"][2:]),
        init_code_hash=bytes.fromhex(VECTORS["sweeperInitCodeHash"][2:]),
    )
    assert address == vector["depositAddress"]
