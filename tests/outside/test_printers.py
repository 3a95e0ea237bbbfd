"""Where printers may stand: nowhere that nobody named."""

from uuid import UUID

import pytest

from gateway.outside.printers import (
    NetworksUnreadable,
    PrinterRefused,
    printer_address,
    printer_networks,
)

OURS, THEIRS = UUID(int=1), UUID(int=2)
ALLOWED = printer_networks(f"192.168.1.0/24 {OURS}=10.8.3.0/24 fd00:1::/64")


@pytest.mark.parametrize("host", ["192.168.1.50", " 192.168.1.7 ", "10.8.3.9", "fd00:1::5"])
def test_a_printer_in_a_named_network(host: str) -> None:
    found = printer_address(host, 9_100, shop_id=OURS, allowed=ALLOWED)
    assert str(found) == host.strip()


@pytest.mark.parametrize(
    "host",
    [
        "192.168.2.50",
        "127.0.0.1",
        "169.254.169.254",
        "8.8.8.8",
        "printer.local",
        "",
        "::1",
        "::ffff:127.0.0.1",
        "192.168.1.50/24",
        "0xC0A80132",
    ],
)
def test_nowhere_else(host: str) -> None:
    with pytest.raises(PrinterRefused):
        printer_address(host, 9_100, shop_id=OURS, allowed=ALLOWED)


def test_a_shops_own_network_is_no_other_shops() -> None:
    with pytest.raises(PrinterRefused):
        printer_address("10.8.3.9", 9_100, shop_id=THEIRS, allowed=ALLOWED)


def test_an_address_in_the_other_familys_writing_is_the_same_one() -> None:
    found = printer_address("::ffff:192.168.1.50", 9_100, shop_id=OURS, allowed=ALLOWED)
    assert str(found) == "192.168.1.50"


@pytest.mark.parametrize("port", [0, 22, 80, 1_024, 5_432, 6_379, 9_099, 9_108, 65_536, -1])
def test_no_port_of_anything_else(port: int) -> None:
    with pytest.raises(PrinterRefused):
        printer_address("192.168.1.50", port, shop_id=OURS, allowed=ALLOWED)


@pytest.mark.parametrize("text", ["192.168.1.1/24", "shop=10.0.0.0/8", "printers", "10.0.0.0/40"])
def test_what_names_no_network(text: str) -> None:
    with pytest.raises(NetworksUnreadable):
        printer_networks(text)


def test_unset_is_nowhere() -> None:
    assert printer_networks("") == ()
