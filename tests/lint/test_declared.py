"""What the code imports and what the Makefile promises is there, and is named where it belongs."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
COME_ALONG = {
    "asgiref": "django",
    "eth_abi": "web3",
    "eth_account": "web3",
    "eth_hash": "web3",
    "eth_typing": "web3",
    "eth_utils": "web3",
    "jsonschema": "drf-spectacular",
    "jwcrypto": "sd-jwt",
    "kombu": "celery",
    "redis": "celery",
    "rlp": "web3",
    "xmlschema": "sepaxml",
}
"""Parts of a declared package that have a name of their own."""
ELSEWHERE = {"bench/screening_peer.py"}
"""Run by the interpreter of an environment that the benchmark makes for a peer alone."""
OURS = {path.name for path in CHECKOUT.iterdir() if path.is_dir()} | {"tillway"}
"""The folders at the top, and the client for programs of shops."""
EXAMPLES = "examples"
"""Programs of their own, each in a folder that holds its packages."""


def test_every_package_that_is_imported_is_declared() -> None:
    """One that comes along with another is gone the day the other no longer needs it."""
    pyproject = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    wanted = [*pyproject["project"]["dependencies"], *pyproject["dependency-groups"]["dev"]]
    declared = {_canonical(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in wanted}
    distributions = packages_distributions()
    undeclared = {
        name: path
        for path in _python_files()
        for name in _imported(path)
        if not declared & {COME_ALONG.get(name), *map(_canonical, distributions.get(name, ()))}
    }
    assert undeclared == {}


def test_every_target_that_the_makefile_names_exists() -> None:
    makefile = (CHECKOUT / "Makefile").read_text()
    [named] = re.findall(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)
    there = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(named.split()) - there == set()


def _python_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    names = [name for name in listed.stdout.split() if name not in ELSEWHERE]
    return [CHECKOUT / name for name in names if (CHECKOUT / name).exists()]


def _imported(path: Path) -> set[str]:
    """The top-level packages from outside that a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names.add(node.module)
    outside = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names) - OURS
    return outside - {path.stem for path in path.parent.glob("*.py")} - _its_own(path)


def _its_own(path: Path) -> set[str]:
    """The packages of the example that a file belongs to."""
    inside = path.relative_to(CHECKOUT).parts
    if inside[0] != EXAMPLES:
        return set()
    return {found.name for found in (CHECKOUT / EXAMPLES / inside[1]).iterdir() if found.is_dir()}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
