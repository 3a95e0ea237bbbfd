"""Who has the sale that a till shows, of the phones that scanned its sticker. Pure.

Nothing of a sale is told to a phone before it was tapped there what words the till shows: whoever
has only a photograph of the sticker sees no sale, and nobody pays a stranger's.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from gateway.invoices.code_words import code_word

State = Literal["waiting", "choose", "taken", "yours", "shut"]
End = Literal["let_go", "moved", "wrong"]
ENDS: Final[tuple[End, ...]] = ("let_go", "moved", "wrong")
"""The cashier said that it is another customer's; another phone tapped the right words; it tapped
wrong ones."""

OFFERED_WORDS: Final = 8
MOST_WRONG: Final = 2
"""Wrong words for one sale, whoever tapped them, after which its sticker gives it to nobody: the
code on the screen always works. One in eight is guessed at first, two in eight at all."""
MOST_LET_GO: Final = 3
"""So often the cashier says that it is another customer's before the sticker gives it to nobody."""
LAPSES: Final = timedelta(minutes=5)
"""Without a look at the sticker's page a phone has the sale for so long."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """A scan as the rules see it.

    Attributes:
        end: empty while it stands.
    """

    browser: bytes
    seen_at: datetime
    end: str = ""


def state_of(scans: Iterable[Scanned], *, waits: bool, browser: bytes, now: datetime) -> State:
    """What the sticker's page is for one browser.

    Args:
        scans: of the sale that the till shows.
        waits: whether it shows one that waits for money.
        browser: empty for one that has no word of ours yet.
    """
    found = list(scans)
    standing = standing_of(found, now=now)
    if standing is not None and browser and hmac.compare_digest(standing.browser, browser):
        return "yours"
    if not waits:
        return "waiting"
    if is_shut(found) or any(one.browser == browser and one.end != "moved" for one in ended(found)):
        return "shut"
    return "choose" if standing is None else "taken"


def standing_of(scans: Iterable[Scanned], *, now: datetime) -> Scanned | None:
    """The scan that has the sale, unless it lapsed."""
    for one in scans:
        if not one.end and now - one.seen_at < LAPSES:
            return one
    return None


def is_shut(scans: Iterable[Scanned]) -> bool:
    """Whether the sticker gives this sale to nobody any more."""
    ends = [one.end for one in scans]
    return ends.count("wrong") >= MOST_WRONG or ends.count("let_go") >= MOST_LET_GO


def ended(scans: Iterable[Scanned]) -> list[Scanned]:
    return [one for one in scans if one.end]


def words_offered(right: str, *, secret: bytes) -> tuple[str, ...]:
    """The words of a sale among others that share none with them, in an order of their own.

    The same each time, or who asks twice would see which of them stay; and nobody without the
    secret can tell which are made up.

    Args:
        secret: 32 bytes that belong to the sale.
    """
    offered, used, number = [right], set(right.split()), 0
    while len(offered) < OFFERED_WORDS:
        words = code_word(_hash(secret, f"words {number}"))
        number += 1
        if used.isdisjoint(words.split()):
            offered.append(words)
            used.update(words.split())
    return tuple(sorted(offered, key=lambda words: _hash(secret, f"place of {words}")))


def browser_hash(*, till: bytes, word: str) -> bytes:
    """What is kept of a browser's random word: at each till another, so that nobody can tell from
    the table that one phone was at two of them."""
    return hashlib.sha256(till + word.encode()).digest()


def _hash(secret: bytes, text: str) -> bytes:
    return hmac.new(secret, text.encode(), hashlib.sha256).digest()
