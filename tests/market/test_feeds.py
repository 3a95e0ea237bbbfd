import orjson
import pytest

from gateway.market.following.feeds import Feed, currencies_of, feed_of, parse_reading, read_feed
from gateway.market.following.reading import Readers
from gateway.outside.errors import OutsideFailed, OutsideRefused
from gateway.supervisor.devchain.feed import LocalFeed
from tests.market.dev_market import e18

FEED = Feed("dev", "http://127.0.0.1:1/prices", "tillway")


def reading(**told):
    body = {"source": "x", "at": 1_000, "prices": {"ETH/USD": "3001.25", "EUR/USD": "1.08"}} | told
    return parse_reading(FEED, orjson.dumps(body), received_ms=5_000)


def test_a_feed_tells_prices_in_dollars_and_when_they_were_true():
    read = reading()
    assert read.prices == {"ETH": e18("3001.25"), "EUR": e18("1.08")}
    assert (read.at_ms, read.simulated) == (1_000, False)
    assert currencies_of({"dev": read}) == {"EUR"}
    assert reading(source="local (Simulated)").simulated


def test_a_feed_cannot_make_its_prices_younger_than_their_arrival():
    assert reading(at=10**15).at_ms == 5_000


@pytest.mark.parametrize(
    "text", ["0", "-1", "NaN", "1e5", "", None, 3001.25, True, [], "9" * 90, "0." + "0" * 18 + "1"]
)
def test_a_price_that_is_none_is_left_out_and_the_others_stay(text):
    assert reading(prices={"ETH/USD": text, "BTC/USD": "60000"}).prices == {"BTC": e18("60000")}


def test_a_book_is_read_as_its_micro_price_and_a_crossed_or_empty_one_as_nothing():
    book = {"bid": "2999", "ask": "3001", "bid_size": "3", "ask_size": "1"}
    read = reading(prices={"ETH/USD": book})
    assert (read.prices["ETH"], read.half_spreads_ppm["ETH"]) == (e18("3000.5"), 334)
    for wrong in (
        {"bid": "3001", "ask": "2999"},
        {"ask": "2999"},
        {"bid_size": "0"},
        {"ask_size": "-1"},
        {"bid": "NaN"},
        {"ask": None},
    ):
        assert reading(prices={"ETH/USD": book | wrong}).prices == {}
    assert reading(prices={"ETH/USD": {}}).prices == {}


def test_a_price_in_another_currency_is_left_out():
    assert reading(prices={"ETH/EUR": "2800", "ETH": "3000"}).prices == {}


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b"7", b'{"prices":{}}', b'{"at":1}',
             b'{"prices":[],"at":1}', b'{"prices":{},"at":"now"}', b'{"prices":{},"at":1.5}'],
)  # fmt: skip
def test_what_is_no_feed_is_refused(body):
    with pytest.raises(OutsideFailed):
        parse_reading(FEED, body, received_ms=5_000)


@pytest.mark.parametrize(
    "entry", [{}, {"name": "x", "url": "y"}, {"name": "x", "url": "y", "kind": "other"}]
)
def test_a_feed_of_an_unknown_kind_is_refused(entry):
    with pytest.raises(ValueError, match="market feed"):
        feed_of(entry)


def test_the_local_feed_is_read_where_loopback_is_allowed_and_says_that_it_is_simulated():
    with LocalFeed(interval_seconds=60) as local:
        feed = Feed("dev", local.url, "tillway")
        with pytest.raises(OutsideRefused):
            read_feed(feed, allow_loopback=False)
        read = read_feed(feed, allow_loopback=True)
        assert read.simulated
        assert read.prices["ETH"] == e18("3000")
        readers = Readers(followers=[], feeds=[feed], allow_loopback=True)
        assert readers._ask(feed)
        assert not readers._ask(feed), "the same time again is nothing new"
    with pytest.raises(OutsideFailed):
        read_feed(feed, allow_loopback=True)
