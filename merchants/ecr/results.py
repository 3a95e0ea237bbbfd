"""What a cash register is told of its sale, and what it prints. Pure.

The four answers are those that registers know from card terminals (ZVT's status information, OPI's
card service response): done, refused, still under way; and one more, that somebody looks at the
payment, without saying why.
"""

import re
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

Result = Literal["paid", "declined", "waiting", "held"]
RESULTS: Final[tuple[Result, ...]] = ("paid", "declined", "waiting", "held")
NUMBER: Final = r"[A-Za-z0-9._-]{1,40}"
"""A register's transaction number: digits as a rule; what a path can hold in any case."""
RECEIPT_CHARACTERS: Final = 42
"""Of a line, on the common roll of 80 mm."""
OVER: Final = frozenset({"cancelled", "expired", "invalid"})
_NUMBER: Final = re.compile(NUMBER)
_WORDS: Final[dict[Result, str]] = {
    "paid": "PAID",
    "declined": "NOT PAID",
    "waiting": "NOT PAID YET",
    "held": "PAYMENT IS BEING CHECKED",
}


def is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def result_of(sale: Mapping[str, Any]) -> Result:
    """The answer, from an invoice's dict: ``paid`` where the goods may go and only there.

    A held speck beside the honest payment changes nothing: anyone can send one. ``held`` is what
    stands on held money, and what is over with some of it.
    """
    if sale["release_goods"] == "yes":
        return "paid"
    if "held" in sale["exceptions"] and sale["release_goods"] == "no":
        return "held"
    return "declined" if sale["status"] in OVER else "waiting"


def reason_of(sale: Mapping[str, Any]) -> str:
    """Why a declined sale was: ``cancelled``, ``expired`` or ``invalid``; empty otherwise."""
    return str(sale["status"]) if result_of(sale) == "declined" else ""


def receipt_lines(sale: Mapping[str, Any], *, till: str, number: str, at: str) -> list[str]:
    """What the register prints, in lines of at most ``RECEIPT_CHARACTERS``: the same at each asking
    while the sale stands as it does.

    Args:
        at: when it was asked for, by the shop's clock.
    """
    paid = [
        f"{one['amount']} {one['symbol']} on {one['chain_name']}"
        for one in sale["received"]
        if one["state"] != "orphaned"
    ]
    tender = {"card": ["by card"], "tokens": paid}.get(sale["tender"] or "", [])
    texts = [
        str(sale["shop_name"]),
        f"{till}  {at}",
        f"Transaction {number}",
        f"Amount {sale['currency']} {sale['amount']}",
        *(f"Received {one}" for one in tender),
        f"*** {_WORDS[result_of(sale)]} ***",
        f"Code words: {sale['code_word']}",
        f"Sale {sale['id']}",
    ]
    return list(_wrapped(texts))


def _wrapped(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        yield from textwrap.wrap(text, RECEIPT_CHARACTERS) or [""]
