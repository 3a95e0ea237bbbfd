"""The rules, each a function from a parsed file to what breaks it there.

- TW1: money is never a float: no ``float(…)`` of, float literal bound to, or true division on a
  name that speaks of money; no float annotation on one.
- TW2: nothing outside is called inside a transaction: no HTTP, RPC, signing or ``.delay`` in an
  ``atomic`` block or function.
- TW3: only the ledger posts: its tables are written nowhere else.
- TW4: requests leave the house through ``gateway.outside``: no bare HTTP client elsewhere.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

MONEY_WORDS = {
    "amount",
    "amounts",
    "balance",
    "balances",
    "credit",
    "credited",
    "fee",
    "fees",
    "payout",
    "rate",
    "rates",
    "surplus",
    "total",
    "units",
    "wei",
}
OUTSIDE_CALLS = {"delay", "apply_async", "send_task", "urlopen", "getaddrinfo"}
OUTSIDE_MODULES = {"httpx", "requests", "aiohttp", "urllib3", "stripe"}
OUTSIDE_NAMES = {"JsonRpc", "Web3"}
HTTP_CLIENTS = {"httpx", "requests", "aiohttp", "urllib3"}
GUARDED_CCXT = ("gateway", "market", "exchanges")
"""Where ccxt's own requests are replaced by ours."""
LEDGER_TABLES = ("ledger_entry", "ledger_posting", "ledger_account", "ledger_balance")


@dataclass(frozen=True, slots=True)
class Breach:
    line: int
    rule: str
    message: str


Rule = Callable[[PurePosixPath, ast.Module], Iterator[Breach]]


def _speaks_of_money(name: str) -> bool:
    words = set(name.lower().split("_"))
    return bool(words & MONEY_WORDS) and not words & {"seconds", "ms", "limit", "bps", "share"}


def _name_of(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return _name_of(value)
        case ast.Call(func=function):
            return _name_of(function)
    return ""


def _root_of(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def no_float_money(path: PurePosixPath, tree: ast.Module) -> Iterator[Breach]:
    """TW1."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name_of(node.func) == "float" and node.args:
            if _speaks_of_money(_name_of(node.args[0])):
                yield Breach(node.lineno, "TW1", "float() of money")
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            if any(_speaks_of_money(_name_of(side)) for side in (node.left, node.right)):
                yield Breach(node.lineno, "TW1", "true division of money: use // or a Rate")
        elif isinstance(node, ast.AnnAssign | ast.arg):
            target = node.arg if isinstance(node, ast.arg) else _name_of(node.target)
            kind = node.annotation
            if kind is not None and _speaks_of_money(target) and _name_of(kind) == "float":
                yield Breach(node.lineno, "TW1", f"{target} is money and must not be a float")
        elif isinstance(node, ast.Assign) and _is_float_literal(node.value):
            for assigned in node.targets:
                if _speaks_of_money(_name_of(assigned)):
                    yield Breach(node.lineno, "TW1", "a float is bound to a money name")


def _is_float_literal(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, float)


def _is_atomic(node: ast.AST) -> bool:
    return _name_of(node) == "atomic"


def _atomic_bodies(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if any(_is_atomic(decorator) for decorator in node.decorator_list):
                yield from node.body
        elif isinstance(node, ast.With) and any(
            _is_atomic(item.context_expr) for item in node.items
        ):
            yield from node.body


def no_outside_call_in_transaction(path: PurePosixPath, tree: ast.Module) -> Iterator[Breach]:
    """TW2."""
    outside_functions = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module in {"gateway.outside.http", "gateway.custody.client"}
        for alias in node.names
    }
    imported = {
        (alias.asname or alias.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    for body in _atomic_bodies(tree):
        for node in ast.walk(body):
            if not isinstance(node, ast.Call):
                continue
            name = _name_of(node.func)
            if (
                name in OUTSIDE_CALLS
                or name in OUTSIDE_NAMES
                or name in outside_functions
                or _root_of(node.func) in OUTSIDE_MODULES & imported
            ):
                yield Breach(node.lineno, "TW2", f"{name}() calls outside in a transaction")


def only_the_ledger_posts(path: PurePosixPath, tree: ast.Module) -> Iterator[Breach]:
    """TW3."""
    if path.parts[:2] == ("gateway", "ledger"):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "gateway.ledger.models":
            yield Breach(node.lineno, "TW3", "the ledger's models belong to the ledger")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value.lower()
            if ("insert into" in text or "update " in text or "delete from" in text) and any(
                f"{verb} {table}" in text
                for verb in ("into", "update", "from")
                for table in LEDGER_TABLES
            ):
                yield Breach(node.lineno, "TW3", "SQL writes the ledger's tables")


def one_way_out(path: PurePosixPath, tree: ast.Module) -> Iterator[Breach]:
    """TW4."""
    if path.parts[:2] == ("gateway", "outside") or path.parts[0] not in {"gateway", "merchants"}:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        else:
            continue
        for module in modules:
            if module.split(".")[0] in HTTP_CLIENTS:
                yield Breach(node.lineno, "TW4", f"{module} is imported outside gateway.outside")
            elif module.split(".")[0] == "ccxt" and path.parts[:3] != GUARDED_CCXT:
                yield Breach(node.lineno, "TW4", "ccxt calls by itself unless it is guarded")


RULES: tuple[Rule, ...] = (
    no_float_money,
    no_outside_call_in_transaction,
    only_the_ledger_posts,
    one_way_out,
)


def breaches(path: PurePosixPath, source: str) -> list[Breach]:
    """What breaks a rule in this file, but for lines that carry ``# house: TWn (why)``."""
    lines = source.splitlines()
    tree = ast.parse(source)
    found = {breach for rule in RULES for breach in rule(path, tree)}
    return sorted(
        (b for b in found if f"house: {b.rule} (" not in lines[b.line - 1]),
        key=lambda breach: (breach.line, breach.rule),
    )
