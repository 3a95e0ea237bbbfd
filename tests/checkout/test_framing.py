"""Who may frame the shopper's page, and that its forms work there without a cookie."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gateway.invoices.models import Invoice
from gateway.shops.errors import TermsRefused
from gateway.shops.services import shop_set_terms
from gateway.shops.terms import terms_from
from tests.invoices.conftest import World

SHOP, OTHER, STRANGER = "https://shop.example", "https://eu.shop.example", "https://evil.example"


@pytest.fixture
def browser() -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="en", enforce_csrf_checks=True)


@pytest.fixture
def invoice(open_shop: World) -> Invoice:
    shop_set_terms(
        shop_id=open_shop.shop_id, changes={"embed_origins": [SHOP, OTHER]}, now=open_shop.now
    )
    return open_shop.issue()


def ancestors(answer: Any) -> str:
    policy = str(answer["Content-Security-Policy"])
    return next(part for part in policy.split("; ") if part.startswith("frame-ancestors"))


def test_only_the_framed_view_opens_and_only_to_the_shops_origins(
    invoice: Invoice, browser: Client
) -> None:
    framed = browser.get(f"/i/{invoice.id}", {"view": "modal"})
    assert ancestors(framed) == f"frame-ancestors {SHOP} {OTHER}"
    assert "X-Frame-Options" not in framed
    assert f'data-frame-parents="{SHOP} {OTHER}"' in framed.content.decode()
    one = browser.get(f"/i/{invoice.id}", {"view": "modal", "origin": OTHER})
    assert ancestors(one) == f"frame-ancestors {OTHER}"
    assert f'data-frame-parents="{OTHER}"' in one.content.decode()
    for path in ("", "/costs", "/exchange", "/receipt", "/panel", "/payer"):
        plain = browser.get(f"/i/{invoice.id}{path}")
        assert ancestors(plain) == "frame-ancestors 'none'", path
        assert plain["X-Frame-Options"] == "DENY"
        also = browser.get(f"/i/{invoice.id}{path}", {"view": "modal"}) if path else plain
        assert ancestors(also) == "frame-ancestors 'none'", path


@pytest.mark.parametrize("origin", [STRANGER, "null", "*", f"{SHOP}/", "https://SHOP.example"])
def test_an_origin_that_is_not_the_shops_frames_nothing_and_is_told_nothing(
    invoice: Invoice, browser: Client, origin: str
) -> None:
    answer = browser.get(f"/i/{invoice.id}", {"view": "modal", "origin": origin})
    assert ancestors(answer) == "frame-ancestors 'none'"
    assert 'data-frame-parents=""' in answer.content.decode()


def test_a_shop_that_named_no_origin_is_framed_by_nobody(open_shop: World, browser: Client) -> None:
    invoice = open_shop.issue()
    answer = browser.get(f"/i/{invoice.id}", {"view": "modal"})
    assert ancestors(answer) == "frame-ancestors 'none'"


def test_links_stay_in_the_frame_or_open_beside_it(invoice: Invoice, browser: Client) -> None:
    query = {"view": "modal", "origin": SHOP}
    text = browser.get(f"/i/{invoice.id}/panel", query).content.decode()
    swaps = [part.split('"')[0] for part in text.split('href="')[1:] if "data-swap" in part[:300]]
    assert swaps
    assert all("view=modal&amp;origin=https%3A%2F%2Fshop.example" in link for link in swaps)
    for path in ("costs", "exchange"):
        link = next(part for part in text.split("<a ")[1:] if f"/{path}?" in part[:200])
        assert 'target="_blank"' in link.split(">")[0]


def test_a_price_is_renewed_in_the_frame_without_a_cookie(
    open_shop: World, invoice: Invoice, browser: Client
) -> None:
    Invoice.objects.filter(id=invoice.id).update(lock_end=invoice.lock_end - timedelta(hours=1))
    query = f"?view=modal&origin={SHOP}"
    text = browser.get(f"/i/{invoice.id}{query}").content.decode()
    assert "csrfmiddlewaretoken" not in text
    word = text.split('name="frame" value="')[1].split('"')[0]
    bare = Client(enforce_csrf_checks=True)
    for wrong in ("", "x", word[:-2]):
        assert bare.post(f"/i/{invoice.id}/renew{query}", {"frame": wrong}).status_code == 403
    other = open_shop.issue()
    assert bare.post(f"/i/{other.id}/renew", {"frame": word}).status_code == 403
    answer = bare.post(f"/i/{invoice.id}/renew{query}", {"frame": word})
    assert answer.status_code == 302
    assert answer["Location"] == f"/i/{invoice.id}?view=modal&origin=https%3A%2F%2Fshop.example"
    assert len(open_shop.again(invoice).promises.sets) == 2


@pytest.mark.parametrize(
    "origin",
    [
        *("http://shop.example", "https://*.shop.example", "https://shop.example/", "https://"),
        *("https://shop.example/pay", "https://user@shop.example", "https://Shop.example"),
        *("https://shop.example;", "https://shop.example x", "'self'", "https://shop..example"),
        *("https://-shop.example", "https://shop.example:0", "data:", "https://shop.example\n"),
    ],
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(TermsRefused):
        terms_from({"embed_origins": [origin]})


def test_origins_are_few_and_each_once() -> None:
    fine = [
        "https://shop.example",
        "https://shop.example:8443",
        "http://localhost:3000",
        "https://xn--caf-dma.example",
    ]
    assert terms_from({"embed_origins": fine}).embed_origins == tuple(fine)
    for wrong in ([SHOP, SHOP], [f"https://shop{number}.example" for number in range(11)]):
        with pytest.raises(TermsRefused):
            terms_from({"embed_origins": wrong})


def test_the_script_has_a_lasting_name_and_the_same_words_for_everybody(
    db: None, browser: Client
) -> None:
    answer = browser.get("/embed/tillway.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "public, max-age=3600"
    assert b"Tillway" in answer.content
    assert not answer.cookies
