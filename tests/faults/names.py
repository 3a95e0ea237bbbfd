"""Every fault point in the code, and the story whose run passes it."""

import ast
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ROOMS = ("gateway", "merchants")

STORIES = {
    "answer": "payout",
    "case": "held",
    "deposit": "sale",
    "event": "sale",
    "fill": "sale_in_weth",
    "hold": "held",
    "invoice": "void",
    "ledger": "payout",
    "payment": "sale",
    "payout": "payout",
    "reconciliation": "sale",
    "refund": "refund",
    "relay": "payout",
    "sender": "payout",
    "signer": "payout",
    "verdict": "sale",
    "webhook": "sale",
}
"""By the first word of a point's name."""
ITS_OWN = {
    "deposit.orphaned": "reorg",
    "ledger.reversed": "cancel",
    "payment.reversed": "reorg",
    "payout.given_back": "cancel",
}
IN_PROCESS = {
    "account": ("tests/ramps/test_accounts.py",),
    "batch": ("tests/settlement/test_batch_crash.py",),
    "card": ("tests/cards/test_charging.py",),
    "file": ("tests/settlement/fiat/test_bank_files.py",),
    "hedge": ("tests/market/hedges/test_deaths.py",),
    "identity": ("tests/ramps/test_identity.py", "tests/ramps/test_identity_outcomes.py"),
    "inbox": ("tests/ramps/test_events_in.py",),
    "instruction": ("tests/ramps/test_instructions.py", "tests/settlement/fiat/test_payouts.py"),
    "move": ("tests/merchants/moving/test_deaths.py",),
    "mail": ("tests/mail/test_sending.py",),
    "onramp": ("tests/cards/test_onramp.py",),
    "payer": ("tests/invoices/test_who_pays.py",),
    "presentation": ("tests/compliance/presenting/test_wallet_posts.py",),
    "scenarios": ("tests/compliance/scenarios/test_deaths.py",),
    "report": ("tests/compliance/reporting/test_reports.py",),
    "retention": ("tests/compliance/retaining/test_retention.py",),
    "trace": ("tests/compliance/tracing/test_deaths.py",),
    "travel": (
        "tests/compliance/travelling/test_deaths.py",
        "tests/compliance/travelling/test_exchanges.py",
    ),
    "reader": ("tests/cards/test_reader_faults.py", "tests/cards/test_readers.py"),
}
"""Points that no story of a house comes to, by the first word of their names: the house has no
ramp, its sales are below the size of a hedge, and its payouts come one at a time. The modules whose
tests die there in process; the names of those tests say ``dies``. Those of batches also die at
``payout.queued``, which the house passes only where a payout waits for no other."""


@cache
def points_in_code() -> frozenset[str]:
    """The name at each ``point("…")``.

    Raises:
        ValueError: a name is no literal, or stands at two places.
    """
    found: set[str] = set()
    for room in ROOMS:
        for path in sorted((CHECKOUT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if not (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id == "point"
                ):
                    continue
                [name] = node.args
                if not (isinstance(name, ast.Constant) and isinstance(name.value, str)):
                    raise ValueError(f"{path}:{node.lineno}: a point needs a literal name")
                if name.value in found:
                    raise ValueError(f"{path}:{node.lineno}: {name.value} stands elsewhere too")
                found.add(name.value)
    return frozenset(found)


def killable() -> list[str]:
    """Those at which processes of a house are killed."""
    return sorted(point for point in points_in_code() if _first_word(point) not in IN_PROCESS)


def dying_in_process() -> list[str]:
    """The others."""
    return sorted(points_in_code() - set(killable()))


def story_of(point: str) -> str:
    """The story that passes a point.

    Raises:
        KeyError: none does: whoever adds a point adds how to get there.
    """
    return ITS_OWN.get(point) or STORIES[_first_word(point)]


def _first_word(point: str) -> str:
    return point.partition(".")[0]
