"""The packages' READMEs, whose code runs as it stands."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from clients.generating.__main__ import ROOT
from clients.packing.blocks import blocks_of
from clients.packing.building import NODE, TYPESCRIPT
from clients.packing.readmes import environment, python_program, typescript_program
from gateway.invoices.models import Invoice
from tests.clients.conftest import Between

TSC = ROOT / "node_modules" / "typescript" / "bin" / "tsc"


def test_blocks_are_found_by_their_language() -> None:
    text = "```sh\nls\n```\nand\n```ts\na();\n\nb();\n```\n```ts\nc();\n```\n"
    assert blocks_of(text, language="ts") == ["a();\n\nb();\n", "c();\n"]
    assert blocks_of(text, language="python") == []


def ran(*command: str | Path, cwd: Path, **variables: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=variables, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_python_readme_runs(
    between: Between, key_for: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "readme.py").write_text(python_program())
    said = ran(
        *(sys.executable, "readme.py"),
        cwd=tmp_path,
        PYTHONPATH=str(ROOT / "clients" / "python" / "src"),
        **environment(url=between.url, key=key_for()),
    )
    invoice = Invoice.objects.get()
    assert f"/i/{invoice.id}" in said
    assert "not yet: waiting" in said
    assert f"{invoice.order_id} 12.50 waiting" in said
    assert "invoice.paid invoice:1 3" in said


@pytest.mark.xdist_group("typescript")
def test_the_typescript_readme_runs(
    between: Between, key_for: Callable[..., str], tmp_path: Path
) -> None:
    package = tmp_path / "node_modules" / "@tillway" / "client"
    ran(NODE, TSC, "--project", TYPESCRIPT, "--outDir", package / "dist", cwd=tmp_path)
    (package / "package.json").write_bytes((TYPESCRIPT / "package.json").read_bytes())
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "readme.ts").write_text(typescript_program())
    said = ran(*(NODE, "readme.ts"), cwd=tmp_path, **environment(url=between.url, key=key_for()))
    invoice = Invoice.objects.get()
    assert f"/i/{invoice.id}" in said
    assert "not yet: waiting" in said
    assert f"{invoice.order_id} 12.50 waiting" in said
    assert "invoice.paid invoice:1 3" in said
