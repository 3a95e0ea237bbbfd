"""Every page that somebody finds from where they begin, by its links: one of each kind; and the
kinds that there are, as Django's resolver knows them."""

import os
import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any, Final
from urllib.parse import urlsplit

from bench.browsing import visit
from demo.shop import OpenShop

LINK: Final = re.compile(r"""<a\b[^>]*?\shref=["']([^"'#]+)""")
LEAVING: Final = ("/logout", "/language", "/static/")
MOST: Final = 250
NO_PAGE: Final = re.compile(
    r"""(?x)
    ^/(?: v1/(?!docs) | api/ | misc/ | modal/ | invoices/ | invoice$ | credentials/ | trp/ | brand/
        | wallet/(?:requests|answers) | ramps/ | embed/ | \.well-known/ | identity$ | static/
        | healthz | readyz | metrics | language | logout )
    | \.(?: csv | pdf | png | css | js | zip | jsonl | webmanifest ) $
    | /(?: ask | status | panel | part | file | key | ticket | beside | arrivals/.* | recent
        | balances | network | authorization | authorizations/.* ) $"""
)
"""What programs ask for, files, parts of pages; a shop's ``balances`` is a page all the same."""


def kind_of(path: str) -> str:
    """The route of a page's path: the path itself where nothing answers there."""
    from django.urls import Resolver404, resolve

    settings_up()
    try:
        return f"/{resolve(path).route}"
    except Resolver404:
        return path


def settings_up() -> None:
    """Make Django's resolver known to this process."""
    import django
    from django.apps import apps

    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway.settings")
        django.setup()


def kinds() -> set[str]:
    """Every route at which a GET may find a page."""
    from tests.tenancy.paths import endpoints

    settings_up()
    return {
        each.path
        for each in endpoints()
        if "GET" in _methods(each.view)
        and not _redirects(each.view)
        and (not NO_PAGE.search(each.path) or each.path.endswith("<uuid:shop_id>/balances"))
    }


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
            if kind_of(urlsplit(answer.url).path) != kind:
                waiting.append(answer.url.removeprefix(shop.house.url))
                continue
            found[kind] = link
            waiting += links_in(answer.text())
    return found


def links_in(html: str) -> list[str]:
    """The links of a page to others of the same host."""
    return [unescape(to) for to in LINK.findall(html) if to.startswith("/")]


def _redirects(view: Any) -> bool:
    return getattr(getattr(view, "view_class", None), "__name__", "") == "RedirectView"


def _methods(view: Any) -> set[str]:
    """What a view takes, by its decorator; a view without one is taken to answer a GET."""
    for one in _unwrapped(view):
        cells = dict(zip(one.__code__.co_freevars, one.__closure__ or (), strict=True))
        if "request_method_list" in cells:
            return set(cells["request_method_list"].cell_contents)
    return {"GET"}


def _unwrapped(view: Any) -> Iterator[Any]:
    while view is not None:
        if hasattr(view, "__code__"):
            yield view
        view = getattr(view, "__wrapped__", None)
