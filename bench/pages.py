"""The pages of the running house: Lighthouse, axe, and what they weigh.

Lighthouse looks at the named pages as a phone gets them, and at ``CLOSE`` ones as a desktop does
too. Axe looks at them, at every other page that an owner, a cashier, an officer, an operator or the
desk finds by its links, one of each kind (``found_pages``), and at what no link leads to: states of
the checkout and the till, pages behind a secret, errors (``pages_states``). ``axe_violations`` adds
up over phone and desktop, both themes and both languages. ``unreached`` are the kinds of pages of
which axe saw none. ``gzip_kb`` is the page with every style, script and image of ours that it
loads, each through gzip.
"""

import gzip
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.parse import urlsplit

from bench import pages_axe, pages_lighthouse
from bench.browsing import browser, sign_in, visit
from bench.desk_pages import add_reader, desk_pages, exchange_settings
from bench.found_pages import found_pages, kind_of, kinds
from bench.pages_axe import Place, say
from bench.pages_readers import CASHIER, DESK, OFFICER, OPERATOR, OWNER, TILL, WITH_CODES
from bench.pages_states import (
    SETTINGS,
    furnish,
    half_signed_in,
    rows,
    settle,
    styleguide,
)
from demo.shop import OpenShop, open_shop

ROUNDS: Final = 1
CLOSE: Final = {"checkout": 3, "till": 3, "home": 3}
"""Whose scores are medians, on a desktop too: what a shopper, a cashier and an owner wait for."""
ROLES: Final = {DESK: "desk", OFFICER: "compliance_officer", OPERATOR: "operator"}
CHECKOUT_GZIP_KB: Final = 25
SETTLE_MS: Final = 500
WEIGHED: Final = {"document", "stylesheet", "script", "image", "font"}

Places = dict[str, Place]


def run(seed: int) -> dict[str, Any]:
    """Nothing here is random: ``seed`` changes nothing."""
    with (
        TemporaryDirectory() as folder,
        open_shop(
            purpose="bench-pages",
            say=lambda line: None,
            settings={**SETTINGS, **exchange_settings(Path(folder))},
        ) as shop,
    ):
        for who, role in ROLES.items():
            add_reader(shop, who, role=role)
        with browser() as chromium:
            named, more, cookies = _prepared(chromium, shop)
            figures = {
                name: {"gzip_kb": _weight(chromium, shop, place.path, cookies[place.who])}
                for name, place in named.items()
            }
            more |= _found(chromium, shop, {**named, **more}, cookies)
        with styleguide(shop.house) as designs:
            soon = {name: place for name, place in more.items() if place.who == WITH_CODES}
            looked = {**soon, **named, **more, **designs}  # half a sign-in lasts for minutes only
            wrong = _wrong(looked, shop, cookies)
        for name, place in named.items():
            say(f"lighthouse: {name}")
            figures[name] |= _scores(shop.house.url + place.path, cookies[place.who], name=name)
    unreached = sorted(kinds() - {kind_of(urlsplit(one.path).path) for one in looked.values()})
    figures |= _counted(figures, wrong, names=named, unreached=len(unreached))
    return {
        "figures": figures,
        "conditions": {
            "lighthouse": _version("lighthouse", pages_lighthouse),
            "axe": _version("axe-core", pages_axe),
            "rounds": {"": ROUNDS, **CLOSE},
            "emulated": "Lighthouse's phone: slow 4G and a fourth of the processor; its desktop",
            "violations": [f"{name}: {one}" for name, found in wrong.items() for one in found],
            "unreached": unreached,
            "bar": _held(figures),
        },
    }


def _version(name: str, measured_by: Any) -> str:
    version: str = measured_by.VERSION
    if measured_by.is_here():
        return version
    return f"not installed: npm install --prefix bench/.work {name}@{version}"


def _prepared(chromium: Any, shop: OpenShop) -> tuple[Places, Places, dict[str, Any]]:
    """The named pages, those that no link leads to, and the cookies of everybody who reads them."""
    sold = furnish(shop)
    say("a shop is open and has sold")
    desk = {name: Place(*place) for name, place in desk_pages(shop).items()}
    cookies = {who: sign_in(chromium, shop, who) for who in (OWNER, CASHIER, *ROLES)}
    settle(chromium, shop, cookies[OFFICER])
    more, tablets = rows(shop, sold["checkout_paid"])
    cookies |= {"": [], WITH_CODES: half_signed_in(chromium, shop), **tablets}
    say("every page has something on it")
    close = {name: place for name, place in sold.items() if name.isidentifier()}
    more |= {name: place for name, place in sold.items() if name not in close}
    return {**close, **desk}, more, cookies


def _found(
    chromium: Any, shop: OpenShop, known: Places, cookies: Mapping[str, Any]
) -> dict[str, Place]:
    """Every other kind of page that each reader finds by links."""
    begin = {
        who: [place.path for place in known.values() if place.who == who and not place.press]
        for who in ("", OWNER, CASHIER, *ROLES, TILL)
    }
    begin[OFFICER].append("/house/")
    begin[OPERATOR].append("/house/")
    seen = {kind_of(urlsplit(place.path).path) for place in known.values()}
    found: Places = {}
    for who, paths in begin.items():
        kinds_here = found_pages(chromium, shop, begin=paths, cookies=cookies[who])
        for kind, path in kinds_here.items():
            if kind not in seen:
                seen.add(kind)
                found[kind] = Place(path, who)
        say(f"{who or 'somebody'} finds {len(kinds_here)} kinds of pages")
    return found


def _wrong(looked: Places, shop: OpenShop, cookies: Mapping[str, Any]) -> dict[str, list[str]]:
    if not pages_axe.is_here():
        return {}
    return pages_axe.look(looked, url=shop.house.url, cookies=cookies)


def _scores(url: str, cookies: Any, *, name: str) -> dict[str, Any]:
    scores: dict[str, Any] = pages_lighthouse.scores(url, cookies, rounds=CLOSE.get(name, ROUNDS))
    if name in CLOSE:
        wide = pages_lighthouse.scores(url, cookies, rounds=CLOSE[name], wide=True)
        scores |= {f"desktop_{kind}": score for kind, score in wide.items()}
    return scores


def _counted(
    figures: Mapping[str, dict[str, Any]],
    wrong: Mapping[str, list[str]],
    *,
    names: Places,
    unreached: int,
) -> dict[str, dict[str, Any]]:
    """The figures with what axe found: null where it isn't installed."""
    for name in names:
        figures[name]["axe_violations"] = len(wrong[name]) if wrong else None
    others = [found for name, found in wrong.items() if name not in names]
    more = {
        "pages": len(others),
        "axe_violations": sum(map(len, others)) if wrong else None,
        "unreached": unreached,
    }
    return {**figures, "others": more}


def _weight(chromium: Any, shop: OpenShop, path: str, cookies: Any) -> float:
    """Kilobytes of what is ours, once each, through gzip."""
    with visit(chromium, shop, cookies=cookies) as page:
        answers: dict[str, Any] = {}
        page.on("response", lambda answer: answers.setdefault(answer.url, answer))
        page.goto(path, wait_until="load")
        page.wait_for_timeout(SETTLE_MS)  # modules that modules ask for
        bodies = [
            answer.body()
            for url, answer in list(answers.items())
            if url.startswith(shop.house.url)
            and answer.ok
            and answer.request.resource_type in WEIGHED
        ]
    return round(sum(len(gzip.compress(body, 6)) for body in bodies) / 1024, 1)


def _held(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Which pages miss what; what could not be measured is not held either."""
    missed = [
        f"{name} {measured} {page[measured]}"
        for name, page in figures.items()
        for kind, least in pages_lighthouse.BAR.items()
        for measured in (kind, f"desktop_{kind}")
        if measured in page and (page[measured] is None or page[measured] < least)
    ]
    missed += [
        f"{name} axe {page['axe_violations']}"
        for name, page in figures.items()
        if page["axe_violations"] != 0
    ]
    weight = figures["checkout"]["gzip_kb"]
    if weight > CHECKOUT_GZIP_KB:
        missed.append(f"checkout {weight} KB")
    return f"missed: {', '.join(missed)}" if missed else "held"
