"""Every page of the running house as a phone gets it: Lighthouse, axe, and what it weighs.

``axe_violations`` adds up over phone and desktop, both themes and both languages. ``gzip_kb`` is
the page with every style, script and image of ours that it loads, each through gzip.
"""

import gzip
import json
import os
import subprocess
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from bench.browsing import LANGUAGES, THEMES, browser, sign_in, visit
from bench.desk_pages import OPERATOR, add_operator, desk_pages, exchange_settings
from demo.shop import CASHIER, OWNER, OpenShop, open_shop
from tests.browser import find_browser

ROUNDS = 1
CLOSE_ROUNDS = {"checkout": 3, "till": 3}
"""Whose scores are medians: what a shopper and a cashier wait for."""
PRICE = "12.50"
KINDS = ("performance", "accessibility", "best-practices", "seo")
AXE_SIZES = ("phone", "desktop")
BAR = {"performance": 95, "accessibility": 100, "checkout_gzip_kb": 25}
LIGHTHOUSE, AXE = "12.8.2", "4.14.1"
# Where `npm install --prefix bench/.work lighthouse@… axe-core@…` puts them: no dependency of ours.
REPOSITORY = Path(__file__).resolve().parents[1]
MODULES = REPOSITORY / "bench" / ".work" / "node_modules"
LIGHTHOUSE_SECONDS = 180
SETTLE_MS = 500
WEIGHED = {"document", "stylesheet", "script", "image", "font"}

Pages = Mapping[str, tuple[str, str]]


def run(seed: int) -> dict[str, Any]:
    """Nothing here is random: ``seed`` changes nothing."""
    conditions: dict[str, Any] = {
        "lighthouse": LIGHTHOUSE,
        "axe": AXE,
        "rounds": {"": ROUNDS, **CLOSE_ROUNDS},
    }
    conditions |= {"emulated": "Lighthouse's phone: slow 4G and a fourth of the processor"}
    figures: dict[str, Any] = {}
    found: list[str] = []
    with (
        TemporaryDirectory() as folder,
        open_shop(
            purpose="bench-pages",
            say=lambda line: None,
            settings=exchange_settings(Path(folder)),
        ) as shop,
        browser() as chromium,
    ):
        add_operator(shop)
        pages = {**_pages(shop), **desk_pages(shop)}
        readers = (OWNER, CASHIER, OPERATOR)
        signed = {who: sign_in(chromium, shop, who) for who in readers} | {"": []}
        for name, (path, who) in pages.items():
            figures[name] = {"gzip_kb": _weight(chromium, shop, path, signed[who])}
            violations = _axe(chromium, shop, path, signed[who])
            figures[name]["axe_violations"] = None if violations is None else len(violations)
            found += [f"{name}: {violation}" for violation in violations or ()]
        chromium.close()  # Lighthouse brings up its own; two would share the processor
        for name, (path, who) in pages.items():
            rounds = CLOSE_ROUNDS.get(name, ROUNDS)
            figures[name] |= _lighthouse(shop.house.url + path, signed[who], rounds=rounds)
    if not (MODULES / "axe-core").exists():
        conditions["axe"] = _missing("axe-core", AXE)
    if not (MODULES / "lighthouse").exists():
        conditions["lighthouse"] = _missing("lighthouse", LIGHTHOUSE)
    conditions["violations"] = found
    conditions["bar"] = _held(figures)
    return {"figures": figures, "conditions": conditions}


def _missing(name: str, version: str) -> str:
    return f"not installed: npm install --prefix bench/.work {name}@{version}"


def _pages(shop: OpenShop) -> Pages:
    """Path and reader of each page, with something on it."""

    def ask() -> dict[str, Any]:
        body = {"amount": PRICE, "currency": "EUR", "order_id": "Table 4"}
        return shop.api.post("/v1/invoices", body)

    waiting, paid = ask(), ask()
    uri = next(due["uri"] for due in paid["due"] if due["symbol"] == "USDC")
    shop.wallet(ETH=10**18, USDC=100 * 10**6).pay(uri)
    shop.api.wait_for(
        f"/v1/invoices/{paid['id']}", lambda i: i["status"] == "paid", seconds=60, what="paid"
    )
    dash, till = f"/dashboard/{shop.shop_id}", f"/pos/{shop.shop_id}"
    return {
        "checkout": (f"/i/{waiting['id']}", ""),
        "checkout_paid": (f"/i/{paid['id']}", ""),
        "receipt": (f"/i/{paid['id']}/receipt", ""),
        "login": ("/login", ""),
        "till": (f"{till}/", CASHIER),
        "till_sale": (f"{till}/sales/{waiting['id']}", CASHIER),
        "home": (f"{dash}/", OWNER),
        "invoices": (f"{dash}/invoices", OWNER),
        "invoice": (f"{dash}/invoices/{paid['id']}", OWNER),
        "balances": (f"{dash}/balances", OWNER),
        "payouts": (f"{dash}/payouts", OWNER),
        "developers": (f"{dash}/developers", OWNER),
        "settings": (f"{dash}/settings", OWNER),
        "api_docs": ("/v1/docs", ""),
    }


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


def _axe(chromium: Any, shop: OpenShop, path: str, cookies: Any) -> list[str] | None:
    """What axe finds, in words; None where it isn't installed."""
    script = MODULES / "axe-core" / "axe.min.js"
    if not script.exists():
        return None
    found = []
    for size, theme, language in product(AXE_SIZES, THEMES, LANGUAGES):
        with visit(
            chromium,
            shop,
            cookies=cookies,
            size=size,
            color_scheme=theme,
            locale=language,
            bypass_csp=True,  # for axe itself; the pages run under their policy elsewhere
        ) as page:
            page.goto(path)
            page.add_script_tag(path=str(script))
            violations = page.evaluate("axe.run().then((found) => found.violations)")
            found += [
                f"{one['id']} ({size}, {theme}, {language}): {one['nodes'][0]['target'][0]}"
                for one in violations
            ]
    return found


def _lighthouse(url: str, cookies: Any, *, rounds: int) -> dict[str, Any]:
    """Scores from 0 to 100, the median of the rounds; None where it isn't installed."""
    program = MODULES / "lighthouse" / "cli" / "index.js"
    if not program.exists():
        return {kind.replace("-", "_"): None for kind in KINDS}
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in cookies)
    headers = {"Cookie": cookie} if cookie else {}
    command = [
        *("node", str(program), url, "--quiet", "--output=json", "--output-path=stdout"),
        *("--chrome-flags=--headless=new --no-sandbox", f"--extra-headers={json.dumps(headers)}"),
        f"--only-categories={','.join(KINDS)}",
    ]
    environment = {**os.environ, "CHROME_PATH": find_browser() or ""}
    found = []
    for _ in range(rounds):
        done = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=LIGHTHOUSE_SECONDS,
        )
        found.append(json.loads(done.stdout)["categories"])
    return {
        kind.replace("-", "_"): round(median(one[kind]["score"] or 0 for one in found) * 100)
        for kind in KINDS
    }


def _held(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Which pages miss what; what could not be measured is not held either."""
    missed = [
        f"{name} {kind} {page[kind]}"
        for name, page in figures.items()
        for kind in ("performance", "accessibility")
        if page[kind] is None or page[kind] < BAR[kind]
    ]
    missed += [
        f"{name} axe {page['axe_violations']}"
        for name, page in figures.items()
        if page["axe_violations"] != 0
    ]
    weight = figures["checkout"]["gzip_kb"]
    if weight > BAR["checkout_gzip_kb"]:
        missed.append(f"checkout {weight} KB")
    return f"missed: {', '.join(missed)}" if missed else "held"
