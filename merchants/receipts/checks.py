"""What must hold of the networks of printers before anything starts: no database, no network."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from gateway.outside.printers import NetworksUnreadable, printer_networks
from gateway.supervisor.checks import TAG


@register(TAG)
def printers_stand_in_networks(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """PRINTER_NETWORKS can be read; in live mode none of them is this machine itself, or where
    clouds keep their machines' secrets."""
    return list(_problems())


def _problems() -> Iterator[CheckMessage]:
    try:
        allowed = printer_networks(settings.PRINTER_NETWORKS)
    except NetworksUnreadable as error:
        yield Error(
            f"PRINTER_NETWORKS: {error}",
            hint="Networks such as 192.168.1.0/24, or <shop's id>=10.8.3.0/24, apart by spaces.",
            id="receipts.E001",
        )
        return
    if not settings.LIVE_MODE:
        return
    for one in allowed:
        if one.network.is_loopback or one.network.is_link_local or one.network.prefixlen == 0:
            yield Error(
                f"PRINTER_NETWORKS names {one.network}, where no shop's printer stands.",
                hint="Name the networks that printers are in, and nothing else.",
                id="receipts.E002",
            )
