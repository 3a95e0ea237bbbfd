"""The code with which strangers verify our webhooks without a library of ours."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from clients.generating.__main__ import ROOT
from clients.packing.blocks import blocks_of
from clients.packing.building import NODE
from merchants.webhooks.signing import secret_make
from tests.clients.messages import sent

PAGE = (ROOT / "docs" / "how-to" / "verify-webhooks.md").read_text()
BODY = '{"type":"invoice.paid","data":{"note":"café"}}'

ASKS = {
    "python": """
import json, sys
asked = json.load(sys.stdin)
print(json.dumps([is_ours(e["body"].encode(), e["headers"], e["secret"]) for e in asked]))
""",
    "ts": """
import { readFileSync } from "node:fs";
const asked = JSON.parse(readFileSync(0, "utf8")) as any[];
console.log(JSON.stringify(asked.map((e) => isOurs(Buffer.from(e.body), e.headers, e.secret))));
""",
    "php": """
$asked = json_decode(file_get_contents('php://stdin'), true);
echo json_encode(array_map(fn ($e) => is_ours($e['body'], $e['headers'], $e['secret']), $asked));
""",
}


def run(language: str, asked: list[dict[str, Any]], folder: Path) -> list[bool]:
    [code] = blocks_of(PAGE, language=language)
    program = folder / f"snippet.{language}"
    program.write_text(("<?php\n" if language == "php" else "") + code + ASKS[language])
    command = {"python": sys.executable, "ts": str(NODE), "php": shutil.which("php")}[language]
    if command is None:
        pytest.skip("there is no php on this machine")
    done = subprocess.run(
        [command, program],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answered: list[bool] = json.loads(done.stdout)
    return answered


@pytest.mark.parametrize("language", ["python", "ts", "php"])
def test_it_believes_the_gateway_and_nobody_else(language: str, tmp_path: Path) -> None:
    old, ours, stranger = secret_make(), secret_make(), secret_make()
    now = int(time.time())

    def said(*secrets: str, at: int = now, **changed: str) -> dict[str, str]:
        return {**sent(BODY.encode(), *secrets, at=at), **changed}

    good = {"body": BODY, "secret": ours}
    cases: list[tuple[bool, dict[str, Any]]] = [
        (True, {**good, "headers": said(ours)}),
        (True, {**good, "headers": said(old, ours)}),
        (True, {**good, "headers": said(ours, old)}),
        (False, {**good, "headers": said(stranger)}),
        (False, {**good, "headers": said(ours), "body": BODY.replace("paid", "paiD")}),
        (False, {**good, "headers": said(ours, **{"webhook-id": "0194"})}),
        (False, {**good, "headers": said(ours, at=now - 600)}),
        (False, {**good, "headers": said(ours, at=now + 600)}),
        (False, {**good, "headers": said(ours, **{"webhook-timestamp": "soon"})}),
        (False, {**good, "headers": said(ours, **{"webhook-signature": ""})}),
        (False, {**good, "headers": {}}),
    ]
    assert run(language, [asked for _, asked in cases], tmp_path) == [right for right, _ in cases]
