"""Every page that somebody finds from where they begin, by its links: one of each kind."""

import re
from collections.abc import Iterable
from html import unescape
from typing import Any, Final
from urllib.parse import urlsplit

from bench.browsing import visit
from demo.shop import OpenShop

LINK: Final = re.compile(r"""<a\b[^>]*?\shref=["']([^"'#]+)""")
ITS_OWN: Final = re.compile(
    r"""(?x)
    (?<=/) (?:
        [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}   # an id
      | 0x[0-9a-fA-F]+                                # an address, a transaction
      | \d[\d.-]*                                     # a number, a day, a version
      | [\w-]{20,}                                    # a secret of a link
    ) (?=/|$)"""
)
"""What differs between two pages of one kind."""
LEAVING: Final = ("/logout", "/static/")
MOST: Final = 250


def kind_of(path: str) -> str:
    """A page's path with a star for each part that names one thing of many."""
    return ITS_OWN.sub("*", path)


def found_pages(
    chromium: Any, shop: OpenShop, *, begin: Iterable[str], cookies: Any
) -> dict[str, str]:
    """The link of one page of each kind, by kind, in the order in which they were found.

    What isn't a page (a file, a picture) is left out, and so is what its reader may not see. A
    list filtered otherwise is the same page.
    """
    waiting, found = list(begin), dict[str, str]()
    asked: set[str] = set()
    with visit(chromium, shop, cookies=cookies) as page:
        while waiting and len(found) < MOST:
            link = waiting.pop(0)
            kind = kind_of(urlsplit(link).path)
            if kind in asked or kind.startswith(LEAVING):
                continue
            asked.add(kind)
            answer = page.context.request.get(link)
            if not answer.ok or "text/html" not in answer.headers.get("content-type", ""):
                continue
            found[kind] = link
            waiting += [unescape(to) for to in LINK.findall(answer.text()) if to.startswith("/")]
    return found
