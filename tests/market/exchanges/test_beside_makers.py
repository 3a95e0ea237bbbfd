"""A pair that an exchange trades and no pool: a maker's order is taken where it is better."""

import json
from typing import Any

import msgspec
import pytest

from gateway.market.hedges.exchange_models import ExchangeOrder
from gateway.market.hedges.models import Hedge, HedgeStep
from gateway.market.makers.models import FirmQuote
from gateway.market.snapshot_store import current_snapshot, forget_snapshot, publish_snapshot
from tests.market.exchanges.conftest import Trading
from tests.market.hedges.conftest import DOLLAR, ETHER
from tests.market.hedges.maker_server import MakerServer, open_shop
from tests.outside.servers import serving

pytestmark = [pytest.mark.chain, pytest.mark.xdist_group("devchain")]


@pytest.mark.parametrize(("price_e6", "takes"), [(3_000_000_000, True), (2_950_000_000, False)])
def test_the_better_of_both_gets_it(
    trading: Trading, settings: Any, price_e6: int, takes: bool
) -> None:
    hedging, maker = trading.hedging, MakerServer(price_e6=price_e6)
    contract = open_shop(hedging, [maker])
    entry = hedging.desk.entry
    hedging.desk.entry = {**entry, "venues": {**entry["venues"], "firm_orders": contract}}
    settings.CHAINS = json.dumps([hedging.desk.entry])
    publish = hedging.desk.publish

    def without_pools(**prices: Any) -> None:
        publish(**prices)
        publish_snapshot(msgspec.structs.replace(current_snapshot(), pools=()))
        forget_snapshot()

    hedging.desk.publish = without_pools  # type: ignore[method-assign]
    hedging.take_in(5 * ETHER, owed=15_000 * DOLLAR)
    with serving(maker.reply) as url:
        settings.MAKERS = [maker.entry(url)]
        trading.run()
    assert Hedge.objects.get().sold_units == 5 * ETHER
    assert FirmQuote.objects.filter(status="filled").exists() is takes
    assert HedgeStep.objects.filter(kind="swap", status="done").exists() is takes
    assert ExchangeOrder.objects.exists() is not takes
    trading.agrees()
