"""Every fault point in the code, and the story whose run passes it."""

import ast
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ROOMS = ("gateway", "merchants")

STORIES = {
    "answer": "payout",
    "deposit": "sale",
    "event": "sale",
    "fill": "sale_in_weth",
    "hedge": "sale_in_weth",
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
NOT_HERE = {
    "batch.queued": "a run's payouts come one at a time; tests/settlement kills batches in process",
    "batch.formed": "as batch.queued",
    "batch.payout_ended": "as batch.queued",
    "batch.let_go": "as batch.queued",
    "hedge.queued": "the demo house holds what its sales bring, below the size of a hedge",
    "hedge.booked": "as hedge.queued; tests/market/hedges kill there in process",
}
"""Points that no story of a house comes to, and why."""


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
    return sorted(points_in_code() - set(NOT_HERE))


def story_of(point: str) -> str:
    """The story that passes a point.

    Raises:
        KeyError: none does: whoever adds a point adds how to get there.
    """
    return ITS_OWN.get(point) or STORIES[point.partition(".")[0]]
