"""The one way to a receipt printer: raw TCP to an address that its shop's printers may have.

A printer stands in a shop's own network, at a private address, which nothing else here may call. So
it is called by number only, in a network that the operator named for it (``PRINTER_NETWORKS``), and
by nothing that waits: connecting and sending have an end of their own. Printers speak ESC/POS;
those that answer what they are asked (DLE EOT, GS r) say whether they are ready, and whether they
printed.

Sources: Epson ESC/POS command reference (DLE EOT n, GS r n), port 9100.
"""

import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from uuid import UUID

from gateway.outside.errors import OutsideFailed, OutsideRefused

CONNECT_SECONDS: Final = 3
ANSWER_SECONDS: Final = 1
"""For an answer to a question about its state; many printers give none."""
SEND_SECONDS: Final = 6
"""For all of the bytes."""
PORTS: Final = range(9_100, 9_108)
"""Where printers listen, and boxes with several of them. Nothing else: in the same network may be
databases, which must not be sent what somebody wrote on a receipt."""
STATE: Final = b"\x10\x04\x01"
PAPER: Final = b"\x10\x04\x04"
PRINTED: Final = b"\x1dr\x01"
_FIXED_BITS: Final = 0x93
"""Of an answer to DLE EOT: what is always there (bits 0 and 7 are off, 1 and 4 on)."""
_FIXED: Final = 0x12
_OFFLINE: Final = 0x08
_NO_PAPER: Final = 0x60

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


class PrinterRefused(OutsideRefused):
    """Nobody said that a printer of this shop may stand there."""

    code = "printer_not_allowed"
    message = "Printers at this address can't be used."
    hint = "Whoever runs the gateway names the networks of printers (PRINTER_NETWORKS)."
    field = "host"


class NetworksUnreadable(ValueError):
    """PRINTER_NETWORKS can't be read."""


class PrinterFailed(OutsideFailed):
    """It did not print, or can't be known to have.

    Attributes:
        began: whether a part may be on paper already.
    """

    code = "printer_failed"
    message = "The printer did not take it."

    def __init__(self, code: str, *, began: bool) -> None:
        self.began = began
        super().__init__(f"The printer did not take it: {code}.", code=code)


@dataclass(frozen=True, slots=True)
class AllowedNetwork:
    """Where printers may stand: of one shop, or (None) of any."""

    network: Network
    shop_id: UUID | None = None


def printer_networks(text: str) -> tuple[AllowedNetwork, ...]:
    """PRINTER_NETWORKS: ``192.168.1.0/24`` for printers of any shop, ``<shop's id>=10.8.3.0/24``
    for those of one, apart by spaces.

    Raises:
        NetworksUnreadable
    """
    found = []
    for word in text.split():
        shop, named, network = word.rpartition("=")
        try:
            found.append(AllowedNetwork(ip_network(network), UUID(shop) if named else None))
        except ValueError as error:
            raise NetworksUnreadable(f"{word!r} is no network: {error}.") from error
    return tuple(found)


def printer_address(
    host: str, port: int, *, shop_id: UUID, allowed: Sequence[AllowedNetwork]
) -> Address:
    """The address by number, if a printer of this shop may have it.

    Raises:
        PrinterRefused
    """
    try:
        address = ip_address(host.strip())
    except ValueError as error:
        raise PrinterRefused("A printer is named by its address in numbers.") from error
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if port not in PORTS:
        raise PrinterRefused(
            f"A printer's port is {PORTS[0]} to {PORTS[-1]}: most have 9100.", field="port"
        )
    for one in allowed:
        same_kind = one.network.version == address.version
        if one.shop_id in (None, shop_id) and same_kind and address in one.network:
            return address
    raise PrinterRefused


def printer_send(
    host: str, port: int, data: bytes, *, shop_id: UUID, allowed: Sequence[AllowedNetwork]
) -> bool:
    """Hand bytes to a printer; whether it said that it printed them. Takes some ten seconds at
    most, whatever the printer does.

    Raises:
        PrinterRefused
        PrinterFailed: it is off, busy with another, out of paper, or broke off.
    """
    address = printer_address(host, port, shop_id=shop_id, allowed=allowed)
    try:
        line = socket.create_connection((str(address), port), timeout=CONNECT_SECONDS)
    except TimeoutError as error:
        raise PrinterFailed("printer_silent", began=False) from error
    except OSError as error:
        raise PrinterFailed("printer_off", began=False) from error
    with line:
        _ready(line)
        try:
            _send(line, data + PRINTED)
            return bool(_answer(line))
        except TimeoutError as error:
            raise PrinterFailed("printer_hangs", began=True) from error
        except OSError as error:
            raise PrinterFailed("printer_broke_off", began=True) from error


def _ready(line: socket.socket) -> None:
    """Ask before anything is on paper. A printer that answers nothing is taken as ready.

    Raises:
        PrinterFailed: it says that it isn't, or hung up.
    """
    try:
        _send(line, STATE)
        state = _answer(line)
        if _says(state, _OFFLINE):
            raise PrinterFailed("printer_offline", began=False)
        if state:
            _send(line, PAPER)
            if _says(_answer(line), _NO_PAPER):
                raise PrinterFailed("printer_no_paper", began=False)
    except OSError as error:
        raise PrinterFailed("printer_hung_up", began=False) from error


def _says(answer: bytes, bits: int) -> bool:
    return bool(answer) and answer[0] & _FIXED_BITS == _FIXED and bool(answer[0] & bits)


def _answer(line: socket.socket) -> bytes:
    """One byte; empty where none comes in time, or the printer says nothing any more."""
    line.settimeout(ANSWER_SECONDS)
    try:
        return line.recv(1)
    except TimeoutError:
        return b""


def _send(line: socket.socket, data: bytes) -> None:
    """All of it within ``SEND_SECONDS``, however slowly it is taken."""
    end, left = time.monotonic() + SEND_SECONDS, memoryview(data)
    while left:
        remaining = end - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        line.settimeout(remaining)
        left = left[line.send(left) :]
