"""The pages of the running house: Lighthouse, axe, and what they weigh.

Lighthouse looks at the named pages as a phone gets them, and at ``CLOSE`` ones as a desktop does
too. Axe looks at them and at every other page that an owner, a cashier, an officer, an operator or
the desk finds by its links, one of each kind (``found``); ``axe_violations`` adds up over phone and
desktop, both themes and both languages. ``gzip_kb`` is the page with every style, script and image
of ours that it loads, each through gzip.
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

from bench.browsing import LANGUAGES, SIZES, THEMES, browser, sign_in, visit
from bench.desk_pages import DESK, add_reader, desk_pages, exchange_settings
from bench.found_pages import found_pages
from demo.shop import CASHIER, OWNER, OpenShop, open_shop
from tests.browser import find_browser

ROUNDS = 1
CLOSE_ROUNDS = {"checkout": 3, "till": 3, "home": 3}
"""Whose scores are medians, on a desktop too: what a shopper, a cashier and an owner wait for."""
OFFICER, OPERATOR = "officer@example.com", "operator@example.com"
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
    violated: list[str] = []
    with (
        TemporaryDirectory() as folder,
        open_shop(
            purpose="bench-pages",
            say=lambda line: None,
            settings=exchange_settings(Path(folder)),
        ) as shop,
        browser() as chromium,
    ):
        readers = {DESK: "desk", OFFICER: "compliance_officer", OPERATOR: "operator"}
        for who, role in readers.items():
            add_reader(shop, who, role=role)
        pages = {**_pages(shop), **desk_pages(shop)}
        signed = {who: sign_in(chromium, shop, who) for who in (OWNER, CASHIER, *readers)}
        signed[""] = []
        for name, (path, who) in pages.items():
            figures[name] = {"gzip_kb": _weight(chromium, shop, path, signed[who])}
            violations = _axe(chromium, shop, path, signed[who])
            figures[name]["axe_violations"] = None if violations is None else len(violations)
            violated += [f"{name}: {violation}" for violation in violations or ()]
        figures["found"], more = _found(chromium, shop, pages, signed)
        violated += more
        chromium.close()  # Lighthouse brings up its own; two would share the processor
        for name, (path, who) in pages.items():
            rounds = CLOSE_ROUNDS.get(name, ROUNDS)
            figures[name] |= _lighthouse(shop.house.url + path, signed[who], rounds=rounds)
            if name in CLOSE_ROUNDS:
                wide = _lighthouse(shop.house.url + path, signed[who], rounds=1, wide=True)
                figures[name] |= {f"desktop_{kind}": score for kind, score in wide.items()}
    if not (MODULES / "axe-core").exists():
        conditions["axe"] = _missing("axe-core", AXE)
    if not (MODULES / "lighthouse").exists():
        conditions["lighthouse"] = _missing("lighthouse", LIGHTHOUSE)
    conditions["violations"] = violated
    conditions["bar"] = _held(figures)
    return {"figures": figures, "conditions": conditions}


def _missing(name: str, version: str) -> str:
    return f"not installed: npm install --prefix bench/.work {name}@{version}"


def _pages(shop: OpenShop) -> Pages:
    """Path and reader of each page, with something on it."""

    def ask() -> dict[str, Any]:
        body = {"amount": PRICE, "currency": "EUR", "order_id": "Table 4"}
        return shop.api.post("/v1/invoices", body)

    _furnish(shop)
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


def _furnish(shop: OpenShop) -> None:
    """One of each thing that has a page of its own."""
    post = shop.api.post
    post("/v1/items", {"name": "Flat white", "price": "4.20"})
    post("/v1/payment-links", {"title": "Concert ticket", "amount": "12.50"})
    post("/v1/webhook_endpoints", {"url": "https://shop.example/hooks", "events": ["invoice.paid"]})
    buyer = {"email": "buyer@example.com", "name": "Ann"}
    post("/v1/invoices", {"amount": PRICE, "currency": "EUR", "customer": buyer})


def _found(
    chromium: Any, shop: OpenShop, pages: Pages, signed: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Axe on every other page that each reader finds by links: its figures, and what it found."""
    begin = {
        "": ["/login", *(path for path, who in pages.values() if not who)],
        OWNER: [path for path, who in pages.values() if who == OWNER],
        CASHIER: [path for path, who in pages.values() if who == CASHIER],
        DESK: [path for path, who in pages.values() if who == DESK],
        OFFICER: ["/house/"],
        OPERATOR: ["/house/"],
    }
    looked = {path for path, _who in pages.values()}
    count, violated, is_measured = 0, list[str](), True
    for who, paths in begin.items():
        for kind, path in found_pages(chromium, shop, begin=paths, cookies=signed[who]).items():
            if path in looked:
                continue
            looked.add(path)
            count += 1
            violations = _axe(chromium, shop, path, signed[who])
            is_measured = is_measured and violations is not None
            violated += [f"{kind}: {violation}" for violation in violations or ()]
    return {"pages": count, "axe_violations": len(violated) if is_measured else None}, violated


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
    for language in LANGUAGES:
        with visit(
            chromium,
            shop,
            cookies=cookies,
            locale=language,
            bypass_csp=True,  # for axe itself; the pages run under their policy elsewhere
        ) as page:
            page.goto(path)
            page.add_script_tag(path=str(script))
            for size, theme in product(AXE_SIZES, THEMES):
                width, height = SIZES[size]
                page.set_viewport_size({"width": width, "height": height})
                page.emulate_media(color_scheme=theme)
                violations = page.evaluate("axe.run().then((found) => found.violations)")
                found += [
                    f"{one['id']} ({size}, {theme}, {language}): {one['nodes'][0]['target'][0]}"
                    for one in violations
                ]
    return found


def _lighthouse(url: str, cookies: Any, *, rounds: int, wide: bool = False) -> dict[str, Any]:
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
        *(("--preset=desktop",) if wide else ()),
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
        f"{name} {measured} {page[measured]}"
        for name, page in figures.items()
        for kind in ("performance", "accessibility")
        for measured in (kind, f"desktop_{kind}")
        if measured in page and (page[measured] is None or page[measured] < BAR[kind])
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
