"""What pages there are to look at: a shop with something on each of them, and the addresses that no
link leads to."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final
from urllib.error import URLError
from urllib.parse import urlsplit

from bench.browsing import visit
from bench.found_pages import links_in
from bench.pages_axe import Place
from bench.pages_readers import CASHIER, OWNER, TILL, WITH_CODES
from demo.house import CHECKOUT, PYTHON, House
from demo.shop import OpenShop
from gateway.supervisor.ports import claim_port

PRICE: Final = "12.50"
DEAR: Final = "6000.00"
SETTINGS: Final = {
    "TILL_LOCK_MINUTES": "240",
    "TRAVEL_RULE": json.dumps(
        {
            "establishments": ["EU"],
            "test_shops": True,
            "payer_from": {"EUR": "5000.00"},
            "lei": "529900T8BM49AURSDO55",
            "dti": {"USDC@31337": "4H95J0R2X"},
        }
    ),
}
"""Of the house: a tablet stays open for as long as a bench takes; who pays a lot must say who."""
PROVOKED: Final = ("paid", "under", "over", "late", "held")
PAID_SECONDS: Final = 60
SETTLED_SECONDS: Final = 90
OPEN_SECONDS: Final = 60


def furnish(shop: OpenShop) -> dict[str, Place]:
    """Sell, and make one of each thing that has a page of its own: the pages that people wait for,
    each with something on it, and the states of a sale."""
    post = shop.api.post
    post("/v1/webhook_endpoints", {"url": "https://shop.example/hooks", "events": ["invoice.paid"]})
    buyer = {"email": "buyer@example.com", "name": "Ann"}
    sales = {
        what: _asked(shop, order_id=f"Table {number}", customer=buyer)
        for number, what in enumerate(("waiting", "void", *PROVOKED))
    }
    dear = _asked(shop, amount=DEAR)
    post(f"/v1/invoices/{sales['void']['id']}/void", {})
    for what in PROVOKED:
        post(f"/v1/invoices/{sales[what]['id']}/provocations", {"what": what})
    shop.api.wait_for(
        f"/v1/invoices/{sales['paid']['id']}",
        lambda found: bool(found["status"] == "paid"),
        seconds=PAID_SECONDS,
        what="paid",
    )
    paid, void = sales["paid"], sales["void"]
    dash, till, id_ = f"/dashboard/{shop.shop_id}", f"/pos/{shop.shop_id}", sales["waiting"]["id"]
    close = {
        "checkout": Place(f"/i/{id_}"),
        "checkout_paid": Place(f"/i/{paid['id']}"),
        "receipt": Place(f"/i/{paid['id']}/receipt"),
        "login": Place("/login"),
        "till": Place(f"{till}/", CASHIER),
        "till_sale": Place(f"{till}/sales/{id_}", CASHIER),
        "home": Place(f"{dash}/", OWNER),
        "invoices": Place(f"{dash}/invoices", OWNER),
        "invoice": Place(f"{dash}/invoices/{paid['id']}", OWNER),
        "balances": Place(f"{dash}/balances", OWNER),
        "payouts": Place(f"{dash}/payouts", OWNER),
        "developers": Place(f"{dash}/developers", OWNER),
        "settings": Place(f"{dash}/settings", OWNER),
        "api_docs": Place("/v1/docs"),
    }
    more = {
        "checkout, a wallet's code": Place(f"/i/{id_}?qr=erc681"),
        "checkout, costs": Place(f"/i/{id_}/costs"),
        "checkout, from an exchange": Place(f"/i/{id_}/exchange"),
        "checkout, void": Place(f"/i/{void['id']}"),
        "checkout, who pays": Place(f"/i/{dear['id']}/payer"),
        "no receipt yet": Place(f"/i/{id_}/receipt"),
        **{
            f"{kind}, {what}": Place(f"{root}/{sales[what]['id']}", who)
            for what in PROVOKED
            for kind, root, who in (
                ("checkout", "/i", ""),
                ("sale", f"{till}/sales", TILL),
                ("invoice", f"{dash}/invoices", OWNER),
            )
        },
        "found": Place(f"{dash}/search?q=Table", OWNER),
        "nothing found": Place(f"{dash}/search?q=nothing", OWNER),
        "nothing at this address": Place("/nothing/here", status=404),
        "nothing, signed in": Place("/nothing/here", OWNER, status=404),
        "not for a cashier": Place(f"{dash}/team", CASHIER, status=403),
        "wrong password": Place(
            "/login",
            typed={"#id_username": OWNER, "#id_password": "wrong"},
            press="main form button.button-primary",
        ),
        "invitation that is over": Place("/join/none", status=404),
        "new password, over": Place("/reset/none", status=404),
        "a tablet's code": Place(
            f"{dash}/settings/tills", OWNER, press="form[action$='/code'] button"
        ),
        "a display's code": Place(
            f"{till}/display", TILL, press="main form[method=post] button[type=submit]"
        ),
    }
    return {**close, **more}


def settle(chromium: Any, shop: OpenShop, cookies: Any) -> None:
    """Until a payment is final, and the officers have the one of a listed wallet before them."""
    shop.api.wait_for(
        "/v1/balances",
        lambda found: any(int(one["payable_units"]) > 0 for one in found["balances"]),
        seconds=SETTLED_SECONDS,
        what="finality",
    )
    deadline = time.monotonic() + SETTLED_SECONDS
    with visit(chromium, shop, cookies=cookies) as page:
        while "/house/holds/" not in page.context.request.get("/house/holds").text():
            if time.monotonic() > deadline:
                raise TimeoutError("the payment of a listed wallet was not held")
            time.sleep(1)


def rows(shop: OpenShop, paid: Place) -> tuple[dict[str, Place], dict[str, Any]]:
    """What ``bench.pages_rows`` makes within the house: places, and the cookies of tablets."""
    done = subprocess.run(
        [PYTHON, "-m", "bench.pages_rows", shop.shop_id, paid.path.rpartition("/")[2]],
        cwd=CHECKOUT,
        env={**shop.house.environment, "LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"bench.pages_rows: {done.stderr.strip()[-2000:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    host = urlsplit(shop.house.url).hostname
    cookies = {
        who: [{"name": "till", "value": token, "domain": host, "path": "/pos"}]
        for who, token in told["tills"].items()
    }
    return {name: Place(*place) for name, place in told["places"].items()}, cookies


def half_signed_in(chromium: Any, shop: OpenShop) -> Any:
    """The cookies of somebody who gave their password and is asked for a code."""
    with visit(chromium, shop) as page:
        page.goto("/login")
        page.locator("#id_username").fill(WITH_CODES)
        page.locator("#id_password").fill(shop.password)
        page.locator("main form button.button-primary").click()
        page.wait_for_url("**/login/second*")
        return page.context.cookies()


@contextmanager
def styleguide(house: House) -> Iterator[dict[str, Place]]:
    """The pages of the design system: each state of the checkout, and every page of an error. They
    are served with DEBUG only, by a server of their own."""
    port = claim_port(preferred=8_102)
    url = f"http://localhost:{port}"
    server = subprocess.Popen(
        [PYTHON, "manage.py", "runserver", "--noreload", "--skip-checks", f"127.0.0.1:{port}"],
        cwd=CHECKOUT,
        env={**house.environment, "DEBUG": "1", "LOG_LEVEL": "ERROR"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        html = _answer(f"{url}/styleguide", server)
        yield {
            path: Place(url + path)
            for path in ("/styleguide", *dict.fromkeys(links_in(html)))
            if path.startswith("/styleguide")
        }
    finally:
        server.terminate()
        server.wait(timeout=20)


def _answer(url: str, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + OPEN_SECONDS
    while True:
        with suppress(URLError), urllib.request.urlopen(url, timeout=20) as answer:
            html: str = answer.read().decode()
            return html
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the styleguide's server did not come up")
        time.sleep(0.2)


def _asked(shop: OpenShop, **told: Any) -> dict[str, Any]:
    return shop.api.post("/v1/invoices", {"amount": PRICE, "currency": "EUR", **told})
