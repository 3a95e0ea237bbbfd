"""The READMEs as programs: their code as it stands, and what is asked of it then."""

from pathlib import Path
from typing import Final

from clients.packing.blocks import blocks_of
from clients.packing.building import PYTHON, TYPESCRIPT

PYTHON_README: Final = PYTHON / "README.md"
TYPESCRIPT_README: Final = TYPESCRIPT / "README.md"
SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 (Standard Webhooks' example)
BODY: Final = (
    '{"id":"0193","type":"invoice.paid","timestamp":"2026-11-30T12:00:00Z","mode":"test",'
    '"subject":"invoice:1","sequence":3,"data":{}}'
)

PYTHON_ASKS: Final = f"""
body = {BODY.encode()!r}
headers = webhooks.wrap(secret={SECRET!r}, message_id="0193", body=body)
assert receive(body, headers) == 204
assert receive(body + b" ", headers) == 400
"""
TYPESCRIPT_ASKS: Final = f"""
const body = {BODY!r};
const headers = await webhooks.wrap(body, {{ secret: {SECRET!r}, messageId: "0193" }});
for (const [sent, expected] of [[body, 204], [`${{body}} `, 400]] as const) {{
  const request = new Request("http://localhost/hook", {{ method: "POST", headers, body: sent }});
  const {{ status }} = await receive(request);
  if (status !== expected) throw new Error(`${{status}} where ${{expected}} was expected`);
}}
"""


def python_program() -> str:
    return _program(PYTHON_README, "python", PYTHON_ASKS)


def typescript_program() -> str:
    return _program(TYPESCRIPT_README, "ts", TYPESCRIPT_ASKS)


def environment(*, url: str, key: str) -> dict[str, str]:
    """The variables that the READMEs have one set."""
    return {"TILLWAY_URL": url, "TILLWAY_API_KEY": key, "TILLWAY_WEBHOOK_SECRET": SECRET}


def _program(readme: Path, language: str, asks: str) -> str:
    return "\n".join([*blocks_of(readme.read_text(), language=language), asks])
