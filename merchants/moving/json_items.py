"""The items of a JSON array as it comes, piece by piece. Pure (RFC 8259).

Numbers stay the text that was written: an amount is never read as a float.
"""

import codecs
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

MOST_IN_AN_ITEM: Final = 256 * 1024
"""Characters of one item; what is longer is no entry of an export."""
_BLANK: Final = " \t\r\n"


class NoJson(ValueError):
    """It is no JSON array in UTF-8, or an item of it has no end."""


def exact_json(text: str | bytes) -> Any:
    """A JSON text whose fractions are text.

    Raises:
        NoJson
    """
    try:
        return json.loads(text, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise NoJson from error


def json_items(pieces: Iterable[bytes]) -> Iterator[Any]:
    """Each item of the outermost array, in its order.

    Raises:
        NoJson
    """
    text = _Text(pieces)
    if text.next_sign() != "[":
        raise NoJson
    text.drop()
    if text.next_sign() == "]":
        return
    while True:
        yield text.item()
        sign = text.next_sign()
        text.drop()
        if sign == "]":
            return
        if sign != ",":
            raise NoJson


class _Text:
    """What of the text is here, up to where it was read, and where more of it comes from."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._utf8 = codecs.getincrementaldecoder("utf-8-sig")()
        self._json = json.JSONDecoder(parse_float=str, parse_constant=str)
        self._here = ""
        self._at = 0
        self._ended = False

    def next_sign(self) -> str:
        """The next sign that is not blank; it stays."""
        while True:
            while self._at < len(self._here):
                sign = self._here[self._at]
                if sign not in _BLANK:
                    return sign
                self._at += 1
            if not self._more():
                raise NoJson

    def drop(self) -> None:
        """Pass over the sign that was looked at."""
        self._at += 1

    def item(self) -> Any:
        """The next item. It is whole only where something follows it: ``12`` may go on."""
        self.next_sign()
        while True:
            try:
                found, end = self._json.raw_decode(self._here, self._at)
            except RecursionError as error:
                raise NoJson from error
            except ValueError as error:
                if not self._twice_as_much():
                    raise NoJson from error
                continue
            if end - self._at > MOST_IN_AN_ITEM:
                raise NoJson
            if end < len(self._here) or not self._more():
                self._at = end
                return found

    def _twice_as_much(self) -> bool:
        """Whether there is more of an item that is not whole: twice of it, where there is as much,
        so that an item is not read anew for each piece of it."""
        length = len(self._here) - self._at
        if length > MOST_IN_AN_ITEM or not self._more():
            return False
        while len(self._here) < 2 * length and self._more():
            pass
        return True

    def _more(self) -> bool:
        """Whether there is more of the text, which is here now."""
        if self._ended:
            return False
        piece = next(self._pieces, None)
        self._ended = piece is None
        try:
            told = self._utf8.decode(piece or b"", final=self._ended)
        except UnicodeDecodeError as error:
            raise NoJson from error
        self._here, self._at = self._here[self._at :] + told, 0
        return not self._ended
